"""Fast training on a CPU: real tokens only, each distinct text of a batch once, one forward for all columns.

What comes in is a `SentenceTransformer` (and the loss that trains it); what goes out is the same model, whose `forward`
computes the same embeddings and gradients without padding. Weights, modules, saving and loading are untouched: what is
saved is the standard model. It is used with sentence-transformers' own trainer:

    report = pack(model, dtype="bf16")             # report.packed is False, with a reason, for a model it does not know
    loss = ContrastiveLoss(model, ...)
    pack_loss(loss)                                # all columns of a batch go through one forward; no-op if not packed
    trainer = SentenceTransformerTrainer(
        model=model, loss=loss, train_dataset=...,
        args=SentenceTransformerTrainingArguments(..., optim="adamw_torch_fused"),   # not bf16=True: pack does that
        data_collator=packed_collator(model),      # each text is tokenised once
    )

Checkpoints, resume, logging, accumulation, callbacks and `torchrun` are the trainer's. Dropout draws its seed from
torch's generator, which the trainer saves and restores. On any device but a CPU, and for any architecture but BERT's
and RoBERTa's, the stock path runs and `PackReport.reason` says so.
"""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.data_collator import SentenceTransformerDataCollator
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from courselens.errors import CourselensError
from courselens.train.packed_model import PackedEncoder, lay_end_to_end, why_not

Dtype = Literal["fp32", "bf16"]
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_TENSORS = ("input_ids", "attention_mask", "token_type_ids")
_BATCH, _EMBEDDING = "packed_batch", "packed_embedding"


@dataclass(frozen=True, slots=True)
class PackReport:
    """Whether the fast path is installed, the precision of its matrix products, and why not where it is not."""

    packed: bool
    dtype: Dtype
    reason: str = ""


def pack(model: SentenceTransformer, *, dtype: Dtype = "fp32") -> PackReport:
    """Let `model` compute its embeddings over real tokens only, in training and in `encode`, until `unpack`.

    `dtype` is that of matrix products; weights, gradients, LayerNorm, softmax and pooling are float32 in both.
    Raises CourselensError for another `dtype`. A model that it cannot pack is left as it is.
    """
    if dtype not in ("fp32", "bf16"):
        raise CourselensError("unknown precision", value=dtype, where="pack", remedy="Use fp32 or bf16")
    unpack(model)
    reason = why_not(model)
    if not reason:
        _keep_freed_memory()
        vars(model)["forward"] = _PackedForward(model, dtype)
    return PackReport(not reason, dtype, reason)


def unpack(model: SentenceTransformer) -> None:
    """Take the fast path out again. Does nothing to a model that has none."""
    if _installed(model):
        del vars(model)["forward"]


def pack_loss(loss: nn.Module) -> bool:
    """Send all columns of a batch through one forward of `loss.model`, each distinct text once; say whether it will.

    The loss stays the object it is (its name, its config, its model). Losses that embed in mini-batches of their own
    (`Cached…`, `MegaBatchMarginLoss`) keep doing so and still profit from `pack`.
    """
    model = getattr(loss, "model", None)
    if not isinstance(model, nn.Module) or not _installed(model) or hasattr(loss, "mini_batch_size"):
        return False
    loss.register_forward_pre_hook(_embed_columns_together)
    return True


def packed_collator(model: SentenceTransformer, **options: Any) -> SentenceTransformerDataCollator:
    """The trainer's collator, tokenising each distinct text once in a run; `options` as the stock collator's."""
    return SentenceTransformerDataCollator(preprocess_fn=_TokenCache(model), **options)


