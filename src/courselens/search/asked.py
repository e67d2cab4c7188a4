"""Which field or section a question asks for: a small linear classifier over the question's embedding and its words.

In: the phrasings of `words/asked.yaml`, the questions of `words/students.tsv`, the expressions of
`words/expressions.tsv` and the topics of `words/described.tsv`, encoded by the index's own encoder when an index is
made; a question whose course name has been replaced by a placeholder when it is asked. Out: a probability for each
field, section and for `courses`, `none` and `elsewhere`. The embedding brings meaning, the words bring precision;
softmax regression weighs them (fitted with Adam on some thirty thousand texts, seconds, the same for the same
encoder). People ask in too many unlike ways for one line to divide each field from the rest, most of all what no
catalogue holds: the students' questions nearest to the one asked count beside the regression.
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
    NOT_FIELDS,
    Phrasing,
    asking_words,
    collapse,
    conditions,
    described,
    expressions,
    frame_words,
    phrasings,
    stop_words,
    students,
)

EMBEDDING_SCALE = 3.0
"""Weight of the embedding (unit length) beside the words (unit length)."""
WORD_SCALE = 4.0
RARITY = 0.25
"""Power of its rarity by which an example of a class counts."""
STUDENT = 3.0
"""How much a question that a student would ask counts beside a phrasing written down for a field."""
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
"""Questions nearest to one that tell whether it asks for what no catalogue holds."""
FIELD_NEIGHBOURS = 40
"""Students' questions nearest to one that tell which field it asks for."""
SHARPNESS = 20.0
"""Inverse temperature of their cosines: .05 apart weighs 1 to e."""
KEPT = 2048
"""Questions whose probabilities are kept."""
SHARE = 0.5
"""Of the neighbours in the probability of `elsewhere`."""
FIELD_SHARE = 0.35
"""Of the neighbours in how the probability of all fields is divided among them."""
SAMENESS = {"credits": "ects"}
"""Entries that no wording tells apart: a catalogue has one of them."""

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AskedModel:
    """`names` of the K classes, `weights` float32 of shape (d + V, K), `bias` (K,), V known word features; `deep`
    (d + V,) and `deep_bias` weigh what asks for more than a summary tells; `asked` are the embeddings (n, d) of
    students' questions and of what asks for no field, in 8 bits, those that ask for a field first, and `classes` (n,)
    the places of their names.
    """

    names: tuple[str, ...]
    features: Mapping[str, int]
    weights: Floats
    bias: Floats
    deep: Floats
    deep_bias: float
    asked: Rounded
    classes: Ints
    special: npt.NDArray[np.bool_] = field(init=False, repr=False)
    """Of each class, whether it is no field."""
    fields: int = field(init=False, repr=False)
    """How many of `asked` ask for a field."""
    spellings: dict[tuple[str, int], list[str]] = field(default_factory=dict, repr=False)
    told: dict[tuple[str, bytes], Mapping[str, float]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        special = np.array([name in NOT_FIELDS for name in self.names])
        object.__setattr__(self, "special", special)
        object.__setattr__(self, "fields", int(np.count_nonzero(~special[self.classes])))

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
        shares /= shares.sum()
        cosine = self.asked.dot(vector[None])[0]
        near = self._near(cosine[: self.fields], FIELD_NEIGHBOURS)
        told = shares[~self.special].sum()
        shares = np.where(self.special, shares, (1 - FIELD_SHARE) * shares + FIELD_SHARE * told * near)
        place = self.names.index("elsewhere")
        before = float(shares[place])
        after = (1 - SHARE) * before + SHARE * float(self._near(cosine, NEIGHBOURS)[place])
        shares = shares * ((1 - after) / max(1 - before, 1e-9))
        shares[place] = after
        return dict(zip(self.names, shares.tolist(), strict=True))

    def _near(self, cosine: Floats, most: int) -> npt.NDArray[np.float64]:
        """The shares (K,) of the classes among the `most` nearest of the first questions, whose `cosine` is given."""
        most = min(most, len(cosine))
        nearest = np.argpartition(-cosine, most - 1)[:most]
        weight = np.exp(SHARPNESS * (cosine[nearest] - cosine[nearest].max()))
        shares = np.zeros(len(self.names))
        np.add.at(shares, self.classes[nearest], weight / weight.sum())
        return shares

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
        """Write `asked_model.json`, `asked_model.npy`, `asked_deep.npy` and `asked_questions.npy`."""
        data = {
            "names": list(self.names),
            "features": list(self.features),
            "bias": self.bias.tolist(),
            "deep_bias": self.deep_bias,
            "classes": self.classes.tolist(),
            "largest": self.asked.largest,
        }
        (folder / "asked_model.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        np.save(folder / "asked_model.npy", self.weights)
        np.save(folder / "asked_deep.npy", self.deep)
        np.save(folder / "asked_questions.npy", self.asked.rows)

    @classmethod
    def open(cls, folder: Path) -> AskedModel:
        """Open what `write` wrote."""
        data = json.loads((folder / "asked_model.json").read_text(encoding="utf-8"))
        features = {feature: number for number, feature in enumerate(data["features"])}
        weights = np.load(folder / "asked_model.npy")
        rows = Rounded(np.load(folder / "asked_questions.npy", mmap_mode="r").view(np.ndarray), data["largest"])
        classes = np.array(data["classes"], dtype=np.int64)
        bias = np.array(data["bias"], dtype=np.float32)
        deep = np.load(folder / "asked_deep.npy")
        return cls(tuple(data["names"]), features, weights, bias, deep, data["deep_bias"], rows, classes)


def fit_asked(encoder: Encoder, topics: Sequence[str], sentences: Sequence[str] = (), *, seed: int = 1) -> AskedModel:
    """Fit on the phrasings, with a placeholder for the course and with one of `topics` (titles) in its place.

    `sentences` of the catalogue teach what a description looks like that asks for nothing.
    """
    texts, labels, counts = examples(topics, sentences, seed=seed)
    names = tuple(sorted(set(labels)))
    targets = np.array([names.index(label) for label in labels])
    told = [_features([word.text for word in words(text)[:LONGEST]]) for text in texts]
    times = Counter(feature for features in told for feature in set(features))
    known = {feature: n for n, feature in enumerate(sorted(f for f, count in times.items() if count >= LEAST_COUNT))}
    vectors = encoder.encode(texts)
    dense = vectors.shape[1]
    rows = [np.array([dense + known[feature] for feature in one if feature in known], dtype=np.int64) for one in told]
    width = dense + len(known)
    counted = np.array(counts)
    weights, bias = _softmax_regression(vectors, rows, targets, width, seed, counts=counted)
    depths = {one.text.replace("{x}", MENTION).rstrip("?"): one.depth for one in students() if one.depth}
    judged = [row for row, text in enumerate(texts) if text.rstrip("?") in depths]
    depth = np.array([depths[texts[row].rstrip("?")] == "detail" for row in judged], dtype=np.int64)
    deep, deep_biases = _softmax_regression(
        vectors[judged], [rows[row] for row in judged], depth, width, seed, epochs=DEEP_EPOCHS
    )
    special = np.array([label in NOT_FIELDS for label in labels])
    kept = np.concatenate([np.flatnonzero(~special & (counted == STUDENT)), np.flatnonzero(special)])
    near = Rounded.of(vectors[kept])
    deep_bias = float(deep_biases[1] - deep_biases[0])
    return AskedModel(names, known, weights, bias, deep[:, 1] - deep[:, 0], deep_bias, near, targets[kept])


def examples(
    topics: Sequence[str], sentences: Sequence[str] = (), *, seed: int
) -> tuple[list[str], list[str], list[float]]:
    """Questions, what they ask, and how much they count. Phrasings without a course (`none`, `courses`) hold topics
    only.

    Where a question names no course, its topic is cut out when it is understood; so it is in every other example here.
    """
    choose = random.Random(seed)
    pool = [topic for topic in topics if topic] or ["economics", "history", "statistics"]
    texts: list[str] = []
    labels: list[str] = []
    counts: list[float] = []

    def add(text: str, asked: str, count: float = 1.0) -> None:
        texts.append(text if choose.random() < 0.5 else text + "?")
        labels.append(SAMENESS.get(asked, asked))
        counts.append(count)

    for phrasing in _all_phrasings(seed):
        named = phrasing.asked not in ("none", "courses")
        for number in range(4 if phrasing.asked == "none" else 1 + (not named or choose.random() < FILLED)):
            fill = MENTION if named and number == 0 else _topic(pool, choose)
            text = phrasing.text
            while "{x}" in text:
                text = text.replace("{x}", fill, 1)
                fill = _topic(pool, choose) if fill != MENTION else fill
            text = collapse(text) if number % 2 else text
            add(text, phrasing.asked)
    for one in expressions():
        told = [MENTION, one.text] if choose.random() < 0.5 else [one.text, MENTION]
        add(" ".join(told), one.asked)
    for one in described():
        add(collapse(one.text), one.asked)
    for one in students():
        add(one.text.replace("{x}", MENTION), one.asked, STUDENT)
    for sentence in choose.sample(list(sentences), min(FRAGMENTS, len(sentences))):
        told = sentence.split()
        first = choose.randrange(max(1, len(told) - 4))
        add(collapse(" ".join(told[first : first + choose.randint(4, 14)])), "none")
    return texts, labels, counts


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
    counts: npt.NDArray[np.float64] | None = None,
) -> tuple[Floats, Floats]:
    """Weights (width, K) and bias (K,) by Adam on cross entropy (Kingma & Ba 2015, its default moments).

    The first rows weigh the embedding, the others the words `told` (their rows of the weights, for each example). A
    class counts by a power of its rarity, and an example by its share of `counts`. A batch touches only the weights of
    its own words, which keeps it fast.
    """
    rng = np.random.default_rng(seed)
    rows, dense = vectors.shape
    classes = int(targets.max()) + 1
    share = np.bincount(targets, minlength=classes) / rows
    weight = (1 / (classes * share[targets])) ** RARITY * (1.0 if counts is None else counts)
    weight /= weight.mean()
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
            shares *= (weight[chosen] / len(chosen))[:, None]
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
