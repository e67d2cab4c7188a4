"""What a sample course is made of: drawn in `draw.py`, printed by `html.py`, `pdf.py` and `table.py`.

Every fact is held twice, as printed on the page and in canonical form, so that a reader can be checked against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "item", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list, or a row (`text` is its label, `value` its value) of a section."""

    kind: BlockKind
    text: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class SampleFact:
    """A row of the course information: canonical `values`, and the words `printed` under `label`, one an element."""

    name: str
    label: str
    values: tuple[str | float, ...]
    printed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleExam:
    """One examination: `rows` are all its printed rows; `form` and `grouping` are canonical, `weight` in percent."""

    name: str
    form: str
    own: str
    weight: float | None
    duration: str
    grouping: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SampleSection:
    """A headed section. The exam section holds no blocks: its content is the course's `exams`."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SampleCourse:
    """One course in one academic year. `number` counts from 0; `group` is shared by re-issues and cross-listings.

    `language` is that of the page (`en`, `da`). `emails` is parallel to the lecturers of the fact `lecturer`, and
    `note` stands below them. `updated` is the last-updated date as printed, also at the end of the page.
    """

    number: int
    group: int
    subject: str
    language: str
    code: str
    year: str
    title: str
    title_en: str
    facts: tuple[SampleFact, ...]
    emails: tuple[str, ...]
    note: str
    exams: tuple[SampleExam, ...]
    sections: tuple[SampleSection, ...]

    def fact(self, name: str) -> SampleFact | None:
        """The fact of that name, None where the page leaves it out."""
        return next((fact for fact in self.facts if fact.name == name), None)
