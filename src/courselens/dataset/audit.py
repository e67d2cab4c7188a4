"""What a training run would see, before it runs: pairs come in, counts, token lengths and warnings go out.

The statistics are those of the reference card (tokens of the first 1000 samples) and those that the card should have
had: repeated and contradicting pairs, texts that the encoder would cut, and negatives that train nothing because the
base model already puts them beyond the margin.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from courselens.dataset.chunks import SPECIAL_TOKENS, load_tokenizer
from courselens.dataset.types import Pair, PairSet
from courselens.encode import Encoder

CARD_SAMPLES = 1000
"""Samples that the card's token statistics are made of."""

LIMITS = (256, 512)
"""Token limits at which texts are cut: of the base model as published, and of the card's."""

PROBED = {0.0: 300, 1.0: 150}
"""Pairs of each label whose cosine is measured at most: 300 give the share of zero gradients within 6 points."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers of tokens of a set of texts, special tokens included."""

    minimum: int
    mean: float
    maximum: int


@dataclass(frozen=True, slots=True)
class Labels:
    """Pairs with label 1.0 and with 0.0."""

    positives: int
    negatives: int


@dataclass(frozen=True, slots=True)
class SideAudit:
    """One side of the split. `kinds` counts how pairs were made; `questions`, `asked`, `styles`, `languages` by label.

    `card` holds the lengths of `sentence_0` and `sentence_1` of the first 1000 samples, `all` those of all.
    """

    pairs: int
    label_mean: float
    courses: int
    kinds: Mapping[str, int]
    questions: Mapping[str, Labels]
    asked: Mapping[str, Labels]
    styles: Mapping[str, int]
    languages: Mapping[str, int]
    card: Mapping[str, Lengths]
    all: Mapping[str, Lengths]
    truncated: Mapping[int, float]
    repeated: int
    near_repeated: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Gradient:
    """What the base model already knows. `share` of `negatives` have a cosine of at most 1 - margin: no gradient.

    `cosines` is the mean cosine of question and passage by kind of pair.
    """

    margin: float
    negatives: int
    share: float
    cosines: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Audit:
    """All of it. `leaked` counts passages of dev and test whose text, numbers aside, also stands in train."""

    style: str
    seed: int
    courses: int
    available: int
    sides: Mapping[str, SideAudit]
    leaked: Mapping[str, int]
    dropped: Mapping[str, int]
    gradient: Gradient | None = None
    warnings: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The shape of `pairs/audit.json`."""
        return asdict(self)

    def text(self) -> str:
        """The audit as a table for people."""
        return "\n".join(_lines(self))


def audit(pairset: PairSet, *, tokenizer: Path, encoder: Encoder | None = None, margin: float = 0.5) -> Audit:
    """Audit of all sides; the cosines are measured on train, with `encoder` (the base model), where one is given.

    `margin` is ContrastiveLoss's, in cosine distance from 0 to 2. Raises CourselensError for an unreadable tokenizer.
    """
    counted = load_tokenizer(tokenizer)
    texts = {text for pairs in pairset.sides.values() for pair in pairs for text in _texts(pair)}
    order = sorted(texts)
    found = counted.encode_batch_fast(order, add_special_tokens=False)
    lengths = {text: len(one.ids) + SPECIAL_TOKENS for text, one in zip(order, found, strict=True)}
    sides: dict[str, SideAudit] = {name: _side(pairs, lengths) for name, pairs in pairset.sides.items() if pairs}
    gradient = _gradient(pairset.train, encoder, margin) if encoder and pairset.train else None
    return Audit(
        pairset.style,
        pairset.seed,
        pairset.courses,
        pairset.available,
        sides,
        _leaked(pairset),
        dict(pairset.dropped),
        gradient,
        tuple(_warnings(pairset, sides, gradient)),
    )


def bare(text: str, *, digits: bool = True) -> str:
    """`text` in lower case without punctuation and, unless `digits`, without numbers: what near-duplicates share."""
    return " ".join(re.sub(r"[\W_]+" if digits else r"[\W\d_]+", " ", text.lower()).split())


def _side(pairs: Sequence[Pair], lengths: Mapping[str, int]) -> SideAudit:
    texts = {text for pair in pairs for text in _texts(pair)}
    exact = Counter((pair.question.text, pair.passage.text) for pair in pairs)
    near = Counter((bare(q, digits=False), bare(p, digits=False)) for q, p in exact)
    labels: dict[tuple[str, str], set[float]] = defaultdict(set)
    for pair in pairs:
        labels[bare(pair.question.text), bare(pair.passage.text)].add(pair.label)
    return SideAudit(
        pairs=len(pairs),
        label_mean=float(np.mean([pair.label for pair in pairs])),
        courses=len({pair.question.course for pair in pairs}),
        kinds=_count(pair.kind for pair in pairs),
        questions=_by_label((pair.question.kind, pair.label) for pair in pairs),
        asked=_by_label((_asked(pair), pair.label) for pair in pairs),
        styles=_count(pair.question.style for pair in pairs),
        languages=_count(pair.question.language for pair in pairs),
        card=_measure(pairs[:CARD_SAMPLES], lengths),
        all=_measure(pairs, lengths),
        truncated={limit: sum(lengths[text] > limit for text in texts) / len(texts) for limit in LIMITS},
        repeated=sum(exact.values()) - len(exact),
        near_repeated=sum(near.values()) - len(near),
        conflicts=sum(len(found) > 1 for found in labels.values()),
    )


def _measure(pairs: Sequence[Pair], lengths: Mapping[str, int]) -> dict[str, Lengths]:
    measured = {}
    for column, texts in (
        ("sentence_0", [pair.question.text for pair in pairs]),
        ("sentence_1", [pair.passage.text for pair in pairs]),
    ):
        counts = [lengths[text] for text in texts]
        measured[column] = Lengths(min(counts), float(np.mean(counts)), max(counts))
    return measured


def _gradient(pairs: Sequence[Pair], encoder: Encoder, margin: float) -> Gradient:
    negatives, positives = ([pair for pair in pairs if pair.label == label][:most] for label, most in PROBED.items())
    probed = [*negatives, *positives]
    order = sorted({text for pair in probed for text in _texts(pair)}, key=lambda text: (len(text), text))
    vectors = encoder.encode(order)
    at = {text: place for place, text in enumerate(order)}
    questions = vectors[[at[pair.question.text] for pair in probed]]
    passages = vectors[[at[pair.passage.text] for pair in probed]]
    cosines = np.einsum("nd,nd->n", questions, passages)
    by_kind: dict[str, list[float]] = defaultdict(list)
    for pair, cosine in zip(probed, cosines, strict=True):
        by_kind[pair.kind].append(float(cosine))
    beyond = float(np.mean(cosines[: len(negatives)] <= 1 - margin)) if negatives else 0.0
    return Gradient(
        margin, len(negatives), beyond, {kind: float(np.mean(found)) for kind, found in sorted(by_kind.items())}
    )


def _leaked(pairset: PairSet) -> dict[str, int]:
    def bodies(pairs: Sequence[Pair]) -> set[str]:
        # A chunk's first line names its course; below it a repeated text shows.
        return {bare(text.split("\n", 1)[-1], digits=False) for text in {pair.passage.text for pair in pairs}}

    train = bodies(pairset.train)
    return {name: len(bodies(pairs) & train) for name, pairs in pairset.sides.items() if name != "train"}


def _warnings(pairset: PairSet, sides: Mapping[str, SideAudit], gradient: Gradient | None) -> Iterable[str]:
    if pairset.courses < pairset.available:
        left = pairset.available - pairset.courses
        yield f"{left} of {pairset.available} courses were left out: the catalogue is large"
    for name in ("train", "dev", "test"):
        if name not in sides:
            yield f"{name} has no pairs: too few course groups"
    for name, side in sides.items():
        if side.conflicts:
            yield f"{name}: {side.conflicts} pairs have both labels"
        if side.truncated[512] > 0:
            yield f"{name}: {side.truncated[512]:.1%} of the texts are longer than 512 tokens and will be cut"
    if gradient and gradient.share > 0.5:
        yield (
            f"{gradient.share:.0%} of the negatives are beyond the margin for the base model already: "
            "under ContrastiveLoss they train nothing"
        )


def _lines(found: Audit) -> Iterable[str]:
    yield f"{found.courses} courses, style {found.style}, seed {found.seed}"
    yield f"{'':24}tokens, first {CARD_SAMPLES} samples: minimum, mean, maximum"
    columns = f"{'sentence_0':^27}   {'sentence_1':^27}   {'over 256':>9}   {'over 512':>9}"
    yield f"{'':6}{'pairs':>8}{'label':>7}   {columns}"
    for name, side in found.sides.items():
        lengths = "   ".join(
            f"{side.card[column].minimum:>7} {side.card[column].mean:>9.2f} {side.card[column].maximum:>9}"
            for column in ("sentence_0", "sentence_1")
        )
        cut = "   ".join(f"{share:>9.1%}" for share in side.truncated.values())
        yield f"{name:6}{side.pairs:>8}{side.label_mean:>7.3f}   {lengths}   {cut}"
    for name, side in found.sides.items():
        yield f"\n{name}: " + ", ".join(f"{kind} {count}" for kind, count in side.kinds.items())
        yield f"  {'asked':24}{'positive':>9}{'negative':>9}"
        for group in (side.questions, side.asked):
            for asked, labels in group.items():
                yield f"  {asked:24}{labels.positives:>9}{labels.negatives:>9}"
        yield f"  repeated {side.repeated}, near-repeated {side.near_repeated}, conflicting {side.conflicts}"
    if found.leaked:
        said = ", ".join(f"{name} {count}" for name, count in found.leaked.items())
        yield f"\npassages whose text also stands in train: {said}"
    for reason, count in found.dropped.items():
        yield f"left out: {count} {reason}"
    if found.gradient:
        told = ", ".join(f"{kind} {cosine:.3f}" for kind, cosine in found.gradient.cosines.items())
        yield f"base model's mean cosine: {told}"
        yield (
            f"negatives without gradient (cosine <= {1 - found.gradient.margin:g}): {found.gradient.share:.1%} "
            f"of {found.gradient.negatives}"
        )
    for warning in found.warnings:
        yield f"warning: {warning}"


def _asked(pair: Pair) -> str:
    question = pair.question
    return f"{question.kind} {question.field or question.section}" if question.field or question.section else "-"


def _texts(pair: Pair) -> tuple[str, str]:
    return pair.question.text, pair.passage.text


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _by_label(values: Iterable[tuple[str, float]]) -> dict[str, Labels]:
    counts = Counter(values)
    names = sorted({name for name, _ in counts} - {"-"})
    return {name: Labels(counts[name, 1.0], counts[name, 0.0]) for name in names}
