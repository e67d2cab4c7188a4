"""What is asked of an examination that the sheet leaves empty: no duration, no number of pages, no examiner.

In: a question without the course's name, and the course with the texts on its examination. Out: the sentence that says
what the catalogue does not state. The words are data (`words/unstated.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.search.concerns import concern, pattern, plain, signs_of
from courselens.search.tokens import fold
from courselens.search.vocabulary import load

NOT_STATED = {
    "en": ("The catalogue states {what} for this examination.", " and "),
    "de": ("Der Katalog nennt für diese Prüfung {what}.", " und "),
    "da": ("Kataloget angiver {what} for denne eksamen.", " og "),
}
DURATION, GROUP_SIZE = "duration", "group size"


@dataclass(frozen=True, slots=True)
class Detail:
    """Something that is asked of an examination: what asks for it, `but` not beside those words, what tells it in a
    text, the concern whose `rows` tell it, whether a section on something else may tell it, and how its lack is `said`,
    by language.
    """

    asking: re.Pattern[str]
    but: re.Pattern[str] | None
    telling: re.Pattern[str]
    signs: tuple[re.Pattern[str], ...]
    rows: str | None
    anywhere: bool
    said: Mapping[str, str]


def unstated(question: str, course: Course, passages: Iterable[Passage], language: str) -> str:
    """What of the details that `question` asks of the course's examination neither a row nor one of its `passages`
    states, as a sentence; empty where there is none.
    """
    asked = [*_asked(question)]
    if not asked:
        return ""
    texts = [(one.asked == "exam", one.text.partition("\n")[2]) for one in passages if one.kind == "chunk"]
    missing = [
        one.said[language]
        for name, one in asked
        if not _stated(name, one, course, [text for of_exam, text in texts if of_exam or one.anywhere])
    ]
    said, joined = NOT_STATED[language]
    return said.format(what=joined.join(missing)) if missing else ""


def asks_of_groups_for_one(question: str, course: Course) -> bool:
    """Whether the size of groups is asked of an examination that everybody takes alone."""
    return any(name == GROUP_SIZE for name, _ in _asked(question)) and bool(course.exam) and _alone(course)


def _asked(question: str) -> Iterable[tuple[str, Detail]]:
    said = plain(fold(question))
    asked = ((name, one) for name, one in _details().items() if one.asking.search(said))
    return ((name, one) for name, one in asked if one.but is None or not one.but.search(said))


def _stated(name: str, detail: Detail, course: Course, texts: Sequence[str]) -> bool:
    if name == DURATION and any(part.duration for part in course.exam):
        return True
    if name == GROUP_SIZE and _alone(course):
        return True  # the summary says so
    rows = concern(detail.rows) if detail.rows else None
    if rows and any(rows.told_in(label) for part in course.exam for label in part.details):
        return True
    folded = [fold(text) for text in texts]
    return any(detail.telling.search(plain(text)) or any(sign.search(text) for sign in detail.signs) for text in folded)


def _alone(course: Course) -> bool:
    return all(part.grouping == "individual" for part in course.exam)


@lru_cache(maxsize=1)
def _details() -> Mapping[str, Detail]:
    return {
        name: Detail(
            asking=pattern(told["asking"]),
            but=pattern(told["but"]) if "but" in told else None,
            telling=pattern([one for one in told["telling"] if not signs_of([one])]),
            signs=signs_of(told["telling"]),
            rows=told.get("rows"),
            anywhere=bool(told.get("anywhere")),
            said=told["said"],
        )
        for name, told in load("unstated.yaml").items()
    }
