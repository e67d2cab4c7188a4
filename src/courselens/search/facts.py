"""Which courses have which value of a field: what conditions are looked up in.

In: the courses when an index is made. Out: for each text field its values with the courses that have them, for each
numeric field one number a course; and `Condition`, a filter over them. A course is known by its place in the index.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from courselens.course import Course, Value, format_value
from courselens.search.exams import GROUP, MINUTES, minutes_of, parts_of, rules_of, weights_of
from courselens.search.tokens import fold

NUMERIC = ("ects", "credits", "capacity")
UNUSED = frozenset({"timetable", "updated", "grading_scale"})
"""Fields whose values are sentences or dates: nobody filters by them in plain words."""
LONGEST_VALUE = 120
NAMED_OWN = ("level", "start", "type", "duration", "teaching_method")
"""Fields whose values are also known by the catalogue's own word: `Interim` for winter."""
LONGEST_OWN = 40

SERIES = "series"
"""The field of what several titles begin with: `Consultancy Project: …`."""
FEWEST = 3
"""Titles from which it is a series."""
LONGEST_NAME = 5
"""Words of a series' name."""
_BEGINNING = re.compile(r"([^:–—]{3,60}?)(?::|\s[-–—])\s+\S")
_SHORT_FORM = re.compile(r"\(([A-Z]{2,6})\)$")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """`values`: field → value → courses; `numbers`: field → float32 (n,), NaN where a course does not say it; `own`:
    field → the catalogue's own word → value, where they differ. `parts`: form or rule → parts of examinations that have
    it, which are counted over all courses; `part_courses`: whose part each is. An index made before has neither.
    """

    courses: int
    values: Mapping[str, Mapping[str, Sequence[int]]]
    numbers: Mapping[str, npt.NDArray[np.float32]]
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    part_courses: Sequence[int] = ()

    @classmethod
    def of(cls, courses: Sequence[Course]) -> Facts:
        """The facts of `courses` that conditions may be about."""
        values: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        numbers: dict[str, npt.NDArray[np.float32]] = {}
        own: dict[str, dict[str, str]] = defaultdict(dict)
        parts: dict[str, list[int]] = defaultdict(list)
        part_courses: list[int] = []
        for number, course in enumerate(courses):
            for name, found in course.fields.items():
                if name in NUMERIC:
                    array = numbers.setdefault(name, np.full(len(courses), np.nan, dtype=np.float32))
                    array[number] = next((float(v) for v in found.values if isinstance(v, (int, float))), np.nan)
                elif name not in UNUSED:
                    for value in dict.fromkeys(format_value(value) for value in found.values):
                        if len(value) <= LONGEST_VALUE:
                            values[name][value].append(number)
                    if name in NAMED_OWN and len(found.own) == len(found.values):
                        said = zip(map(undated, found.own), map(format_value, found.values), strict=True)
                        own[name] |= {word: value for word, value in said if word and fold(word) != fold(value)}
            if course.year:
                values["year"][course.year].append(number)
            for form in dict.fromkeys(part.form for part in course.exam if part.form):
                if number not in values["exam_form"][form][-1:]:
                    values["exam_form"][form].append(number)
            if any(part.grouping and part.grouping.startswith("group") for part in course.exam):
                values["exam_form"][GROUP].append(number)
            for rule in rules_of(course):
                values["exam_rule"][rule].append(number)
            for told in parts_of(course):
                for value in told:
                    parts[value].append(len(part_courses))
                part_courses.append(number)
            for minutes in minutes_of(course):
                values[MINUTES][minutes].append(number)
            for name, weight in weights_of(course).items():
                numbers.setdefault(name, np.full(len(courses), np.nan, dtype=np.float32))[number] = weight
        if series := _series_of(courses):
            values[SERIES].update(series)
        if "department" in values:
            values["department"].update(_of_one_form(courses, values["department"]))
        told_values = {name: dict(found) for name, found in values.items()}
        return cls(len(courses), told_values, numbers, dict(own), dict(parts), part_courses)

    def write(self, folder: Path) -> None:
        """Write `facts.json` and one `facts.*.npy` for each numeric field."""
        data = {"courses": self.courses, "values": self.values, "numbers": sorted(self.numbers), "own": self.own}
        data |= {"parts": self.parts, "part_courses": self.part_courses}
        (folder / "facts.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        for name, array in self.numbers.items():
            np.save(folder / f"facts.{name}.npy", array)

    @classmethod
    def open(cls, folder: Path) -> Facts:
        """Open what `write` wrote."""
        data = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        numbers = {name: np.load(folder / f"facts.{name}.npy", mmap_mode="r") for name in data["numbers"]}
        parts, part_courses = data.get("parts", {}), data.get("part_courses", ())
        return cls(data["courses"], data["values"], numbers, data["own"], parts, part_courses)

    @property
    def fields(self) -> frozenset[str]:
        """Fields that at least one course has."""
        return frozenset(self.values) | frozenset(self.numbers)

    @property
    def credit_field(self) -> str:
        """`ects`, or `credits` where the catalogue has its own unit."""
        return "credits" if "credits" in self.numbers and "ects" not in self.numbers else "ects"

    def having(self, field: str, values: Sequence[str]) -> Mask:
        """Courses with one of `values`."""
        mask = np.zeros(self.courses, dtype=bool)
        for value in values:
            mask[list(self.values.get(field, {}).get(value, ()))] = True
        return mask

    def having_together(self, values: Sequence[str]) -> Mask:
        """Courses with a part of the examination that has all of `values`: a central exam that is digital."""
        if not self.part_courses:
            each = [self.having("exam_form", (one,)) | self.having("exam_rule", (one,)) for one in values]
            return np.asarray(np.logical_and.reduce(each))
        parts = set.intersection(*(set(self.parts.get(one, ())) for one in values))
        return self._of_parts(parts)

    def having_throughout(self, values: Sequence[str]) -> Mask:
        """Courses with an examination that has one of `values` in each of its parts."""
        having = {part for value in values for part in self.parts.get(value, ())}
        return self._of_parts(having) & ~self._of_parts(set(range(len(self.part_courses))) - having)

    def _of_parts(self, parts: Iterable[int]) -> Mask:
        mask = np.zeros(self.courses, dtype=bool)
        mask[[self.part_courses[part] for part in parts]] = True
        return mask

    def stating(self, field: str) -> Mask:
        """Courses that say anything about `field`."""
        if field in self.numbers:
            known: Mask = ~np.isnan(self.numbers[field])
            return known
        return self.having(field, list(self.values.get(field, {})))


def _of_one_form(courses: Sequence[Course], values: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """The departments that a catalogue in two languages prints with one short form, each with the courses of both:
    `Department of Computing (CMP)` and `Institut for Datalogi (CMP)`.
    """
    alike: dict[str, dict[str, None]] = defaultdict(dict)
    for course in courses:
        told = course.fields.get("department")
        for value, own in zip(told.values, told.own, strict=False) if told else ():
            short = _SHORT_FORM.search(own)
            if short and value in values:
                alike[short[1]][str(value)] = None
    united = {short: sorted({n for name in names for n in values[name]}) for short, names in alike.items()}
    return {name: united[short] for short, names in alike.items() if len(names) > 1 for name in names}


def _series_of(courses: Sequence[Course]) -> dict[str, list[int]]:
    """The courses of each series by its name, as titles print it."""
    begun: dict[str, list[int]] = defaultdict(list)
    for number, course in enumerate(courses):
        found = _BEGINNING.match(course.title)
        if found and len(found[1].split()) <= LONGEST_NAME:
            begun[found[1].strip()].append(number)
    return {name: held for name, held in begun.items() if len({courses[one].title for one in held}) >= FEWEST}


def undated(word: str) -> str:
    """A catalogue's own word without years; empty for a whole sentence."""
    plain = " ".join(re.sub(r"\b(?:19|20)\d\d(?:/\d+)?\b", " ", word).split())
    return plain if len(plain) <= LONGEST_OWN else ""


COMPARE: Mapping[str, Callable[[Any, float], Any]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter: `operator` is `is`, `not`, `only`, `together` (all of the values, of one part of the examination),
    `between` (both ends included), `>`, `>=`, `<` or `<=`.

    `said` are the question's words, `start` and `end` their place.
    """

    field: str
    operator: str
    values: tuple[Value, ...]
    said: str
    start: int = 0
    end: int = 0

    def mask(self, facts: Facts) -> Mask:
        """Courses that fulfil the condition; a course that does not say is never one of them."""
        if self.field in facts.numbers:
            numbers = facts.numbers[self.field]
            if self.compares:
                return np.asarray(self._within(numbers))
            found = np.isin(numbers, np.array([float(value) for value in self.values], dtype=np.float32))
            return np.asarray(~found & ~np.isnan(numbers)) if self.operator == "not" else np.asarray(found)
        if self.compares:
            return facts.having(self.field, [one for one in facts.values.get(self.field, {}) if self.admits(one)])
        texts = [str(value) for value in self.values]
        if self.operator == "together":
            return facts.having_together(texts)
        having = facts.having(self.field, texts)
        if self.operator == "not":
            return facts.stating(self.field) & ~having
        if self.operator == "only" and self.field == "exam_rule":
            return having & facts.having_throughout(texts) if facts.part_courses else having
        if self.operator == "only":
            others = [value for value in facts.values.get(self.field, {}) if value not in texts and value != GROUP]
            return having & ~facts.having(self.field, others)
        return having

    @property
    def equals(self) -> bool:
        """Whether values are wanted as they are."""
        return self.operator in ("is", "together")

    @property
    def compares(self) -> bool:
        """Whether the values are limits rather than values themselves."""
        return self.operator in COMPARE or self.operator == "between"

    def admits(self, value: Value) -> bool:
        """Whether a value lies within the limits; one of words does where it is a number, as levels may be."""
        number = float(value) if not isinstance(value, str) or value.isdecimal() else float("nan")
        return bool(self._within(number))

    def _within(self, numbers: Any) -> Any:
        low, high = float(self.values[0]), float(self.values[-1])
        if self.operator == "between":
            return (numbers >= low) & (numbers <= high)
        return COMPARE[self.operator](numbers, low)

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `filters`; `operator` only where it is not plain equality."""
        out: dict[str, Any] = {"field": self.field, "value": list(self.values), "from": self.said}
        return out if self.operator == "is" else {**out, "operator": self.operator}
