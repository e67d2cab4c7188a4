"""The vocabulary: what a catalogue is made of, and how it is written to and read from JSON Lines.

`read` makes these values, every later room only reads them. They are frozen: a stage never changes what an earlier one
found. One course is one line of `catalogue/courses.jsonl`, flat where a person looks first (`code`, `title`,
`language`, `ects`, …), so that the file is useful without this package.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courselens.errors import CourselensError

Value = str | float
"""One canonical value of a field: text, or a number (credits, capacity)."""

FIELDS = (
    "language",
    "ects",
    "credits",
    "level",
    "type",
    "duration",
    "start",
    "timetable",
    "capacity",
    "study_board",
    "department",
    "lecturer",
    "discipline",
    "teaching_method",
    "exam_form",
    "grading_scale",
    "updated",
)
"""The canonical fields beside a course's identity, in the order in which people read them."""

LIST_FIELDS = frozenset({"language", "level", "start", "lecturer", "discipline", "teaching_method", "exam_form"})
"""Fields that are lists in JSON even when they hold one value."""

SECTIONS = (
    "prerequisites",
    "objectives",
    "content",
    "exam",
    "teaching",
    "feedback",
    "workload",
    "literature",
    "further",
)
"""The canonical sections, in the order in which a course page shows them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a course was read: `file` as a path relative to the source given, `page` counted from 1.

    `sha256` is of the file's bytes: a later read takes the course over when the file has not changed. `row` counts
    data rows of a table from 1.
    """

    file: str
    page: int | None = None
    row: int | None = None
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A fact about a course: canonical `values`, and the catalogue's `own` words for them (parallel, or empty).

    A lecturer's own words hold the role and department as printed (`Andreas Wieland - Department of … (coordinator)`).
    """

    name: str
    values: tuple[Value, ...]
    own: tuple[str, ...] = ()
    label: str | None = None
    page: int | None = None

    @property
    def text(self) -> str:
        """The values as people write them, joined by commas: `English, Danish`; `7.5`."""
        return ", ".join(format_value(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed text of a course. `name` is canonical where known, else the catalogue's own heading in snake case.

    Paragraphs of `text` are divided by newlines, list items begin with `- `.
    """

    name: str
    heading: str
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ExamPart:
    """One part of an examination. `weight` in percent, `duration` as printed (`90 mins.`), `grouping` individual/group,
    or both: a group's work may have a grade for each (`group, individual grade`).

    `form` is canonical where known (`Written exam`, `Oral exam`, `Written assignment`, `Presentation`, …), `own` the
    catalogue's own words; `details` holds the part's other rows by label.
    """

    form: str | None = None
    own: str | None = None
    weight: float | None = None
    duration: str | None = None
    grouping: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One course in one academic year. `key` is code + year and unique in a catalogue; a code alone is not.

    `group` names the course group (the same course over years, codes and cross-listings): splits, negatives and
    duplicates are decided by it. `heading` is the course's heading as the catalogue prints it, `contacts` gives the
    e-mail addresses printed beside lecturers, by name.
    """

    key: str
    code: str
    codes: tuple[str, ...]
    title: str
    year: str | None
    source: Source
    group: str
    title_en: str | None = None
    heading: str | None = None
    text_language: str | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    exam: tuple[ExamPart, ...] = ()
    sections: tuple[Section, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)

    def values(self, name: str) -> tuple[Value, ...]:
        """The canonical values of the field `name`, empty when the course does not have it."""
        found = self.fields.get(name)
        return found.values if found else ()

    @property
    def name(self) -> str:
        """Code and title as people write them: `8,276 Foundations in Data Science`."""
        return f"{self.code} {self.title}".strip()

    def to_dict(self) -> dict[str, Any]:
        """The course as one JSON object, the shape of a line of `courses.jsonl`."""
        out: dict[str, Any] = {
            "key": self.key,
            "code": self.code,
            "codes": list(self.codes),
            "title": self.title,
            "title_en": self.title_en,
            "year": self.year,
            "group": self.group,
        }
        for name, found in self.fields.items():
            many = name in LIST_FIELDS or len(found.values) > 1
            out[name] = list(found.values) if many else found.values[0]
        if self.exam:
            out["exam"] = [_plain(part) for part in self.exam]
        if self.contacts:
            out["contacts"] = dict(self.contacts)
        out["sections"] = [_plain(section) for section in self.sections]
        out["own"] = {name: list(found.own) for name, found in self.fields.items() if found.own}
        out["labels"] = {name: found.label for name, found in self.fields.items() if found.label}
        out["pages"] = {name: found.page for name, found in self.fields.items() if found.page}
        out["heading"] = self.heading
        out["text_language"] = self.text_language
        out["source"] = _plain(self.source)
        return out

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Course:
        """The inverse of `to_dict`. Raises KeyError or TypeError on another shape."""
        known = {"key", "code", "codes", "title", "title_en", "year", "group", "exam", "sections", "contacts"}
        known |= {"own", "labels", "pages", "heading", "text_language", "source"}
        fields = {}
        for name, value in data.items():
            if name in known:
                continue
            values = tuple(value) if isinstance(value, list) else (value,)
            fields[name] = Field(
                name,
                values,
                tuple(data["own"].get(name, ())),
                data["labels"].get(name),
                data["pages"].get(name),
            )
        return cls(
            key=data["key"],
            code=data["code"],
            codes=tuple(data["codes"]),
            title=data["title"],
            year=data["year"],
            source=Source(**data["source"]),
            group=data["group"],
            title_en=data["title_en"],
            heading=data["heading"],
            text_language=data["text_language"],
            fields=fields,
            exam=tuple(ExamPart(**part) for part in data.get("exam", ())),
            sections=tuple(Section(**section) for section in data["sections"]),
            contacts=data.get("contacts", {}),
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that gave no course, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Health:
    """For how many of `courses` each field and each section was found."""

    courses: int
    fields: Mapping[str, int]
    sections: Mapping[str, int]
    groups: int
    skipped: int
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The shape of `catalogue/health.json`."""
        return {
            "courses": self.courses,
            "groups": self.groups,
            "skipped": self.skipped,
            "fields": dict(self.fields),
            "sections": dict(self.sections),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The courses of one institution, with what was skipped and why."""

    courses: tuple[Course, ...]
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def health(self) -> Health:
        """Coverage of every field and section over the courses."""
        fields: dict[str, int] = {}
        sections: dict[str, int] = {}
        for course in self.courses:
            for name in [*course.fields, *(["exam"] if course.exam else [])]:
                fields[name] = fields.get(name, 0) + 1
            for name in {section.name for section in course.sections}:
                sections[name] = sections.get(name, 0) + 1
        return Health(
            courses=len(self.courses),
            fields=_in_order(fields, FIELDS),
            sections=_in_order(sections, SECTIONS),
            groups=len({course.group for course in self.courses}),
            skipped=len(self.skipped),
            warnings=self.warnings,
        )


def write_courses(courses: Iterable[Course], path: Path) -> None:
    """Write one JSON object a line, UTF-8."""
    with path.open("w", encoding="utf-8") as lines:
        for course in courses:
            lines.write(json.dumps(course.to_dict(), ensure_ascii=False) + "\n")


def read_courses(path: Path) -> Iterator[Course]:
    """Stream the courses of a `courses.jsonl`. Raises CourselensError that names the damaged line."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Course.from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise CourselensError(
                    "damaged course",
                    value=f"{type(error).__name__}: {error}",
                    where=f"{path}, line {number}",
                    remedy="Run `courselens read` on the sources again",
                ) from error


def format_value(value: Value) -> str:
    """A canonical value as people write it: `7.5`, `15` (not `15.0`), `English`."""
    return f"{value:g}" if isinstance(value, (int, float)) else value


def _in_order(counts: dict[str, int], order: tuple[str, ...]) -> dict[str, int]:
    known = [name for name in order if name in counts]
    return {name: counts[name] for name in [*known, *sorted(set(counts) - set(known))]}


def _plain(value: ExamPart | Section | Source) -> dict[str, Any]:
    out = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: dict(item) if isinstance(item, Mapping) else item for name, item in out.items()}