def _keep_freed_memory() -> None:
    """Let glibc keep a step's large buffers for the next step: faulting them in again is a tenth of a step's work.

    oneDNN is not to keep the code it makes for every number of tokens, which hardly comes again: 12 MB a step.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "32")
    _thresholds(1 << 30)


def end_of_training() -> None:
    """Let glibc give back from now on what is freed, as it does by itself: what follows has buffers of other sizes."""
    _thresholds(32 << 20)
    release_freed_memory()


def _thresholds(size: int) -> None:
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            libc.mallopt(option, size)


def release_freed_memory() -> None:
    """Give back what glibc keeps. Buffers of unequal batches leave gaps that add up to gigabytes within some steps."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def resident_memory() -> int:
    """Bytes of this process that are in memory now; 0 where the system does not tell (Linux does)."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0


class _PackedForward:
    """`SentenceTransformer.forward` over real tokens; anything but plain padded text on a CPU takes the stock path."""

    def __init__(self, model: SentenceTransformer, dtype: Dtype) -> None:
        modules: list[Any] = list(model.children())
        self.model = model
        self.config = modules[0].auto_model.config  # a loss may ask for hidden states after `pack`
        self.encoder = PackedEncoder(modules[0].auto_model, dtype)

    def __call__(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if _EMBEDDING in features:
            return {**features, "sentence_embedding": features.pop(_EMBEDDING)}
        batch = features.get(_BATCH) or (
            None if kwargs or self.config.output_hidden_states else lay_end_to_end([features])
        )
        if batch is None:
            stock: dict[str, Any] = type(self.model).forward(self.model, features, **kwargs)
            return stock
        modules: list[Any] = list(self.model.children())
        with torch.autocast("cpu", enabled=False):
            tokens = self.encoder(batch)
            pooled = batch.pool(tokens, modules[1].pooling_mode)
        features["sentence_embedding"] = pooled if _BATCH in features else pooled[batch.rows]
        if not torch.is_grad_enabled() and _BATCH not in features:
            features["token_embeddings"] = batch.pad(tokens, features["attention_mask"])
        for module in modules[2:]:
            features = module(features)
        return features


class _TokenCache:
    """`model.preprocess` that remembers the tokens of each text (8 bytes a token and kind of number)."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self.known: dict[tuple[str | None, str | None, str], dict[str, Tensor]] = {}

    def __call__(self, inputs: Sequence[Any], prompt: str | None = None, task: str | None = None) -> dict[str, Any]:
        unseen = list(dict.fromkeys(text for text in inputs if (prompt, task, text) not in self.known))
        for start in range(0, len(unseen), 64):
            texts = unseen[start : start + 64]
            made = self.model.preprocess(texts, prompt=prompt, task=task)
            if not _is_plain(made):
                whole: dict[str, Any] = self.model.preprocess(inputs, prompt=prompt, task=task)
                return whole
            for row, text in enumerate(texts):
                here = made["attention_mask"][row].bool()
                self.known[prompt, task, text] = {name: made[name][row, here] for name in _TENSORS if name in made}
        rows = [self.known[prompt, task, text] for text in inputs]
        padding = {"input_ids": int(self.model.tokenizer.pad_token_id or 0)}
        return {
            name: pad_sequence([row[name] for row in rows], batch_first=True, padding_value=padding.get(name, 0))
            for name in rows[0]
        }


def _is_plain(features: Mapping[str, Any]) -> bool:
    """Whether `features` are those of texts padded on the right, and nothing else that a model may read."""
    return set(features) <= {*_TENSORS, "modality"} and features.get("modality", "text") == "text"


def _embed_columns_together(loss: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    model: Any = loss.model
    installed = _installed(model)
    columns = [dict(features) for features in args[0]]
    batch = lay_end_to_end(columns) if installed and not installed.config.output_hidden_states else None
    if batch is None:
        return None
    together = model({_BATCH: batch})["sentence_embedding"]
    sizes = [len(features["input_ids"]) for features in columns]
    for features, embedding in zip(columns, together[batch.rows].split(sizes), strict=True):
        features[_EMBEDDING] = embedding
    return (columns, *args[1:])


def _installed(model: nn.Module) -> _PackedForward | None:
    """The fast path of `model`, or of the model that a distributed wrapper holds."""
    forward = vars(getattr(model, "module", model)).get("forward")
    return forward if isinstance(forward, _PackedForward) else None
