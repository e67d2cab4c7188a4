"""A BERT encoder over texts laid end to end: padded batches come in, one embedding per distinct token out.

`packed.py` installs it and `packed_layer.py` computes a layer; here is how a batch is laid out, embedded and pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from courselens.train.packed_layer import Dropout, Plan, make_groups, run_layer

ARCHITECTURES = ("BertModel", "RobertaModel", "XLMRobertaModel", "CamembertModel")
"""Encoders with BERT's layers; RoBERTa's differ in the numbering of positions only."""


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """The distinct texts of a batch, longest first, laid end to end: T tokens of N texts.

    `input_ids`, `token_types` and `positions` (from 0 in each text) have shape (T,); `lengths` says where each text
    ends; `rows` of shape (rows of all columns, one column after another) names the text of each row.
    """

    input_ids: Tensor
    token_types: Tensor | None
    positions: Tensor
    lengths: tuple[int, ...]
    rows: Tensor

    def pool(self, tokens: Tensor, mode: str) -> Tensor:
        """(T, d) token embeddings to (N, d) text embeddings: their `mean`, or that of the first token (`cls`)."""
        lengths = torch.tensor(self.lengths)
        if mode == "cls":
            return tokens[lengths.cumsum(0) - lengths]
        text = torch.arange(len(lengths)).repeat_interleave(lengths)
        share = tokens.new_zeros(len(lengths), len(text))
        share[text, torch.arange(len(text))] = (1 / lengths.to(tokens.dtype))[text]
        return share @ tokens

    def pad(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """(T, d) token embeddings to the stock shape (rows, width, d), zero where `mask` (rows, width) is."""
        parts = list(torch.split(tokens, list(self.lengths)))
        padded = nn.utils.rnn.pad_sequence(parts, batch_first=True)[self.rows]
        return functional.pad(padded, (0, 0, 0, mask.shape[1] - padded.shape[1]))


def why_not(model: SentenceTransformer) -> str:
    """Why `model` cannot be packed, in words; empty when it can."""
    modules: list[Any] = list(model.children())
    names = [type(module).__name__ for module in modules]
    if names[:2] != ["Transformer", "Pooling"] or set(names[2:]) - {"Normalize", "Dense", "Dropout", "LayerNorm"}:
        return f"its modules are {', '.join(names)}; packed are Transformer, Pooling and layers on the text's embedding"
    encoder, pooling = modules[0].auto_model, modules[1]
    config = encoder.config
    if type(encoder).__name__ not in ARCHITECTURES:
        return f"its encoder is {type(encoder).__name__}; packed are {', '.join(ARCHITECTURES)}"
    if pooling.pooling_mode not in ("mean", "cls") or not pooling.include_prompt:
        return f"its pooling is {pooling.pooling_mode!r}; packed are mean and cls over all tokens"
    if any([tuple(one.shape) for one in layer.parameters()] != _shapes(config) for layer in encoder.encoder.layer):
        return "its layers hold other parameters than BERT's, as adapters do"
    if config.is_decoder or config.output_hidden_states or config.hidden_act != "gelu":
        return "it is a decoder, returns hidden states, or its activation is not gelu"
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        return f"its positions are {config.position_embedding_type}; packed are absolute ones"
    if model.device.type != "cpu":
        return f"it is on {model.device.type}, where sentence-transformers' own path is the fast one"
    return ""


def _shapes(config: Any) -> list[tuple[int, ...]]:
    """The shapes of a BERT layer's 16 parameters in their order: query, key, value, out, norm, up, down, norm."""
    width, middle = config.hidden_size, config.intermediate_size
    square, norm = [(width, width), (width,)], [(width,), (width,)]
    return [*square * 4, *norm, (middle, width), (middle,), (width, middle), (width,), *norm]


def lay_end_to_end(columns: Sequence[dict[str, Any]]) -> PackedBatch | None:
    """The texts of padded `columns` (each `input_ids`, `attention_mask` of shape (rows, width)) without padding.

    None when a column is something else: no text, padded on the left, or on another device than the CPU.
    """
    texts: dict[bytes, tuple[Tensor, Tensor | None]] = {}
    rows: list[bytes] = []
    for features in columns:
        ids, mask, types = (features.get(name) for name in ("input_ids", "attention_mask", "token_type_ids"))
        if ids is None or mask is None or ids.device.type != "cpu" or ids.ndim != 2:
            return None
        lengths = mask.sum(1)
        if not torch.equal(mask, (torch.arange(mask.shape[1]) < lengths[:, None]).to(mask.dtype)) or not lengths.all():
            return None
        for row, length in enumerate(lengths.tolist()):
            text = ids[row, :length]
            kind = None if types is None else types[row, :length]
            key = text.numpy().tobytes() + (b"" if kind is None else kind.numpy().tobytes())
            texts[key] = (text, kind)
            rows.append(key)
    if not rows:
        return None
    order = sorted(texts, key=lambda key: -len(texts[key][0]))
    number = {key: index for index, key in enumerate(order)}
    parts = [texts[key][0] for key in order]
    kinds = [kind for key in order if (kind := texts[key][1]) is not None]
    return PackedBatch(
        input_ids=torch.cat(parts),
        token_types=torch.cat(kinds) if len(kinds) == len(parts) else None,
        positions=torch.cat([torch.arange(len(part)) for part in parts]),
        lengths=tuple(len(part) for part in parts),
        rows=torch.tensor([number[key] for key in rows]),
    )


class PackedEncoder:
    """The encoder of a BERT model, run on a `PackedBatch`: T tokens in, (T, d) embeddings in the weights' dtype out."""

    def __init__(self, encoder: nn.Module, dtype: str) -> None:
        self.encoder: Any = encoder
        self.bf16 = dtype == "bf16"

    def __call__(self, batch: PackedBatch) -> Tensor:
        """Dropout is that of the model's own dropout modules: on, off and as often as they say."""
        encoder = self.encoder
        dtype = torch.bfloat16 if self.bf16 else encoder.dtype
        bits = np.random.SFC64(int(torch.randint(2**63 - 1, ())) if encoder.training else 0)

        def dropout(module: Any) -> Dropout:
            return Dropout(module.p if module.training else 0.0, bits)

        tokens = self._embed(batch, dropout(encoder.embeddings.dropout))
        groups = make_groups(batch.lengths, dtype)
        for layer in encoder.encoder.layer:
            plan = Plan(
                groups=groups,
                heads=encoder.config.num_attention_heads,
                eps=encoder.config.layer_norm_eps,
                dtype=dtype,
                attention=dropout(layer.attention.self.dropout),
                context=dropout(layer.attention.output.dropout),
                output=dropout(layer.output.dropout),
            )
            tokens = run_layer(plan, tokens, tuple(layer.parameters()))
        return tokens

    def _embed(self, batch: PackedBatch, dropout: Dropout) -> Tensor:
        embeddings = self.encoder.embeddings
        first = getattr(embeddings, "padding_idx", -1) + 1 if "Roberta" in type(embeddings).__name__ else 0
        types = batch.token_types if batch.token_types is not None else torch.zeros_like(batch.input_ids)
        tokens = embeddings.word_embeddings(batch.input_ids) + embeddings.token_type_embeddings(types)
        tokens = embeddings.LayerNorm(tokens + embeddings.position_embeddings(batch.positions + first))
        scale = torch.full_like(tokens, dropout.scale, requires_grad=False)
        dropped: Tensor = tokens * dropout.apply(scale, dropout.draw(*tokens.shape))
        return dropped
