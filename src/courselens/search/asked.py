"""Which field or section a question asks for: a small linear classifier over the question's embedding and its words.

In: the phrasings of `words/asked.yaml`, the questions of `words/students.tsv` and the topics of `words/described.tsv`,
encoded by the index's own encoder when an index is made; a question whose course name has been replaced by a
placeholder when it is asked. Out: a probability for each field, section and for `courses`, `none` and `elsewhere`.
The embedding brings meaning, the words bring
precision; softmax regression weighs them (fitted with Adam on the few thousand phrasings, seconds, the same for the
same encoder). What no catalogue holds is asked in too many unlike ways for one line to divide it from the rest; for it
the phrasings nearest to the question count as much as the regression.
"""

from __future__ import annotations

import itertools
import json
import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from courselens.dataset.phrasing import OWN, all_phrasings
from courselens.encode import Encoder, Vectors
from courselens.search.tokens import words
from courselens.search.vectors import Rounded
from courselens.search.vocabulary import (
    MENTION,
    Phrasing,
    asking_words,
    collapse,
    conditions,
    described,
    frame_words,
    phrasings,
    stop_words,
    students,
)

EMBEDDING_SCALE = 4.0
"""Weight of the embedding (unit length) beside the words (unit length)."""
WORD_SCALE = 2.0
LEAST_COUNT = 3
LONGEST = 40
"""Words of a question that are looked at."""
EPOCHS = 12
DEEP_EPOCHS = 60
"""For the few questions about examinations of which somebody said whether a summary tells it."""
BATCH = 256
LEARNING_RATE = 0.02
DECAY = 1e-4
PIECE = "#"
"""Begins the features that are pieces of long words."""
PIECE_SIZE = 4
FRAGMENTS = 1200
"""Pieces of the catalogue's own sentences that stand for descriptions of a topic, which ask for no field."""
MOST = 3
"""Alternatives of one line that are learnt from: more lines teach more than more alternatives."""
FILLED = 0.3
"""Share of the phrasings that are learnt with a topic in the course's place, besides with the placeholder."""
NEIGHBOURS = 20
"""Phrasings nearest to a question that tell whether it asks for what no catalogue holds."""
SHARPNESS = 20.0
"""Inverse temperature of their cosines: .05 apart weighs 1 to e."""
KEPT = 2048
"""Questions whose probabilities are kept."""
SHARE = 0.5
"""Of the neighbours in the probability of `elsewhere`."""
SAMENESS = {"credits": "ects"}
"""Entries that no wording tells apart: a catalogue has one of them."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AskedModel:
    """`names` of the K classes, `weights` float32 of shape (d + V, K), `bias` (K,), V known word features; `deep`
    (d + V,) and `deep_bias` weigh what asks for more than a summary tells; `phrasings` (n, d) in 8 bits, and which of
    them ask for what no catalogue holds, bool (n,).
    """

    names: tuple[str, ...]
    features: Mapping[str, int]
    weights: Floats
    bias: Floats
    deep: Floats
    deep_bias: float
    phrasings: Rounded
    elsewhere: npt.NDArray[np.bool_]
    spellings: dict[tuple[str, int], list[str]] = field(default_factory=dict, repr=False)
    told: dict[tuple[str, bytes], Mapping[str, float]] = field(default_factory=dict, repr=False)

    def probabilities(self, text: str, vector: npt.NDArray[np.float32]) -> Mapping[str, float]:
        """Probability of each class for a question and its embedding (d,), summing to 1. The same is asked of many
        courses: the last answers are kept.
        """
        key = (text, vector.tobytes())
        found = self.told.get(key)
        if found is None:
            found = self._probabilities(text, vector)
            if len(self.told) >= KEPT:
                self.told.clear()
            self.told[key] = found
        return found

    def _probabilities(self, text: str, vector: npt.NDArray[np.float32]) -> dict[str, float]:
        scores = (EMBEDDING_SCALE * vector) @ self.weights[: len(vector)] + self.bias
        found = self._numbers(text)
        if found:
            scores = scores + WORD_SCALE / np.sqrt(len(found)) * self.weights[[len(vector) + n for n in found]].sum(0)
        shares = np.exp(scores - scores.max())
        told = dict(zip(self.names, (shares / shares.sum()).tolist(), strict=True))
        before = told.get("elsewhere", 1.0)
        after = (1 - SHARE) * before + SHARE * self._near_elsewhere(vector)
        rest = (1 - after) / max(1 - before, 1e-9)
        return {name: after if name == "elsewhere" else rest * share for name, share in told.items()}

    def _near_elsewhere(self, vector: npt.NDArray[np.float32]) -> float:
        """The share of `elsewhere` among the phrasings nearest to a question."""
        cosine = self.phrasings.dot(vector[None])[0]
        most = min(NEIGHBOURS, len(cosine))
        nearest = np.argpartition(-cosine, most - 1)[:most]
        weight = np.exp(SHARPNESS * (cosine[nearest] - cosine[nearest].max()))
        return float(weight @ self.elsewhere[nearest] / weight.sum())

    def detail(self, text: str, vector: npt.NDArray[np.float32]) -> float:
        """Probability that a question about an examination asks for more than a summary of its parts tells."""
        score = EMBEDDING_SCALE * float(vector @ self.deep[: len(vector)]) + self.deep_bias
        found = self._numbers(text)
        if found:
            score += WORD_SCALE / math.sqrt(len(found)) * float(self.deep[[len(vector) + n for n in found]].sum())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def mend(self, text: str) -> str:
        """`text` with misspelt words of asking as the phrasings spell them: `X assesment` → `X assessment`."""
        out, at = [], 0
        for word in words(text)[:LONGEST]:
            mended = self._mended(word.text)
            out += [text[at : word.start], text[word.start : word.end] if mended == word.text else mended]
            at = word.end
        return "".join([*out, text[at:]])

    def _numbers(self, text: str) -> list[int]:
        told = [word.text for word in words(text)[:LONGEST]]
        return [self.features[feature] for feature in _features(told) if feature in self.features]

    def _mended(self, word: str) -> str:
        """A misspelt word of asking as the phrasings spell it (`teachs` → `teaches`)."""
        if len(word) < 4 or word in self.features or word in frame_words():
            return word
        near = [known for size in (-1, 0, 1) for known in self._spellings().get((word[0], len(word) + size), ())]
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1)
        return str(best[0]) if best and best[0] in asking_words() and best[0] not in stop_words() else word

    def _spellings(self) -> Mapping[tuple[str, int], list[str]]:
        """Single words of the phrasings by first letter and length."""
        if not self.spellings:
            for known in self.features:
                if " " not in known and not known.startswith(PIECE):
                    self.spellings.setdefault((known[0], len(known)), []).append(known)
        return self.spellings

    def write(self, folder: Path) -> None:
        """Write `asked_model.json`, `asked_model.npy`, `asked_deep.npy` and `asked_phrasings.npy`."""
        data = {
            "names": list(self.names),
            "features": list(self.features),
            "bias": self.bias.tolist(),
            "deep_bias": self.deep_bias,
            "elsewhere": np.flatnonzero(self.elsewhere).tolist(),
            "largest": self.phrasings.largest,
        }
        (folder / "asked_model.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "asked_model.npy", self.weights)
        np.save(folder / "asked_deep.npy", self.deep)
        np.save(folder / "asked_phrasings.npy", self.phrasings.rows)

    @classmethod
    def open(cls, folder: Path) -> AskedModel:
        """Open what `write` wrote."""
        data = json.loads((folder / "asked_model.json").read_text(encoding="utf-8"))
        features = {feature: number for number, feature in enumerate(data["features"])}
        weights = np.load(folder / "asked_model.npy")
        rows = Rounded(np.load(folder / "asked_phrasings.npy", mmap_mode="r").view(np.ndarray), data["largest"])
        elsewhere = np.zeros(len(rows.rows), dtype=bool)
        elsewhere[data["elsewhere"]] = True
        bias = np.array(data["bias"], dtype=np.float32)
        deep = np.load(folder / "asked_deep.npy")
        return cls(tuple(data["names"]), features, weights, bias, deep, data["deep_bias"], rows, elsewhere)


def fit_asked(encoder: Encoder, topics: Sequence[str], sentences: Sequence[str] = (), *, seed: int = 1) -> AskedModel:
    """Fit on the phrasings, with a placeholder for the course and with one of `topics` (titles) in its place.

    `sentences` of the catalogue teach what a description looks like that asks for nothing.
    """
    texts, labels, lines = examples(topics, sentences, seed=seed)
    names = tuple(sorted(set(labels)))
    targets = np.array([names.index(label) for label in labels])
    told = [_features([word.text for word in words(text)[:LONGEST]]) for text in texts]
    counts = Counter(feature for features in told for feature in set(features))
    known = {feature: n for n, feature in enumerate(sorted(f for f, count in counts.items() if count >= LEAST_COUNT))}
    vectors = encoder.encode(texts)
    dense = vectors.shape[1]
    rows = [np.array([dense + known[feature] for feature in one if feature in known], dtype=np.int64) for one in told]
    width = dense + len(known)
    weights, bias = _softmax_regression(vectors, rows, targets, width, seed)
    depths = {one.text.replace("{x}", MENTION).rstrip("?"): one.depth for one in students() if one.depth}
    judged = [row for row, text in enumerate(texts) if text.rstrip("?") in depths]
    depth = np.array([depths[texts[row].rstrip("?")] == "detail" for row in judged], dtype=np.int64)
    deep, deep_biases = _softmax_regression(
        vectors[judged], [rows[row] for row in judged], depth, width, seed, epochs=DEEP_EPOCHS
    )
    elsewhere = np.array([labels[row] == "elsewhere" for row in lines])
    near = Rounded.of(vectors[lines])
    deep_bias = float(deep_biases[1] - deep_biases[0])
    return AskedModel(names, known, weights, bias, deep[:, 1] - deep[:, 0], deep_bias, near, elsewhere)


def examples(
    topics: Sequence[str], sentences: Sequence[str] = (), *, seed: int
) -> tuple[list[str], list[str], list[int]]:
    """Questions, what they ask, and the places of those that stand for a phrasing each. Phrasings without a course
    (`none`, `courses`) hold topics only.

    Where a question names no course, its topic is cut out when it is understood; so it is in every other example here.
    """
    choose = random.Random(seed)
    pool = [topic for topic in topics if topic] or ["economics", "history", "statistics"]
    texts: list[str] = []
    labels: list[str] = []
    lines: dict[str, int] = {}

    def add(text: str, asked: str) -> None:
        texts.append(text if choose.random() < 0.5 else text + "?")
        labels.append(SAMENESS.get(asked, asked))

    for phrasing in _all_phrasings(seed):
        named = phrasing.asked not in ("none", "courses")
        for number in range(4 if phrasing.asked == "none" else 1 + (not named or choose.random() < FILLED)):
            fill = MENTION if named and number == 0 else _topic(pool, choose)
            text = phrasing.text
            while "{x}" in text:
                text = text.replace("{x}", fill, 1)
                fill = _topic(pool, choose) if fill != MENTION else fill
            text = collapse(text) if number % 2 else text
            if number == (0 if named else 1):
                lines.setdefault(text, len(texts))
            add(text, phrasing.asked)
    for one in described():
        add(collapse(one.text), one.asked)
    for one in students():
        add(one.text.replace("{x}", MENTION), one.asked)
    for sentence in choose.sample(list(sentences), min(FRAGMENTS, len(sentences))):
        told = sentence.split()
        first = choose.randrange(max(1, len(told) - 4))
        add(collapse(" ".join(told[first : first + choose.randint(4, 14)])), "none")
    return texts, labels, [*lines.values()]


def _topic(pool: Sequence[str], choose: random.Random) -> str:
    """One of `pool`, often only a few words of it, often in lower case."""
    picked = choose.choice(pool)
    told = picked.split()
    if len(told) > 3 and choose.random() < 0.5:
        first = choose.randrange(len(told) - 2)
        picked = " ".join(told[first : first + choose.randint(2, 4)])
    return picked.lower() if choose.random() < 0.6 else picked


def _all_phrasings(seed: int) -> list[Phrasing]:
    """Those of `asked.yaml`, and the ones that training questions are made from (never the held-out ones)."""
    values = conditions()
    known = {
        "language": [*values["language"]],
        "ects": ["3", "4", "6", "7.5"],
        "lecturer": ["Smith", "Müller", "Jensen"],
        **{name: [*values[name]] for name in ("level", "type", "start", "duration", "exam_form", "teaching_method")},
    }
    choose = random.Random(seed)
    found = phrasings(most=MOST, seed=seed)
    for one in all_phrasings():
        asked = SAMENESS.get(one.asked or "", one.asked)
        usable = (
            asked and asked != OWN and not one.held_out and re.findall(r"{(\w+)}", one.text.replace("{v}", "")) == ["x"]
        )
        if asked and usable and ("{v}" not in one.text or asked in known):
            value = choose.choice(known.get(asked, [""]))
            found.append(Phrasing(one.text.rstrip("?").replace("{v}", value), asked, one.language))
    return found


def _features(told: Sequence[str]) -> list[str]:
    """Words, neighbouring words, and pieces of long words: inflections and compounds share most of their pieces."""
    pieces = [
        PIECE + piece
        for word in told
        if len(word) > PIECE_SIZE
        for piece in (f"<{word}>"[at : at + PIECE_SIZE] for at in range(len(word) + 3 - PIECE_SIZE))
    ]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(told)]
    return list(dict.fromkeys([*told, *pairs, *pieces]))


def _softmax_regression(
    vectors: Vectors,
    told: Sequence[Ints],
    targets: npt.NDArray[np.int64],
    width: int,
    seed: int,
    *,
    epochs: int = EPOCHS,
) -> tuple[Floats, Floats]:
    """Weights (width, K) and bias (K,) by Adam on cross entropy (Kingma & Ba 2015, its default moments).

    The first rows weigh the embedding, the others the words `told` (their rows of the weights, for each example). A
    class counts by the root of its rarity. A batch touches only the weights of its own words, which keeps it fast.
    """
    rng = np.random.default_rng(seed)
    rows, dense = vectors.shape
    classes = int(targets.max()) + 1
    share = np.bincount(targets, minlength=classes) / rows
    counts = (1 / (classes * share[targets])) ** 0.5
    weights, bias = np.zeros((width, classes), dtype=np.float32), np.zeros((1, classes), dtype=np.float32)
    moments = {name: (np.zeros_like(p), np.zeros_like(p)) for name, p in (("weights", weights), ("bias", bias))}
    whole = np.arange(dense)
    steps = 0
    for epoch in range(epochs):
        order = rng.permutation(rows)
        rate = LEARNING_RATE * (1 - epoch / epochs)
        for start in range(0, rows, BATCH):
            chosen = order[start : start + BATCH]
            mine = [told[row] for row in chosen]
            used, where = np.unique(np.concatenate(mine), return_inverse=True)
            active = np.concatenate([whole, used])
            matrix = np.zeros((len(chosen), len(active)), dtype=np.float32)
            matrix[:, :dense] = EMBEDDING_SCALE * vectors[chosen]
            sizes = np.array([len(one) for one in mine])
            matrix[np.repeat(np.arange(len(chosen)), sizes), dense + where] = np.repeat(
                WORD_SCALE / np.sqrt(np.maximum(sizes, 1)), sizes
            )
            scores = matrix @ weights[active] + bias
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            shares[np.arange(len(chosen)), targets[chosen]] -= 1
            shares *= (counts[chosen] / len(chosen))[:, None]
            steps += 1
            for name, param, at, gradient in (
                ("weights", weights, active, matrix.T @ shares + DECAY * weights[active]),
                ("bias", bias, np.array([0]), shares.sum(axis=0, keepdims=True)),
            ):
                first, second = moments[name]
                first[at] += 0.1 * (gradient - first[at])
                second[at] += 0.001 * (gradient**2 - second[at])
                moved = first[at] / (1 - 0.9**steps)
                param[at] -= rate * moved / (np.sqrt(second[at] / (1 - 0.999**steps)) + 1e-8)
    return weights, bias[0]
