"""The answer to a question, in the shape that the command line, the web and Python share.

In: what ranking and lookup found. Out: `Answer`, whose `to_dict()` is the JSON of `ask` and `search`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courselens.course import Course
from courselens.dataset.types import Passage


@dataclass(frozen=True, slots=True)
class Reference:
    """A course as an answer names it."""

    key: str
    code: str
    codes: tuple[str, ...]
    year: str | None
    title: str

    @classmethod
    def of(cls, course: Course) -> Reference:
        """The reference to `course`."""
        return cls(course.key, course.code, course.codes, course.year, course.title)

    def to_dict(self) -> dict[str, Any]:
        """Key, code, codes, year and title."""
        return {"key": self.key, "code": self.code, "codes": list(self.codes), "year": self.year, "title": self.title}


@dataclass(frozen=True, slots=True)
class FoundCourse:
    """A course in a ranking, with its best passage."""

    course: Reference
    score: float
    passage: str

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `courses`."""
        return {**self.course.to_dict(), "score": round(self.score, 4), "passage": self.passage}


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage in a ranking; `rank` counts from 1."""

    rank: int
    passage: Passage
    score: float
    course: Reference

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `passages`."""
        return {
            "rank": self.rank,
            "text": self.passage.text,
            "kind": self.passage.kind,
            "field": self.passage.field,
            "section": self.passage.section,
            "score": round(self.score, 4),
            "course": self.course.to_dict(),
            "source": {"file": self.passage.file, "page": self.passage.page},
        }


@dataclass(frozen=True, slots=True)
class Further:
    """What else was asked, or of which other course: the `answer`, its `value`, the `field`, the `course`."""

    answer: str
    field: str | None
    value: tuple[Any, ...]
    course: Reference

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `further`."""
        told = {"answer": self.answer, "field": self.field, "value": list(self.value)}
        return {**told, "course": self.course.to_dict()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What `ask` and `search` return. `answer` is None when the catalogue does not hold it.

    `confidence` is a probability: that the answer is right, or without one, that the catalogue does not hold it.
    `value` are canonical values: texts, numbers, or for `exam` one mapping a part. `note` says what a person should
    know: a condition that was relaxed, or what is missing. `further` answers what else was asked. `searched` is True
    for `search`, which answers nothing; `unclear` where the question does not say which course is meant.
    """

    question: str
    answer: str | None
    field: str | None
    value: tuple[Any, ...]
    confidence: float
    course: Reference | None
    courses: tuple[FoundCourse, ...]
    passages: tuple[FoundPassage, ...]
    filters: tuple[dict[str, Any], ...] = ()
    ignored: tuple[str, ...] = ()
    note: str | None = None
    searched: bool = False
    further: tuple[Further, ...] = ()
    unclear: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `ask`; without `answer`, `field`, `value`, `confidence`, `course` and `further` for `search`."""
        out: dict[str, Any] = {"question": self.question}
        if not self.searched:
            out |= {
                "answer": self.answer,
                "field": self.field,
                "value": list(self.value),
                "confidence": round(self.confidence, 4),
                "course": self.course.to_dict() if self.course else None,
            }
        return out | {
            "courses": [found.to_dict() for found in self.courses],
            "passages": [found.to_dict() for found in self.passages],
            "filters": [dict(one) for one in self.filters],
            "ignored": list(self.ignored),
            "note": self.note,
            **({} if self.searched else {"further": [one.to_dict() for one in self.further]}),
        }
