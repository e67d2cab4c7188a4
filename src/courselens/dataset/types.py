"""What crosses the borders of the dataset room: Passage, Question, Pair.

Kept apart from the modules that make them, so that search can read passages without importing a text splitter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PassageKind = Literal["fact", "chunk"]
Split = Literal["train", "dev", "test"]


@dataclass(frozen=True, slots=True)
class Passage:
    """What search returns: a fact (one field said as a sentence) or a chunk (part of a section, its heading kept).

    `field` is set for facts, `section` for chunks. `course` is the course's key, `group` its course group. `file` and
    `page` (from 1) say where it stands in the source.
    """

    text: str
    kind: PassageKind
    field: str | None
    section: str | None
    course: str
    group: str
    file: str
    page: int | None = None

    @property
    def asked(self) -> str:
        """The field or section that this passage answers."""
        return self.field or self.section or ""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a student would ask about one course.

    `kind` is what is asked: `field`, `section`, `description` (about the course as a whole) or `described` (the course
    is described without its title). `field` / `section` name what is asked for. `style` says how the course is named:
    `full`, `title`, `translated` (the English title), `code`, `short`, `lower`, `typo`, `none`. `language` is that of
    the question (`en`, `da`, `de`).
    """

    text: str
    kind: str
    field: str | None
    section: str | None
    course: str
    group: str
    style: str
    language: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a passage, and whether the passage answers it (1.0 or 0.0).

    `kind` tells how the pair was made: `positive`, `hard_course` (same field, another course with a similar title or
    code), `hard_field` (another field of the same course), `random`.
    """

    question: Question
    passage: Passage
    label: float
    kind: str


@dataclass(frozen=True, slots=True)
class PairSet:
    """Labelled pairs by side, no course group on two of them.

    `courses` counts the courses that pairs were made of, out of `available` in the catalogue (fewer where a very large
    catalogue is sampled). `dropped` counts, with the reason, what was made and left out.
    """

    train: tuple[Pair, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]
    style: str = "best"
    seed: int = 42
    courses: int = 0
    available: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def sides(self) -> dict[Split, tuple[Pair, ...]]:
        """The pairs of each side by its name."""
        return {"train": self.train, "dev": self.dev, "test": self.test}
