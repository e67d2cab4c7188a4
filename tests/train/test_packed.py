"""The packed path computes what the stock path computes: losses, gradients, embeddings; and plugs into the trainer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import ContrastiveLoss, MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, RobertaConfig, RobertaModel

from courselens.errors import CourselensError
from courselens.train.packed import pack, pack_loss, packed_collator, unpack

WORDS = [f"w{number}" for number in range(90)]
VOCABULARY = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS])}
RAGGED = ((1, 512), (7, 3), (64, 64), (33, 130), (2, 90), (7, 200))


def tiny(folder: Any, kind: str = "bert", *, dropout: float = 0.0, pooling: str = "mean") -> SentenceTransformer:
    """A random BERT or RoBERTa of two layers as a SentenceTransformer, saved and loaded as users do."""
    torch.manual_seed(0)
    shape: dict[str, Any] = {
        "vocab_size": len(VOCABULARY),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 514,
        "hidden_dropout_prob": dropout,
        "attention_probs_dropout_prob": dropout,
        "pad_token_id": 0,
        "initializer_range": 0.2,
    }
    encoder = BertModel(BertConfig(**shape)) if kind == "bert" else RobertaModel(RobertaConfig(**shape))
    encoder.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", VOCABULARY["[CLS]"]), ("[SEP]", VOCABULARY["[SEP]"])]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    transformer = Transformer(str(folder), max_seq_length=512)
    return SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode=pooling), Normalize()], device="cpu")


def column(lengths: list[int], seed: int) -> dict[str, Tensor]:
    """Random token ids of the given lengths, padded as the tokenizer pads."""
    generator = torch.Generator().manual_seed(seed)
    width = max(lengths)
    ids = torch.randint(4, len(VOCABULARY), (len(lengths), width), generator=generator)
    mask = (torch.arange(width) < torch.tensor(lengths)[:, None]).long()
    return {"input_ids": ids * mask, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


def batch() -> list[dict[str, Tensor]]:
    return [column([a for a, _ in RAGGED], 1), column([b for _, b in RAGGED], 2)]


def gradients(model: SentenceTransformer, loss: Any, features: list[Any], labels: Any) -> tuple[float, dict[str, Any]]:
    model.zero_grad(set_to_none=True)
    value = loss([dict(one) for one in features], labels)
    value.backward()
    return float(value.detach()), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


LOSSES: dict[str, Callable[[Any], Any]] = {
    "contrastive": lambda model: ContrastiveLoss(model, margin=2.0),
    "ranking": lambda model: MultipleNegativesRankingLoss(model),
}


@pytest.fixture(params=["bert", "roberta"])
def model(request: pytest.FixtureRequest, tmp_path: Any) -> SentenceTransformer:
    return tiny(tmp_path, request.param).train()


def assert_same_gradients(packed: dict[str, Tensor], stock: dict[str, Tensor], exact: dict[str, Tensor]) -> None:
    """Within 1e-5 of the stock path, or as near to it as the stock path is to float64, where its own sums cancel."""
    assert packed.keys() == stock.keys()
    overall = torch.cat([gradient.flatten() for gradient in stock.values()]).norm()
    for name, expected in stock.items():
        if name.endswith("key.bias"):  # softmax does not see it: its gradient is zero but for rounding
            assert float(packed[name].norm()) <= 1e-6 * float(overall), name
            continue
        rounding = float((expected.double() - exact[name]).norm())
        assert rounding <= 3e-5 * float(expected.norm()), f"{name}: the batch is too ill-conditioned to compare on"
        assert float((packed[name] - expected).norm()) <= max(1e-5 * float(expected.norm()), 2 * rounding), name


@pytest.mark.parametrize("loss_name", LOSSES)
def test_fp32_loss_and_every_gradient_equal_the_stock_paths(model: SentenceTransformer, loss_name: str) -> None:
    labels = torch.tensor([1, 0, 1, 0, 0, 1])
    double = copy.deepcopy(model).double()
    exact = gradients(double, LOSSES[loss_name](double), batch(), labels)[1]
    stock_loss, stock = gradients(model, LOSSES[loss_name](model), batch(), labels)
    assert pack(model, dtype="fp32").packed
    loss = LOSSES[loss_name](model)
    assert pack_loss(loss)
    packed_loss, packed = gradients(model, loss, batch(), labels)
    assert packed_loss == pytest.approx(stock_loss, rel=1e-5)
    assert_same_gradients(packed, stock, exact)


@pytest.mark.parametrize("loss_name", LOSSES)
def test_bf16_gradients_point_the_same_way(model: SentenceTransformer, loss_name: str) -> None:
    labels = torch.tensor([1, 0, 1, 0, 0, 1])
    stock_loss, stock = gradients(model, LOSSES[loss_name](model), batch(), labels)
    assert pack(model, dtype="bf16").packed
    loss = LOSSES[loss_name](model)
    assert pack_loss(loss)
    packed_loss, packed = gradients(model, loss, batch(), labels)
    assert packed_loss == pytest.approx(stock_loss, rel=0.02)
    overall = torch.cat([gradient.flatten() for gradient in stock.values()]).norm()
    for name, expected in stock.items():
        assert packed[name].dtype == torch.float32
        if name.endswith("key.bias"):
            assert float(packed[name].norm()) <= 1e-2 * float(overall), name
        else:
            cosine = torch.cosine_similarity(packed[name].flatten(), expected.flatten(), dim=0)
            assert float(cosine) >= 0.999, name


def test_encode_gives_the_stock_embeddings(model: SentenceTransformer) -> None:
    texts = ["w1 w2 w3", " ".join(WORDS), "w5", "w1 w2 w3"]
    stock = model.encode(texts)
    tokens = model.encode(texts, output_value="token_embeddings")
    pack(model)
    assert torch.allclose(torch.tensor(model.encode(texts)), torch.tensor(stock), atol=1e-6)
    for ours, theirs in zip(model.encode(texts, output_value="token_embeddings"), tokens, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_first_token_pooling(tmp_path: Any) -> None:
    model = tiny(tmp_path, pooling="cls")
    stock = model.encode(["w1 w2 w3", "w4"])
    assert pack(model).packed
    assert torch.allclose(torch.tensor(model.encode(["w1 w2 w3", "w4"])), torch.tensor(stock), atol=1e-6)


def test_a_text_that_stands_twice_is_computed_once(tmp_path: Any) -> None:
    model = tiny(tmp_path).train()
    pack(model)
    loss = ContrastiveLoss(model)
    pack_loss(loss)
    seen = []
    original = vars(model)["forward"].encoder

    def spy(packed_batch: Any) -> Tensor:
        seen.append(packed_batch.lengths)
        tokens: Tensor = original(packed_batch)
        return tokens

    vars(model)["forward"].encoder = spy
    one = column([5, 9, 3], 1)
    loss([dict(one), dict(one)], torch.tensor([1, 0, 1]))
    assert seen == [(9, 5, 3)]


def test_unpack_restores_the_stock_path_and_copies_are_packed_on_their_own(tmp_path: Any) -> None:
    model = tiny(tmp_path)
    pack(model)
    twin = copy.deepcopy(model)
    assert vars(twin)["forward"].model is twin
    unpack(model)
    assert "forward" not in vars(model)
    assert "forward" in vars(twin)


def test_what_cannot_be_packed_says_why(tmp_path: Any) -> None:
    model = tiny(tmp_path, pooling="max")
    report = pack(model)
    assert not report.packed
    assert "max" in report.reason
    assert not pack_loss(ContrastiveLoss(model))


def test_layers_with_adapters_are_left_alone(tmp_path: Any) -> None:
    model = tiny(tmp_path)
    encoder: Any = model[0].auto_model
    encoder.encoder.layer[1].adapter = torch.nn.Linear(32, 32)
    assert "adapters" in pack(model).reason


def test_under_autocast_and_distributed(tmp_path: Any) -> None:
    """The trainer may wrap the model, or run it under autocast: the gradients stay those of the stock path."""
    model, labels = tiny(tmp_path).train(), torch.tensor([1, 0, 1, 0, 0, 1])
    expected = gradients(model, ContrastiveLoss(model, margin=2.0), batch(), labels)[1]
    pack(model)
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1)
    try:
        wrapped = torch.nn.parallel.DistributedDataParallel(model)
        loss = ContrastiveLoss(wrapped, margin=2.0)  # type: ignore[arg-type]  # as the trainer puts it there
        assert pack_loss(loss)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = gradients(model, loss, batch(), labels)[1]
    finally:
        torch.distributed.destroy_process_group()
    for name, gradient in expected.items():
        if not name.endswith("key.bias"):
            assert float((found[name] - gradient).norm()) <= 1e-2 * float(gradient.norm()), name


def test_left_padding_takes_the_stock_path(tmp_path: Any) -> None:
    model = tiny(tmp_path).eval()
    flipped = {name: tensor.flip(1) for name, tensor in column([3, 9], 1).items()}
    stock = model(dict(flipped))["sentence_embedding"]
    pack(model)
    assert torch.equal(model(dict(flipped))["sentence_embedding"], stock)


def test_an_unknown_precision_is_refused(tmp_path: Any) -> None:
    with pytest.raises(CourselensError, match="Use fp32 or bf16"):
        pack(tiny(tmp_path), dtype="int8")  # type: ignore[arg-type]  # the point of the test


def test_the_collator_gives_the_stock_collators_batches(tmp_path: Any) -> None:
    model = tiny(tmp_path)
    rows = [{"sentence_0": "w1 w2", "sentence_1": " ".join(WORDS), "label": 1.0}]
    rows += [{"sentence_0": "w1 w2 w7", "sentence_1": "w8", "label": 0.0}]
    collator = packed_collator(model)
    stock = type(collator)(preprocess_fn=model.preprocess)(rows)
    for _ in range(2):
        ours = collator(rows)
        for name, expected in stock.items():
            if isinstance(expected, Tensor):
                assert torch.equal(ours[name], expected), name
