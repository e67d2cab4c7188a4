"""Base model, BM25, fusion, the trained model and the whole of courselens on the same questions and passages.

In: the test pairs (label 1.0: this passage answers this question), the passages, the encoders. Out: an `Evaluation`:
every metric of every system with its interval, for every kind of question; paired tests of the trained model against
each other system; what each part adds; the worst questions with what was answered. The corpus is the passages of the
test split's course groups only, so nothing in it was trained on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from courselens.dataset.pairs_io import read_pairs
from courselens.dataset.types import Pair, Passage, Question
from courselens.encode import Encoder
from courselens.errors import CourselensError
from courselens.evaluate import metrics
from courselens.evaluate.evaluation import Evaluation, Figures, Worst
from courselens.evaluate.machine import this_machine
from courselens.evaluate.metrics import Counts, Interval, Relevance, Values
from courselens.evaluate.paired import paired
from courselens.evaluate.systems import Bm25System, Cut, DenseSystem, FusedSystem, Ranking, Remembering, System
from courselens.progress import Progress

DEPTH = 10
"""Results looked at for each question."""

WHOLE = ("content", "objectives")
"""Sections that say what a course is about as a whole."""

CUTS = (256, 128, 64)
"""Dimensions to which vectors may be cut, besides all."""

TESTED = "MRR@10"
"""The metric of the paired tests; the one that the goals are stated in."""

ABLATED = ("MRR@10", "Course@1")
"""The metrics of the ablation: the right passage, and the right course."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question of the test, the passage that a pair labels, the indices of all that answer it, their groups."""

    question: Question
    labelled: Passage
    relevant: frozenset[int]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cases:
    """The questions of the test over `corpus`. `repeated`: asked of several courses in the same words, put once.

    `unmatched`: positive pairs whose passage is not in the corpus, left out.
    """

    cases: tuple[Case, ...]
    corpus: tuple[Passage, ...]
    repeated: int
    unmatched: int


@dataclass(frozen=True, slots=True)
class PairScores:
    """Cosines of the pairs of a split by one model, float64 in [-1, 1]: those labelled 1.0 and those labelled 0.0."""

    positives: Values
    negatives: Values


