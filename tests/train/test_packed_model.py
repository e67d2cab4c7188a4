"""The real MiniLM: the packed path computes the stock path's loss and gradients."""

from __future__ import annotations

import copy

import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from courselens.encode.base import base_model
from courselens.train.packed import pack, pack_loss
from train.test_packed import LOSSES, assert_same_gradients, column, gradients

pytestmark = pytest.mark.model


def words(lengths: list[int], seed: int) -> dict[str, Tensor]:
    """Random ids of words that the model was trained on: 1000 and up, before them lie unused ones."""
    features = column(lengths, seed)
    ids = torch.randint(1000, 30000, features["input_ids"].shape, generator=torch.Generator().manual_seed(seed))
    return {**features, "input_ids": ids * features["attention_mask"]}


@pytest.mark.parametrize("loss_name", LOSSES)
def test_loss_and_gradients_of_minilm(loss_name: str) -> None:
    model = SentenceTransformer(str(base_model()), device="cpu").train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    batch = [words([1, 28, 22, 31], 1), words([512, 25, 160, 33], 2)]
    labels = torch.tensor([1, 0, 1, 0])
    double = copy.deepcopy(model).double()
    exact = gradients(double, LOSSES[loss_name](double), batch, labels)[1]
    stock_loss, stock = gradients(model, LOSSES[loss_name](model), batch, labels)

    pack(model, dtype="fp32")
    loss = LOSSES[loss_name](model)
    pack_loss(loss)
    packed_loss, packed = gradients(model, loss, batch, labels)
    assert packed_loss == pytest.approx(stock_loss, rel=1e-5)
    assert_same_gradients(packed, stock, exact)

    pack(model, dtype="bf16")
    packed_loss, packed = gradients(model, loss, batch, labels)
    assert packed_loss == pytest.approx(stock_loss, rel=0.02)
    for name, expected in stock.items():
        if not name.endswith("key.bias"):
            cosine = torch.cosine_similarity(packed[name].flatten(), expected.flatten(), dim=0)
            assert float(cosine) >= 0.999, name
