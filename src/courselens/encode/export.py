"""A sentence-transformers model becomes a folder that answers without torch.

Comes in: the folder of a SentenceTransformer and a few texts. Goes out: `model.xml`/`model.bin` (an OpenVINO graph
with pooling and L2 normalisation inside), `tokenizer.json` and `encoder.json`. The graph is checked against the model
on the texts, and its arithmetic (f32 or bf16) is chosen by measuring both. Only building an index imports this file:
it needs torch.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import sentence_transformers
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

from courselens.encode import Vectors
from courselens.encode.openvino_encoder import GRAPH, TOKENIZER, EncoderSettings, OpenVinoEncoder
from courselens.errors import CourselensError

LEAST_COSINE = 0.9999
"""Mean cosine to the model in fp32 that an exported graph must reach."""
CHECKED_TEXTS = 32
ROUNDS = 3
TIMED_TEXTS = 64
"""Enough to run in bulk, as an index does: the checked ones, numbered anew."""
PRECISIONS = ("f32", "bf16")
ATTENTIONS = ("fused", "plain")

FALLBACK_TEXTS = (
    "Which language is this course taught in?",
    "Die Studierenden kennen die Grundlagen des Steuerrechts und wenden sie auf Fälle an.",
    "Kurset giver en indføring i organisationsteori, ledelse og forandring.",
    "Students explain panel regression, causality and production functions, and apply them to firm data. " * 6,
)


@dataclass(frozen=True, slots=True)
class EncoderReport:
    """What an export made: the arithmetic chosen, cosines to the model, seconds for the timed texts of each."""

    precision: str
    attention: str
    cosine: float
    least_cosine: float
    seconds: dict[str, float]
    texts: int


class _Pooled(torch.nn.Module):
    """The transformer with its pooling and L2 normalisation, as one graph."""

    def __init__(self, transformer: torch.nn.Module, pooling: str) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if self.pooling == "cls":
            pooled = hidden[:, 0]
        else:
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=1)


def export_encoder(model: Path, folder: Path, texts: Sequence[str]) -> EncoderReport:
    """Export the SentenceTransformer in `model` to `folder` (made when missing); `texts` check and time it.

    The vectors are L2-normalised whether the model has a Normalize module or not. Raises CourselensError when `model`
    is not a transformer with mean or cls pooling, or when not even f32 reaches a mean cosine of .9999.
    """
    loaded = _load(model)
    transformer, pooling = _parts(loaded, model)
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(_graph(transformer, pooling), folder / GRAPH, compress_to_fp16=True)
    loaded.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    sample = [text for text in texts if text.strip()][:CHECKED_TEXTS] or list(FALLBACK_TEXTS)
    with torch.inference_mode():
        reference = np.asarray(loaded.encode(sample, normalize_embeddings=True), dtype=np.float32)
    base = EncoderSettings(
        dimensions=reference.shape[1],
        max_tokens=int(loaded.max_seq_length or 512),
        pooling=pooling,
        precision="f32",
        inputs=("input_ids", "attention_mask"),
        pad_token=int(loaded.tokenizer.pad_token_id or 0),
        cosine=0.0,
        versions={
            "openvino": openvino.__version__,
            "sentence-transformers": sentence_transformers.__version__,
            "torch": torch.__version__,
        },
    )
    base.write(folder)
    report = _choose(folder, sample, reference)
    replace(base, precision=report.precision, attention=report.attention, cosine=report.cosine).write(folder)
    return report


def _load(model: Path) -> SentenceTransformer:
    if not (model / "modules.json").is_file():
        raise CourselensError(
            "not a sentence-transformers model",
            value=str(model),
            where="modules.json is missing",
            remedy="Give the folder that SentenceTransformer.save wrote",
        )
    disable_progress_bar()
    set_verbosity_error()
    return SentenceTransformer(str(model), device="cpu", local_files_only=True).eval()


def _parts(loaded: SentenceTransformer, model: Path) -> tuple[torch.nn.Module, str]:
    modules: dict[str, Any] = {type(module).__name__: module for module in loaded}
    unknown = set(modules) - {"Transformer", "Pooling", "Normalize"}
    if "Transformer" not in modules or "Pooling" not in modules or unknown:
        raise CourselensError(
            "only a transformer with pooling can be exported",
            value=", ".join(modules),
            where=model,
            remedy="Use a model of the modules Transformer, Pooling and, if wanted, Normalize",
        )
    pooling = str(modules["Pooling"].get_config_dict()["pooling_mode"])
    if pooling not in {"mean", "cls"}:
        raise CourselensError(
            "this pooling cannot be exported",
            value=pooling,
            where=model,
            remedy="Use a model with mean or cls pooling",
        )
    transformer: torch.nn.Module = modules["Transformer"].auto_model
    return transformer, pooling


def _graph(transformer: torch.nn.Module, pooling: str) -> openvino.Model:
    example = torch.ones((2, 8), dtype=torch.int64)
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # tracing warns about shapes in Python; the cosine check is what decides
        graph = openvino.convert_model(
            _Pooled(transformer, pooling).eval(), example_input={"input_ids": example, "attention_mask": example}
        )
    graph.reshape({port: openvino.PartialShape([-1, -1]) for port in graph.inputs})
    return graph


def _choose(folder: Path, texts: Sequence[str], reference: Vectors) -> EncoderReport:
    """The fastest arithmetic that reaches the cosine, then the faster attention in it. Two engines at a time: each is
    a copy of the model, and what they take is part of a build's peak.
    """
    precisions = _fastest(folder, [(one, ATTENTIONS[0]) for one in PRECISIONS], texts, reference)
    precision = precisions.precision
    attentions = _fastest(folder, [(precision, one) for one in ATTENTIONS], texts, reference)
    return replace(attentions, seconds={**precisions.seconds, **attentions.seconds})


def _fastest(folder: Path, ways: Sequence[tuple[str, str]], texts: Sequence[str], reference: Vectors) -> EncoderReport:
    """The fastest of some precisions and attentions, in bulk: rounds are taken in turn, medians compared."""
    engines = {way: OpenVinoEncoder(folder, precision=way[0], attention=way[1]) for way in ways}
    engines = {way: engine for way, engine in engines.items() if engine.precision == way[0]}
    cosines = {way: np.sum(engine.encode(texts) * reference, axis=1) for way, engine in engines.items()}
    good = {way: engine for way, engine in engines.items() if float(np.mean(cosines[way])) >= LEAST_COSINE}
    if not good:
        raise CourselensError(
            "the exported encoder differs from the model",
            value=f"mean cosine {max(float(np.mean(each)) for each in cosines.values()):.5f}",
            where=folder,
            remedy=f"It must reach {LEAST_COSINE}; report the model, or choose another base model",
        )
    seconds: dict[tuple[str, str], list[float]] = {way: [] for way in good}
    timed = [f"{texts[number % len(texts)]} {number}" for number in range(TIMED_TEXTS)]
    for _ in range(1 + ROUNDS):
        for way, engine in good.items():
            begin = time.perf_counter()
            engine.encode(timed)
            seconds[way].append(time.perf_counter() - begin)
    medians = {way: statistics.median(values[1:]) for way, values in seconds.items()}  # the first one loads
    best = min(good, key=medians.__getitem__)
    named = {" ".join(way): median for way, median in medians.items()}
    cosine = cosines[best]
    return EncoderReport(*best, float(np.mean(cosine)), float(np.min(cosine)), named, len(texts))