def evaluate(
    pairs: Path | Sequence[Pair],
    passages: Sequence[Passage],
    models: Mapping[str, Encoder],
    *,
    subject: str = "trained",
    base: str = "base",
    further: Sequence[System] = (),
    answers: Sequence[str] = (),
    ablation: Sequence[str] = (),
    warnings: Sequence[str] = (),
    cut: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Compare `models` (by the name that tables show), BM25 and its fusion with base and subject, on `pairs`.

    `pairs` are those of one split, or its Parquet file. Of `passages` only those of the split's course groups make the
    corpus; `further` systems rank that corpus (`corpus_of(pairs, passages)`). `answers` names those that are no model
    but the whole of courselens: the subject is not tested against them, but the first of them against all others. Each
    system of `ablation` is compared with the one before it. `warnings` are what a reader must know of the models.
    `cut`: base and subject are also measured with their vectors cut to `CUTS`.
    Raises CourselensError when `models` lacks `subject`, or when no positive pair's passage is in the corpus.
    """
    if subject not in models:
        raise CourselensError("no such model to evaluate", value=subject, where=f"models: {', '.join(models)}")
    pairs = read_pairs(pairs) if isinstance(pairs, Path) else pairs
    cases = make_cases(pairs, corpus_of(pairs, passages))
    models = {name: Remembering(encoder) for name, encoder in models.items()}
    systems = [*standard_systems(models, cases.corpus, fused=(base, subject)), *further]
    measured = compare(
        cases, systems, subject=subject, answers=answers, ablation=ablation, warnings=warnings, progress=progress
    )
    if not cut:
        return measured
    both = {name: models[name] for name in (base, subject) if name in models}
    whole = {name: measured.interval(name, TESTED) for name in both}
    return replace(measured, dimensions={models[subject].dimensions: whole, **cut_figures(cases, both)})


def cut_figures(cases: Cases, models: Mapping[str, Encoder]) -> Mapping[int, Mapping[str, Interval]]:
    """The tested metric of each model by the number of dimensions kept: those of `CUTS` that are fewer than all."""
    questions = [case.question.text for case in cases.cases]
    groups = [case.question.group for case in cases.cases]
    texts = [passage.text for passage in cases.corpus]
    most = min(encoder.dimensions for encoder in models.values())
    found: dict[int, dict[str, Interval]] = {}
    for size in (one for one in CUTS if one < most):
        for name, encoder in models.items():
            ranking = DenseSystem.over(name, Cut(encoder, size), texts).rank(questions, DEPTH)
            values = _measure(cases, ranking)[TESTED]
            found.setdefault(size, {})[name] = metrics.bootstrap(values, groups)
    return found


def standard_systems(
    models: Mapping[str, Encoder], corpus: Sequence[Passage], *, fused: Iterable[str] = ()
) -> list[System]:
    """The models as they are, BM25, and BM25 fused with each model named in `fused`."""
    texts = [passage.text for passage in corpus]
    dense = {name: DenseSystem.over(name, encoder, texts) for name, encoder in models.items()}
    lexical = Bm25System.over("BM25", texts)
    both = [FusedSystem(f"BM25 + {name}", lexical, dense[name]) for name in fused if name in dense]
    return [*dense.values(), lexical, *both]


def corpus_of(pairs: Sequence[Pair], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages of the course groups that `pairs` asks about, in their order."""
    groups = {pair.question.group for pair in pairs}
    return tuple(passage for passage in passages if passage.group in groups)


def make_cases(pairs: Sequence[Pair], corpus: Sequence[Passage]) -> Cases:
    """Gather the positive pairs by question, with every passage that answers it as well as the labelled one.

    A pair names one passage, but a section has several chunks, and a course may be re-issued. Right is what is of the
    course group asked about and of the field or section that the labelled passage is of; for a question about the
    course as a whole, its content and objectives; for a described course, anything of it, as the course is the answer.
    Raises CourselensError when the corpus holds no right passage at all.
    """
    places = _Places(corpus)
    first: dict[str, Pair] = {}
    relevant: dict[str, set[int]] = defaultdict(set)
    asked: dict[str, set[str]] = defaultdict(set)
    unmatched = 0
    for pair in pairs:
        if pair.label < 0.5:
            continue
        found = places.answering(pair)
        if not found:
            unmatched += 1
            continue
        text = pair.question.text
        first.setdefault(text, pair)
        relevant[text] |= found
        asked[text].add(pair.question.group)
    if not first:
        raise CourselensError(
            "no question of the test has its passage in the corpus",
            value=f"{len(pairs)} pairs, {len(corpus)} passages",
            remedy="Make pairs and passages from the same catalogue: run `courselens pairs` again",
        )
    made = tuple(
        Case(pair.question, pair.passage, frozenset(relevant[text]), frozenset(asked[text]))
        for text, pair in first.items()
    )
    return Cases(made, tuple(corpus), sum(len(groups) - 1 for groups in asked.values()), unmatched)


class _Places:
    """Where in the corpus the passages of a course group stand, by what they are about."""

    def __init__(self, corpus: Sequence[Passage]) -> None:
        self.of: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.groups: dict[str, set[int]] = defaultdict(set)
        for index, passage in enumerate(corpus):
            self.of[passage.group, passage.asked].add(index)
            self.groups[passage.group].add(index)

    def answering(self, pair: Pair) -> set[int]:
        """All that answers the question of a positive pair."""
        group = pair.passage.group
        if pair.question.kind == "described":
            return self.groups.get(group, set())
        about = (pair.passage.asked, *(WHOLE if pair.question.kind == "description" else ()))
        return set().union(*(self.of.get((group, name), set()) for name in about))


def compare(
    cases: Cases,
    systems: Sequence[System],
    *,
    subject: str,
    answers: Sequence[str] = (),
    ablation: Sequence[str] = (),
    warnings: Sequence[str] = (),
    worst: int = 20,
    progress: Progress | None = None,
) -> Evaluation:
    """Ask every system every question and put the figures together; `evaluate` explains the arguments."""
    texts = [case.question.text for case in cases.cases]
    rankings: dict[str, Ranking] = {}
    for done, system in enumerate(systems):
        if progress:
            progress(f"ranking with {system.name}", done, len(systems))
        rankings[system.name] = system.rank(texts, DEPTH)
    values = {name: _measure(cases, ranking) for name, ranking in rankings.items()}
    slices = _slices(cases.cases)
    figures = [one for (by, name), rows in slices.items() for one in _figures(cases.cases, values, by, name, rows)]
    groups = [case.question.group for case in cases.cases]
    steps = [name for name in ablation if name in values]
    of_subject = [(subject, name) for name in values if name not in (subject, *answers)]
    of_answer = [(first, name) for first in answers[:1] for name in values if name != first]
    added = list(zip(steps[1:], steps, strict=False))
    return Evaluation(
        questions=len(cases.cases),
        groups=len({case.question.group for case in cases.cases}),
        passages=len(cases.corpus),
        courses=len({passage.course for passage in cases.corpus}),
        repeated=cases.repeated,
        unmatched=cases.unmatched,
        subject=subject,
        systems=tuple(rankings),
        figures=tuple(figures),
        comparisons=tuple(
            one for some in (of_subject, of_answer) for one in paired(values, groups, slices, some, TESTED)
        ),
        ablation=tuple(one for metric in ABLATED for one in paired(values, groups, slices, added, metric)),
        warnings=tuple(warnings),
        worst=tuple(_worst(cases, rankings, values, subject, worst)),
        machine=this_machine(),
    )


def pair_scores(pairs: Sequence[Pair], encoder: Encoder) -> PairScores:
    """Cosines of question and passage of every pair; each distinct text is encoded once."""
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.question.text, pair.passage.text)))
    place = {text: index for index, text in enumerate(texts)}
    vectors = encoder.encode(texts)
    left = vectors[[place[pair.question.text] for pair in pairs]]
    right = vectors[[place[pair.passage.text] for pair in pairs]]
    cosines = np.clip(np.einsum("nd,nd->n", left, right).astype(np.float64), -1, 1)
    positive = np.array([pair.label >= 0.5 for pair in pairs], dtype=bool)
    return PairScores(cosines[positive], cosines[~positive])


