"""Facets: for each field, its values and how many of the courses in question have them.

In: the facts of an index and a mask of courses. Out: `Facet`s with counts. A field's own choice is left out of its
counts, so that a second value of it can be added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courselens.course import format_value
from courselens.search.facts import Facts, Mask

FIELDS = (
    "level",
    "language",
    "ects",
    "credits",
    "start",
    "type",
    "discipline",
    "series",
    "department",
    "study_board",
    "exam_form",
    "teaching_method",
    "duration",
    "year",
)
"""Fields that people narrow by, in the order of the page; a catalogue shows those that it has."""
MOST_VALUES = 60
"""Values of a field that are listed, the most frequent first."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value as `filter=FIELD=VALUE` takes it, and how many courses have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A field with its values, most frequent first (numbers in their own order)."""

    field: str
    values: tuple[FacetValue, ...]


class Facets:
    """The facets of a catalogue, ready to be counted."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.courses: Mapping[str, Mapping[str, Ints]] = {
            field: {value: np.asarray(found, dtype=np.int64) for value, found in facts.values[field].items()}
            for field in FIELDS
            if field in facts.values
        }

    def count(self, mask_without: Callable[[str], Mask]) -> tuple[Facet, ...]:
        """Facets with counts; `mask_without(field)` are the courses in question but for the choice in `field`."""
        made = []
        for field in FIELDS:
            values = self._values(field, mask_without(field)) if field in self.facts.fields else ()
            if values:
                made.append(Facet(field, values))
        return tuple(made)

    def _values(self, field: str, mask: Mask) -> tuple[FacetValue, ...]:
        if field in self.facts.numbers:
            numbers = np.asarray(self.facts.numbers[field])[mask]
            values, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
            pairs = zip(values.tolist(), counts.tolist(), strict=True)
            return tuple(FacetValue(format_value(value), count) for value, count in pairs)[:MOST_VALUES]
        counted = [
            FacetValue(value, int(np.count_nonzero(mask[found]))) for value, found in self.courses[field].items()
        ]
        kept = sorted((one for one in counted if one.count), key=lambda one: (-one.count, one.value))
        return tuple(kept[:MOST_VALUES])
