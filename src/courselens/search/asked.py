"""Which field or section a question asks for: a small linear classifier over the question's embedding and its words.

In: the phrasings of `words/asked.yaml`, encoded by the index's own encoder when an index is made; a question whose
course name has been replaced by a placeholder when it is asked. Out: a probability for each field, section and for
`courses`, `none` and `elsewhere`. The embedding brings meaning, the words bring precision; softmax regression weighs
them (fitted with Adam on the few thousand phrasings, seconds, the same for the same encoder).
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from courselens.encode import Encoder, Vectors
from courselens.search.tokens import words
from courselens.search.vocabulary import MENTION, phrasings

EMBEDDING_SCALE = 4.0
"""Weight of the embedding (unit length) beside the words (unit length)."""
WORD_SCALE = 2.0
LEAST_COUNT = 3
LONGEST = 40
"""Words of a question that are looked at."""
EPOCHS = 12
BATCH = 128
LEARNING_RATE = 0.02
DECAY = 3e-4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AskedModel:
    """`names` of the K classes, `weights` float32 of shape (d + V, K), `bias` (K,), V known word features."""

    names: tuple[str, ...]
    features: Mapping[str, int]
    weights: Floats
    bias: Floats
    spellings: dict[tuple[str, int], list[str]] = field(default_factory=dict, repr=False)

    def probabilities(self, text: str, vector: npt.NDArray[np.float32]) -> dict[str, float]:
        """Probability of each class for a question and its embedding (d,), summing to 1."""
        scores = (EMBEDDING_SCALE * vector) @ self.weights[: len(vector)] + self.bias
        found = self._numbers(text)
        if found:
            scores = scores + WORD_SCALE / np.sqrt(len(found)) * self.weights[[len(vector) + n for n in found]].sum(0)
        shares = np.exp(scores - scores.max())
        return dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))

    def _numbers(self, text: str) -> list[int]:
        told = [self._mended(word.text) for word in words(text)[:LONGEST]]
        return [self.features[feature] for feature in _features(told) if feature in self.features]

    def _mended(self, word: str) -> str:
        """A misspelt word of asking as the phrasings spell it (`teachs` → `teaches`)."""
        if len(word) < 4 or word in self.features:
            return word
        near = [known for size in (-1, 0, 1) for known in self._spellings().get((word[0], len(word) + size), ())]
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1)
        return str(best[0]) if best else word

    def _spellings(self) -> Mapping[tuple[str, int], list[str]]:
        """Single words of the phrasings by first letter and length."""
        if not self.spellings:
            for known in self.features:
                if " " not in known and not known.endswith("*"):
                    self.spellings.setdefault((known[0], len(known)), []).append(known)
        return self.spellings

    def write(self, folder: Path) -> None:
        """Write `asked_model.json` and `asked_model.npy`."""
        data = {"names": list(self.names), "features": list(self.features), "bias": self.bias.tolist()}
        (folder / "asked_model.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "asked_model.npy", self.weights)

    @classmethod
    def open(cls, folder: Path) -> AskedModel:
        """Open what `write` wrote."""
        data = json.loads((folder / "asked_model.json").read_text(encoding="utf-8"))
        features = {feature: number for number, feature in enumerate(data["features"])}
        weights = np.load(folder / "asked_model.npy")
        return cls(tuple(data["names"]), features, weights, np.array(data["bias"], dtype=np.float32))


def fit_asked(encoder: Encoder, topics: Sequence[str], *, seed: int = 1) -> AskedModel:
    """Fit on the phrasings, with a placeholder for the course and with one of `topics` (titles) in its place."""
    texts, labels = examples(topics, seed=seed)
    names = tuple(sorted(set(labels)))
    targets = np.array([names.index(label) for label in labels])
    told = [_features([word.text for word in words(text)[:LONGEST]]) for text in texts]
    counts = Counter(feature for features in told for feature in set(features))
    known = {feature: n for n, feature in enumerate(sorted(f for f, count in counts.items() if count >= LEAST_COUNT))}
    matrix = _matrix(encoder.encode(texts), told, known)
    weights, bias = _softmax_regression(matrix, targets, len(names), seed)
    return AskedModel(names, known, weights, bias)


def examples(topics: Sequence[str], *, seed: int) -> tuple[list[str], list[str]]:
    """Questions and what they ask. Phrasings without a course (`none`, `courses`) hold topics only."""
    choose = random.Random(seed)
    pool = [topic for topic in topics if topic] or ["economics", "history", "statistics"]
    texts, labels = [], []

    def topic() -> str:
        picked = choose.choice(pool)
        told = picked.split()
        if len(told) > 3 and choose.random() < 0.5:
            first = choose.randrange(len(told) - 2)
            picked = " ".join(told[first : first + choose.randint(2, 4)])
        return picked.lower() if choose.random() < 0.6 else picked

    for phrasing in phrasings(seed=seed):
        fills = [MENTION, topic()] if phrasing.asked not in ("none", "courses") else [topic(), topic()]
        if phrasing.asked == "none":
            fills = [topic() for _ in range(8)]
        for fill in fills:
            text = phrasing.text
            while "{x}" in text:
                text = text.replace("{x}", fill, 1)
                fill = topic() if fill != MENTION else fill
            texts.append(text if choose.random() < 0.5 else text + "?")
            labels.append(phrasing.asked)
    return texts, labels


def _features(told: Sequence[str]) -> list[str]:
    """Words, neighbouring words, and beginnings of long words: what a phrase is recognised by across inflections."""
    beginnings = [f"{word[:6]}*" for word in told if len(word) > 6]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(told)]
    return list(dict.fromkeys([*told, *pairs, *beginnings]))


def _matrix(vectors: Vectors, told: Sequence[Sequence[str]], known: Mapping[str, int]) -> Floats:
    rows, width = vectors.shape
    matrix = np.zeros((rows, width + len(known)), dtype=np.float32)
    matrix[:, :width] = EMBEDDING_SCALE * vectors
    for row, features in zip(matrix, told, strict=True):
        numbers = [width + known[feature] for feature in features if feature in known]
        if numbers:
            row[numbers] = WORD_SCALE / np.sqrt(len(numbers))
    return matrix


def _softmax_regression(
    matrix: Floats, targets: npt.NDArray[np.int64], classes: int, seed: int
) -> tuple[Floats, Floats]:
    """Adam on cross entropy, every class weighing the same (Kingma & Ba 2015, its default moments)."""
    rng = np.random.default_rng(seed)
    rows, width = matrix.shape
    share = np.bincount(targets, minlength=classes) / rows
    weight = (1 / (classes * share[targets])) ** 0.5
    params = [np.zeros((width, classes), dtype=np.float32), np.zeros(classes, dtype=np.float32)]
    first, second = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    steps = 0
    for epoch in range(EPOCHS):
        order = rng.permutation(rows)
        rate = LEARNING_RATE * (1 - epoch / EPOCHS)
        for start in range(0, rows, BATCH):
            chosen = order[start : start + BATCH]
            scores = matrix[chosen] @ params[0] + params[1]
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            shares[np.arange(len(chosen)), targets[chosen]] -= 1
            shares *= (weight[chosen] / len(chosen))[:, None]
            gradients = [matrix[chosen].T @ shares + DECAY * params[0], shares.sum(axis=0)]
            steps += 1
            for param, gradient, m, v in zip(params, gradients, first, second, strict=True):
                m += 0.1 * (gradient - m)
                v += 0.001 * (gradient**2 - v)
                param -= rate * (m / (1 - 0.9**steps)) / (np.sqrt(v / (1 - 0.999**steps)) + 1e-8)
    return params[0], params[1]