def _measure(cases: Cases, ranking: Ranking) -> dict[str, Values]:
    """Every metric's value for every question, by the name that tables show.

    Any one right passage answers the question, and a second one adds nothing. So only the first counts: Recall@k is the
    share of questions answered among the first k (top-k accuracy of Karpukhin et al. 2020, "Dense Passage Retrieval"),
    and nDCG@10 is 1 / log2(rank + 1).
    """
    relevance, course = _judge(cases, ranking)
    only: Counts = np.ones(len(cases.cases), dtype=np.int64)
    return {
        "MRR@10": metrics.reciprocal_rank(relevance, 10),
        "nDCG@10": metrics.ndcg(relevance, only, 10),
        "Recall@1": metrics.recall(relevance, only, 1),
        "Recall@5": metrics.recall(relevance, only, 5),
        "Recall@10": metrics.recall(relevance, only, 10),
        "Course@1": course.astype(np.float64),
    }


def _judge(cases: Cases, ranking: Ranking) -> tuple[Relevance, Relevance]:
    """Which result is the first right one, shape (n, k); whether the first result is of a right course, shape (n,)."""
    relevance = np.zeros(ranking.shape, dtype=bool)
    course = np.zeros(len(ranking), dtype=bool)
    for row, case in enumerate(cases.cases):
        found = ranking[row].tolist()
        right = next((rank for rank, index in enumerate(found) if index in case.relevant), None)
        if right is not None:
            relevance[row, right] = True
        course[row] = found[0] >= 0 and cases.corpus[found[0]].group in case.groups
    return relevance, course


def _slices(cases: Sequence[Case]) -> dict[tuple[str, str], list[int]]:
    """Rows of the questions by (by what, which): all, then each kind, field or section, language, and style."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, case in enumerate(cases):
        question = case.question
        asked = question.field or question.section
        rows["overall", "all"].append(row)
        rows["kind", question.kind].append(row)
        if asked:
            rows["asked", f"{question.kind}: {asked}"].append(row)
        rows["language", question.language].append(row)
        rows["style", question.style].append(row)
    order = ("overall", "kind", "asked", "language", "style")
    return {key: rows[key] for key in sorted(rows, key=lambda key: (order.index(key[0]), -len(rows[key]), key[1]))}


def _figures(
    cases: Sequence[Case], values: Mapping[str, Mapping[str, Values]], by: str, name: str, rows: Sequence[int]
) -> Iterable[Figures]:
    """The figures of every system for one slice; all share the same resamples."""
    groups = [cases[row].question.group for row in rows]
    names = [(system, metric) for system, measured in values.items() for metric in measured]
    stacked = np.stack([values[system][metric][rows] for system, metric in names], axis=1)
    intervals = dict(zip(names, metrics.bootstrap_columns(stacked, groups), strict=True))
    for system, measured in values.items():
        yield Figures(system, by, name, {metric: intervals[system, metric] for metric in measured})


def _worst(
    cases: Cases,
    rankings: Mapping[str, Ranking],
    values: Mapping[str, Mapping[str, Values]],
    subject: str,
    most: int,
) -> Iterable[Worst]:
    """The questions that the subject ranks worst, first those that other systems do well (there it lost something)."""
    ours = values[subject][TESTED]
    others = [measured[TESTED] for name, measured in values.items() if name != subject]
    known = np.mean(others, axis=0) if others else np.zeros_like(ours)
    for row in np.lexsort((np.arange(len(ours)), -known, ours))[:most].tolist():
        if ours[row] == 1:
            return
        case = cases.cases[row]
        answered = int(rankings[subject][row, 0])
        yield Worst(
            question=case.question,
            rank=round(1 / ours[row]) if ours[row] else None,
            expected=case.labelled,
            answered=cases.corpus[answered] if answered >= 0 else None,
            others={name: float(measured[TESTED][row]) for name, measured in values.items() if name != subject},
        )
