"""Dropout of the packed path: rate, scale, place, the same mask backward, and the same numbers after a resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import ContrastiveLoss
from torch import Tensor

from courselens.train.packed import pack, pack_loss, packed_collator
from courselens.train.packed_layer import Dropout
from courselens.train.packed_model import PackedBatch, PackedEncoder
from train.test_packed import VOCABULARY, column, tiny


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("p", [0.1, 0.25, 0.9])
def test_keeps_the_right_share_and_knows_its_scale(p: float, dtype: torch.dtype) -> None:
    dropout = Dropout(p, np.random.SFC64(1))
    x = torch.full((1000, 1000), 3.0, dtype=dtype)
    out = dropout.apply(x, dropout.draw(*x.shape))
    kept = float((out != 0).double().mean())
    assert kept == pytest.approx(1 - p, abs=4 * (p * (1 - p) / x.numel()) ** 0.5 + 1e-5)
    assert bool(((out == 0) | (out == 3)).all())
    assert dropout.scale == pytest.approx(1 / (1 - p), rel=1e-4 / (1 - p))


def test_masks_of_two_draws_and_neighbours_in_one_are_independent() -> None:
    dropout = Dropout(0.5, np.random.SFC64(2))
    ones = torch.ones(1_000_000)
    first, second = (dropout.apply(ones, dropout.draw(len(ones))) for _ in range(2))
    for a, b in ((first, second), (first[1:], first[:-1]), (first[4:], first[:-4])):
        assert abs(float(torch.corrcoef(torch.stack((a, b)))[0, 1])) < 5e-3


def test_nothing_is_drawn_without_dropout() -> None:
    dropout = Dropout(0.0, np.random.SFC64(0))
    x = torch.ones(3)
    assert dropout.draw(3) is None
    assert dropout.apply(x, None) is x
    assert dropout.scale == 1.0


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
def test_embeddings_spread_as_the_stock_paths_do(tmp_path: Path, dtype: str) -> None:
    """The same mean and variance over 1500 passes: dropout stands at the same places, with the same rate and scale."""
    model = tiny(tmp_path, dropout=0.2).train()
    encoder: Any = model[0].auto_model
    passes, text = 1500, column([9], 3)
    with torch.no_grad():
        stock: Tensor = model[1](model[0]({name: one.expand(passes, -1) for name, one in text.items()}))[
            "sentence_embedding"
        ]
        batch = PackedBatch(
            input_ids=text["input_ids"][0].repeat(passes),
            token_types=None,
            positions=torch.arange(9).repeat(passes),
            lengths=(9,) * passes,
            rows=torch.arange(passes),
        )
        packed = batch.pool(PackedEncoder(encoder, dtype)(batch), "mean")
    error = ((stock.var(0) + packed.var(0)) / passes).sqrt()
    assert float(((stock.mean(0) - packed.mean(0)).abs() / error).max()) < 5
    assert float((packed.var(0) / stock.var(0)).log().abs().max()) < 0.25
    assert float(packed.var(0).mean() / stock.var(0).mean()) == pytest.approx(1, abs=0.05)


def test_gradients_are_those_of_the_masks_that_were_drawn(tmp_path: Path) -> None:
    """Against differences of the loss in float64, the same masks drawn again from the same seed."""
    model = tiny(tmp_path, dropout=0.3).double().train()
    pack(model)
    loss = ContrastiveLoss(model, margin=2.0)
    pack_loss(loss)
    columns, labels = [column([5, 60, 3], 1), column([100, 4, 3], 2)], torch.tensor([1, 0, 1])

    def value() -> Tensor:
        torch.manual_seed(7)
        result: Tensor = loss([dict(one) for one in columns], labels)
        return result

    torch.autograd.backward(value())
    generator = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if parameter.grad is None or name.endswith("key.bias"):
            continue
        direction = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
        expected = float((parameter.grad * direction).sum())
        moved = []
        for step in (1e-6, -1e-6):
            with torch.no_grad():
                parameter.add_(direction, alpha=step)
                moved.append(float(value()))
                parameter.sub_(direction, alpha=step)
        assert (moved[0] - moved[1]) / 2e-6 == pytest.approx(expected, rel=1e-4, abs=1e-7), name


def test_the_same_seed_gives_the_same_masks_and_another_others(tmp_path: Path) -> None:
    model = tiny(tmp_path, dropout=0.1).train()
    pack(model, dtype="bf16")

    def embeddings(seed: int) -> Tensor:
        torch.manual_seed(seed)
        result: Tensor = model(dict(column([5, 70], 1)))["sentence_embedding"].detach()
        return result

    assert torch.equal(embeddings(1), embeddings(1))
    assert not torch.equal(embeddings(1), embeddings(2))


def _fit(folder: Path, out: Path, *, resume: Path | None = None) -> SentenceTransformer:
    model = tiny(folder, dropout=0.1)
    assert pack(model, dtype="bf16").packed
    loss = ContrastiveLoss(model)
    assert pack_loss(loss)
    words = list(VOCABULARY)[4:]
    texts = [" ".join(words[index : index + 1 + index % 9]) for index in range(24)]
    rows: dict[str, Any] = {"sentence_0": texts, "sentence_1": texts[::-1], "label": [1.0, 0.0] * 12}
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(out),
        per_device_train_batch_size=4,
        gradient_accumulation_steps=2,
        max_steps=6,
        save_steps=3,
        learning_rate=1e-3,
        optim="adamw_torch_fused",
        seed=3,
        use_cpu=True,
        report_to="none",
        dataloader_pin_memory=False,
    )
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(rows),
        loss=loss,
        data_collator=packed_collator(model),
    )
    trainer.train(resume_from_checkpoint=str(resume) if resume else None)
    return model


def test_a_resumed_run_ends_with_the_same_weights_and_a_standard_model(tmp_path: Path) -> None:
    whole = _fit(tmp_path / "base", tmp_path / "run")
    torch.manual_seed(99)
    resumed = _fit(tmp_path / "base", tmp_path / "run", resume=tmp_path / "run" / "checkpoint-3")
    for (name, expected), found in zip(whole.named_parameters(), resumed.parameters(), strict=True):
        assert torch.equal(found, expected), name
    loaded = SentenceTransformer(str(tmp_path / "run" / "checkpoint-6"), device="cpu")
    assert "forward" not in vars(loaded)
    texts = ["w1 w2 w3", "w4"]
    assert torch.allclose(torch.tensor(loaded.encode(texts)), torch.tensor(whole.encode(texts)), atol=2e-2)
