"""The result of a comparison: figures with intervals, paired tests, worst questions; as JSON and as text.

In: what `compare` measured. Out: `metrics.json`, the tables of the terminal, and what the report and the card draw on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from courselens.dataset.split import ENOUGH
from courselens.dataset.types import Passage, Question
from courselens.evaluate.machine import Machine
from courselens.evaluate.metrics import Difference, Interval
from courselens.evaluate.tables import shorten, table

METRICS = ("MRR@10", "nDCG@10", "Recall@1", "Recall@5", "Recall@10", "Course@1")
"""All in [0, 1], higher is better. Course@1: the first passage is of the right course, whatever it says."""

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Figures:
    """All metrics of one system for one slice of the questions.

    `by` says how the questions were sliced (`overall`, `kind`, `asked`, `language`, `style`), `name` which slice it is
    (`all`, `field`, `field: language`, `de`, `lower`).
    """

    system: str
    by: str
    name: str
    metrics: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`system` against `against` on the same questions: mean difference, p adjusted for tests of a kind (Holm)."""

    system: str
    against: str
    by: str
    name: str
    metric: str
    difference: Difference
    adjusted: float

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `no difference shown` at 5% after the adjustment."""
        if self.adjusted >= SIGNIFICANT:
            return "no difference shown"
        return "better" if self.difference.value > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Worst:
    """A question that the model ranks badly: the right passage's `rank` (None beyond 10) and what stood first instead.

    `others` holds the reciprocal rank that each other system gives the right passage.
    """

    question: Question
    rank: int | None
    expected: Passage
    answered: Passage | None
    others: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `compare` measured over `questions` about `groups` course groups, in a corpus of `passages`.

    `repeated` counts questions asked of several courses in the same words, put once with all their right passages;
    `unmatched` counts positive pairs left out since the corpus lacks their passage. `subject` is the model in question.
    `ablation` holds what each part adds to those before it; `warnings` what a reader must know of the models compared.
    `dimensions` holds MRR@10 of base and subject by how many dimensions of their vectors are kept.
    """

    questions: int
    groups: int
    passages: int
    courses: int
    repeated: int
    unmatched: int
    subject: str
    systems: tuple[str, ...]
    figures: tuple[Figures, ...]
    comparisons: tuple[Comparison, ...]
    worst: tuple[Worst, ...]
    machine: Machine
    ablation: tuple[Comparison, ...] = ()
    warnings: tuple[str, ...] = ()
    dimensions: Mapping[int, Mapping[str, Interval]] = field(default_factory=dict)

    @property
    def inconclusive(self) -> str | None:
        """Why these figures show nothing, None where they may."""
        if self.groups >= ENOUGH:
            return None
        few = f"{self.groups} course group{'s' if self.groups != 1 else ''}"
        return f"The test holds {few} only: too few to conclude anything (at least {ENOUGH} are wanted)."

    def parts(self, metric: str) -> list[str]:
        """The systems of the ablation in `metric`, each with one part more than the one before."""
        told = [one for one in self.ablation if one.metric == metric and one.by == "overall"]
        return [*(one.against for one in told[:1]), *(one.system for one in told)]

    def added(self, system: str, metric: str, name: str = "all") -> Comparison | None:
        """What `system` adds to the one before it in the ablation; None for the first."""
        return next(
            (one for one in self.ablation if (one.system, one.metric, one.name) == (system, metric, name)), None
        )

    def interval(self, system: str, metric: str = "MRR@10", by: str = "overall", name: str = "all") -> Interval:
        """One figure. Raises KeyError where it was not measured."""
        for one in self.figures:
            if (one.system, one.by, one.name) == (system, by, name):
                return one.metrics[metric]
        raise KeyError((system, metric, by, name))

    def slices(self, by: str) -> list[str]:
        """The names of the slices made by `by`, those with most questions first."""
        return list(dict.fromkeys(one.name for one in self.figures if one.by == by))

    def to_dict(self) -> dict[str, Any]:
        """The content of `metrics.json`."""
        return {
            "questions": self.questions,
            "groups": self.groups,
            "passages": self.passages,
            "courses": self.courses,
            "repeated": self.repeated,
            "unmatched": self.unmatched,
            "subject": self.subject,
            "systems": {system: self._of(system) for system in self.systems},
            "comparisons": [_compared(one) for one in self.comparisons],
            "ablation": [_compared(one) for one in self.ablation],
            "dimensions": {
                str(size): {name: one.to_dict() for name, one in of.items()} for size, of in self.dimensions.items()
            },
            "inconclusive": self.inconclusive,
            "warnings": list(self.warnings),
            "worst": [
                {
                    "question": asdict(one.question),
                    "rank": one.rank,
                    "expected": asdict(one.expected),
                    "answered": asdict(one.answered) if one.answered else None,
                    "others": dict(one.others),
                }
                for one in self.worst
            ],
            "machine": self.machine.to_dict(),
        }

    def text(self) -> str:
        """Tables for a terminal: all systems overall, the kinds of question, the paired tests, the worst questions."""
        parts = [
            f"{self.questions:,} questions about {self.groups:,} course groups that were not trained on; "
            f"corpus of {self.passages:,} passages of {self.courses:,} courses.",
            *self._notes(),
            "",
            *table(["", *METRICS], [[s, *map(str, self._row(s, "overall", "all"))] for s in self.systems]),
        ]
        for by in ("kind", "asked", "language", "style"):
            rows = [
                [
                    name,
                    str(self._n(by, name)),
                    *(f"{self.interval(s, by=by, name=name).value:.3f}" for s in self.systems),
                ]
                for name in self.slices(by)
            ]
            parts += ["", f"MRR@10 by {by}", *table(["", "n", *self.systems], rows)]
        tests = [
            [
                f"{one.system} - {one.against}",
                one.name,
                _difference(one),
                f"{one.adjusted:.4f}",
                one.verdict,
            ]
            for one in self.comparisons
        ]
        for metric in dict.fromkeys(one.metric for one in self.ablation):
            parts += ["", f"What each part adds: {metric}", *self._ablation(metric)]
        if self.dimensions:
            names = list(next(iter(self.dimensions.values())))
            rows = [[str(size), *(str(of[name]) for name in names)] for size, of in self.dimensions.items()]
            parts += ["", "MRR@10 by dimensions kept", *table(["", *names], rows)]
        parts += ["", "Paired tests on MRR@10", *table(["", "questions", "difference", "p (Holm)", ""], tests)]
        parts += ["", "Worst questions", *(line for one in self.worst[:5] for line in _worst_lines(one))]
        return "\n".join([*parts, "", f"Measured on {self.machine}, {self.machine.date}."])

    def _notes(self) -> list[str]:
        notes = [
            *([self.inconclusive] if self.inconclusive else []),
            *(f"WARNING: {warning}" for warning in self.warnings),
            "Right is what is of the course and of the field or section asked; of a described course, anything of it.",
            "Intervals: 95%, bootstrapped over course groups.",
        ]
        if self.repeated:
            notes.append(f"{self.repeated:,} questions ask of another course in the same words and were put once.")
        if self.unmatched:
            notes.append(f"{self.unmatched:,} positive pairs were left out: the corpus lacks their passage.")
        return notes

    def _ablation(self, metric: str) -> list[str]:
        kinds = self.slices("kind")
        rows = []
        for system in self.parts(metric):
            added = self.added(system, metric)
            told = _difference(added) if added else ""
            values = [self.interval(system, metric, "kind", kind).value for kind in kinds]
            whole = str(self.interval(system, metric))
            rows.append([system, whole, told, *(f"{value:.3f}" for value in values)])
        return table(["", "all", "difference", *kinds], rows)

    def _row(self, system: str, by: str, name: str) -> list[Interval]:
        return [self.interval(system, metric, by, name) for metric in METRICS]

    def _n(self, by: str, name: str) -> int:
        return self.interval(self.systems[0], by=by, name=name).n

    def _of(self, system: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.figures:
            if one.system == system:
                slot = found.setdefault(one.by, {})
                slot[one.name] = {metric: interval.to_dict() for metric, interval in one.metrics.items()}
        return {**found.pop("overall")["all"], **{f"by_{by}": slices for by, slices in found.items()}}


def _difference(one: Comparison) -> str:
    return f"{one.difference.value:+.3f} [{one.difference.low:+.3f}, {one.difference.high:+.3f}]"


def _compared(one: Comparison) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("system", "against", "by", "name", "metric")}
    return {**plain, **one.difference.to_dict(), "p_adjusted": one.adjusted, "verdict": one.verdict}


def _worst_lines(one: Worst) -> list[str]:
    rank = f"rank {one.rank}" if one.rank else "not in the first 10"
    answered = shorten(one.answered.text) if one.answered else "nothing"
    return [f"  {one.question.text}", f"    right ({rank}): {shorten(one.expected.text)}", f"    first: {answered}"]
