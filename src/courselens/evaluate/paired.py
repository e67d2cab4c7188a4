"""Paired tests between systems on the same questions.

In: a metric's value for every question by each system, the questions' course groups, their slices. Out: `Comparison`s:
the mean difference with its interval, overall and for each kind of question, and p adjusted for all tests of a family.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from courselens.evaluate import metrics
from courselens.evaluate.evaluation import Comparison
from courselens.evaluate.metrics import Difference, Values

Measured = Mapping[str, Mapping[str, Values]]
"""By system, then by metric, a value for every question."""

FAMILIES = ("overall", "kind")
"""Slices that are tested."""


def paired(
    values: Measured,
    groups: Sequence[str],
    slices: Mapping[tuple[str, str], Sequence[int]],
    couples: Sequence[tuple[str, str]],
    metric: str,
) -> Iterator[Comparison]:
    """The first system of each couple against the second.

    p is adjusted (Holm) over the tests overall, and apart from those over the tests of all kinds.
    """
    for family in FAMILIES:
        found: list[tuple[tuple[str, str], str, Difference]] = []
        for (by, name), rows in slices.items():
            if by != family:
                continue
            inside = [groups[row] for row in rows]
            for ours, theirs in couples:
                measured = values[ours][metric][rows], values[theirs][metric][rows]
                found.append(((ours, theirs), name, metrics.paired_difference(*measured, inside)))
        adjusted = metrics.holm([difference.p for *_, difference in found])
        for ((ours, theirs), name, difference), p in zip(found, adjusted, strict=True):
            yield Comparison(ours, theirs, family, name, metric, difference, p)
