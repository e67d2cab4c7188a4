"""What is compared: anything that ranks passages for questions. An encoder, BM25, or the fusion of two rankings.

In: the corpus (texts of passages) when a system is made, questions when it is asked. Out: for each question the indices
of the best passages. A system knows nothing of courses, kinds of question or right answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import tantivy

from courselens.encode import Encoder, Vectors

Ranking = npt.NDArray[np.int64]
"""int64 of shape (n, k): for each question the indices of passages, best first; -1 where fewer than k were found."""

FUSION_CONSTANT = 60
"""k of reciprocal rank fusion, as its authors chose it (Cormack, Clarke & Büttcher 2009, SIGIR)."""

FUSION_DEPTH = 100
"""How many results of each ranking are fused."""

_BLOCK = 512  # questions a matrix product: 512 × 100,000 scores are 200 MB


class System(Protocol):
    """Ranks the passages of a fixed corpus."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    def rank(self, questions: Sequence[str], k: int) -> Ranking:
        """Indices of the best `k` passages for each question."""
        ...


class Remembering:
    """An encoder that encodes each text once: a model, its fusion with BM25 and its scores of pairs share texts."""

    def __init__(self, encoder: Encoder, known: Mapping[str, Vectors] | None = None) -> None:
        """`known` are vectors (d,) that `encoder` has made of texts before."""
        self._encoder = encoder
        self._known: dict[str, Vectors] = dict(known or {})

    @property
    def dimensions(self) -> int:
        """As the encoder's."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder's."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])


@dataclass(frozen=True)
class Cut:
    """An encoder whose vectors are cut to their first `dimensions` and L2-normalised again, to be stored in less room
    (Kusupati et al. 2022, "Matryoshka Representation Learning").
    """

    encoder: Encoder
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (len(texts), dimensions)."""
        cut = self.encoder.encode(list(texts))[:, : self.dimensions]
        vectors: Vectors = cut / np.maximum(np.linalg.norm(cut, axis=1, keepdims=True), 1e-12)
        return vectors


@dataclass(frozen=True)
class DenseSystem:
    """Cosine of sentence embeddings, exact. `passages` are the corpus' vectors by the same encoder."""

    name: str
    encoder: Encoder
    passages: Vectors

    @classmethod
    def over(cls, name: str, encoder: Encoder, texts: Sequence[str]) -> DenseSystem:
        """Encode the corpus and be ready to rank it."""
        return cls(name, encoder, encoder.encode(list(texts)))

    def rank(self, questions: Sequence[str], k: int) -> Ranking:
        """Indices of the `k` passages of the highest cosine; the earlier passage first where cosines are equal."""
        vectors = self.encoder.encode(list(questions))
        out = np.full((len(questions), k), -1, dtype=np.int64)
        for start in range(0, len(questions), _BLOCK):
            best = top(vectors[start : start + _BLOCK] @ self.passages.T, k)
            out[start : start + len(best), : best.shape[1]] = best
        return out


@dataclass(frozen=True)
class Bm25System:
    """BM25 with tantivy's constants (k1 = 1.2, b = 0.75) over lower-cased words, without stemming.

    The peer that a user would take: nothing of what `search` knows about codes, titles and fields.
    """

    name: str
    index: tantivy.Index

    @classmethod
    def over(cls, name: str, texts: Sequence[str]) -> Bm25System:
        """Index the corpus in memory and be ready to rank it."""
        schema = tantivy.SchemaBuilder().add_text_field("text").add_integer_field("row", stored=True).build()
        index = tantivy.Index(schema)
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(text=text, row=row))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(name, index)

    def rank(self, questions: Sequence[str], k: int) -> Ranking:
        """Indices of the `k` passages of the highest BM25 score that share a word with the question."""
        searcher = self.index.searcher()
        out = np.full((len(questions), k), -1, dtype=np.int64)
        for row, question in zip(out, questions, strict=True):
            words = " ".join(re.findall(r"\w+", question.lower()))  # the query language knows AND, OR, NOT in capitals
            if not words:
                continue
            hits = searcher.search(self.index.parse_query(words, ["text"]), k).hits
            row[: len(hits)] = [searcher.doc(address)["row"][0] for _, address in hits]
        return out


@dataclass(frozen=True)
class FusedSystem:
    """Reciprocal rank fusion of two systems over the same corpus: score = Σ 1 / (60 + rank)."""

    name: str
    first: System
    second: System

    def rank(self, questions: Sequence[str], k: int) -> Ranking:
        """Indices of the `k` passages of the highest fused score."""
        depth = max(k, FUSION_DEPTH)
        return fuse(self.first.rank(questions, depth), self.second.rank(questions, depth), k)


def fuse(first: Ranking, second: Ranking, k: int) -> Ranking:
    """Reciprocal rank fusion of two rankings of shape (n, any); the smaller index first where scores are equal."""
    out = np.full((len(first), k), -1, dtype=np.int64)
    for row, rankings in zip(out, zip(first, second, strict=True), strict=True):
        scores: dict[int, float] = {}
        for ranking in rankings:
            for rank, index in enumerate(ranking[ranking >= 0].tolist(), 1):
                scores[index] = scores.get(index, 0.0) + 1 / (FUSION_CONSTANT + rank)
        best = sorted(scores, key=lambda index: (-scores[index], index))[:k]
        row[: len(best)] = best
    return out


def top(scores: npt.NDArray[np.float32], k: int) -> Ranking:
    """Column indices of the `k` largest of each row, largest first; shape (n, min(k, columns))."""
    k = min(k, scores.shape[1])
    if k < scores.shape[1]:
        candidates = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    else:
        candidates = np.broadcast_to(np.arange(k), scores.shape)
    order = np.argsort(-np.take_along_axis(scores, candidates, axis=1), axis=1, kind="stable")
    result: Ranking = np.take_along_axis(candidates, order, axis=1)
    return result
