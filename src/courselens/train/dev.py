"""How well a model finds the right passage on courses it was not trained on: MRR@10 on the dev pairs, and the gate.

In: the dev pairs and something that encodes. Out: one figure, and one for each kind of question. It decides which
checkpoint is kept and whether a trained model is better than its base; the figures that are published come from the
evaluate room and the test pairs.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from courselens.dataset.topics import TOPICAL
from courselens.dataset.types import Pair

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts to float32 (n, d), rows L2-normalised."""

CUTOFF = 10

MOST_QUESTIONS = 1000
"""Questions of dev that are put, in whole course groups: more would cost time at every checkpoint."""

_ANYTHING = ""
"""Stands for every field and section of a course group."""


@dataclass(frozen=True, slots=True)
class DevMetrics:
    """MRR@10 from 0 to 1 over `questions` questions and `passages` passages, overall and by kind of question."""

    mrr: float
    questions: int
    passages: int
    by_kind: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a trained model may be shipped instead of its base, and why, in one sentence."""

    better: bool
    reason: str
    worse_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DevSet:
    """The questions with label 1.0, all passages of the dev pairs, and for each question all of them that answer it."""

    questions: tuple[str, ...]
    kinds: tuple[str, ...]
    passages: tuple[str, ...]
    answers: tuple[tuple[int, ...], ...]


def dev_set(pairs: Sequence[Pair], most: int = MOST_QUESTIONS) -> DevSet:
    """The dev pairs as a retrieval task: a question is one per text and course group.

    A pair names one passage, but as in the published figures any that answers is right: what is of the course group and
    of the field or section of the named one; for a question about the course as a whole, its content and objectives
    too; for a described course, anything of it. Else a model is punished for finding the neighbouring chunk.

    Where there are more than `most` questions or twice as many passages, course groups are drawn, always the same ones,
    until there are so many; the passages are then those of the pairs of these groups.
    """
    pairs = _some_groups(pairs, most)
    passages = tuple(dict.fromkeys(pair.passage.text for pair in pairs))
    number = {text: at for at, text in enumerate(passages)}
    about: dict[tuple[str, str], set[int]] = defaultdict(set)
    for passage in (pair.passage for pair in pairs):
        for name in (passage.asked, _ANYTHING):
            about[passage.group, name].add(number[passage.text])
    answers: dict[tuple[str, str], set[int]] = defaultdict(set)
    kinds: dict[tuple[str, str], str] = {}
    for pair in pairs:
        if pair.label == 1.0:
            key = (pair.question.text, pair.question.group)
            for name in _right(pair):
                answers[key] |= about[pair.passage.group, name]
            kinds[key] = pair.question.kind
    return DevSet(
        tuple(question for question, _ in answers),
        tuple(kinds[key] for key in answers),
        passages,
        tuple(tuple(sorted(found)) for found in answers.values()),
    )


def _right(pair: Pair) -> tuple[str, ...]:
    """The fields and sections whose passages answer the question of a positive pair."""
    if pair.question.kind == "described":
        return (_ANYTHING,)
    return (pair.passage.asked, *(TOPICAL if pair.question.kind == "description" else ()))


def _some_groups(pairs: Sequence[Pair], most: int) -> list[Pair]:
    of_group: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        of_group[pair.question.group].append(pair)
    groups = sorted(of_group)
    random.Random(0).shuffle(groups)
    kept: set[str] = set()
    questions: set[tuple[str, str]] = set()
    passages: set[str] = set()
    for group in groups:
        if len(questions) >= most or len(passages) >= 2 * most:
            break
        kept.add(group)
        questions |= {(pair.question.text, group) for pair in of_group[group] if pair.label == 1.0}
        passages |= {pair.passage.text for pair in of_group[group]}
    return [pair for pair in pairs if pair.question.group in kept]


def evaluate_dev(dev: DevSet, embed: Embed) -> DevMetrics:
    """MRR@10 (Voorhees 1999): the mean of 1 / rank of the first answering passage, 0 beyond rank 10.

    Ties count against the model: an answer ranks behind every other passage of the same score.
    """
    if not dev.questions:
        return DevMetrics(0.0, 0, len(dev.passages))
    scores = embed(dev.questions) @ embed(dev.passages).T
    gains = reciprocal_ranks(scores, dev.answers)
    kinds = np.array(dev.kinds)
    by_kind = {str(kind): float(gains[kinds == kind].mean()) for kind in sorted(set(dev.kinds))}
    return DevMetrics(float(gains.mean()), len(dev.questions), len(dev.passages), by_kind)


def reciprocal_ranks(
    scores: npt.NDArray[np.float32], answers: Sequence[Sequence[int]], cutoff: int = CUTOFF
) -> npt.NDArray[np.float64]:
    """1 / rank of the best-scored answer of each row, 0 beyond `cutoff`. `scores` (n, m); float64 (n,)."""
    gains = np.zeros(len(answers))
    for row, found in enumerate(answers):
        at = list(found)
        best = scores[row, at].max()
        rank = int((scores[row] >= best).sum()) - int((scores[row, at] >= best).sum()) + 1
        gains[row] = 1 / rank if rank <= cutoff else 0.0
    return gains


def better_than_base(base: DevMetrics, trained: DevMetrics) -> Gate:
    """The gate: a model whose dev MRR@10 is not above its base's is not shipped.

    Kinds of question on which it fell are named; they do not close the gate.
    """
    worse = tuple(
        kind for kind, value in trained.by_kind.items() if kind in base.by_kind and value < base.by_kind[kind]
    )
    figures = f"dev MRR@{CUTOFF} {trained.mrr:.4f} against {base.mrr:.4f} of the base, {trained.questions} questions"
    if not trained.questions:
        return Gate(False, "there are no dev questions to compare it with its base")
    if trained.mrr <= base.mrr:
        return Gate(False, f"the trained model is not better than its base: {figures}", worse)
    return Gate(True, f"the trained model is better than its base: {figures}", worse)
