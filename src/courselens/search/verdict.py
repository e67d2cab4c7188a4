"""What comparing two courses says: that both are the same, that they are not, which has more, which comes first.

In: what is said of two courses, and the question. Out: a sentence beside both.
"""

from __future__ import annotations

from collections.abc import Sequence

from courselens.course import Course
from courselens.search.codes import Codes
from courselens.search.concerns import concerns_of
from courselens.search.measured import ALIKE, measured
from courselens.search.places import phrase_pattern, words_of
from courselens.search.query import Understood
from courselens.search.saying import Saying
from courselens.search.tokens import fold, words

VERDICT = {
    "en": (ALIKE["en"], "They are not the same.", "{name} has more."),
    "de": (ALIKE["de"], "Das ist nicht gleich.", "{name} hat mehr."),
    "da": (ALIKE["da"], "De er ikke ens.", "{name} har mest."),
}
"""Of two courses compared: that they are alike in what is asked, that they are not, which has more of it."""
FIRST = {
    "en": "{first} comes first: {other} asks for it.",
    "de": "{first} kommt zuerst: {other} setzt es voraus.",
    "da": "{first} kommer først: {other} kræver det.",
}
"""Of two courses, that one asks for the other."""
PREREQUISITES = "prerequisites"


def verdict(first: Saying, other: Saying, understood: Understood) -> str | None:
    """What comparing the answers for two courses says, where it is asked which has more or if both are the same."""
    told = {word.text for word in understood.told}
    same, different, more = VERDICT[understood.language]
    compares = not told.isdisjoint(words_of("comparatives"))
    alike = not told.isdisjoint(words_of("same") | words_of("comparing") | words_of("changing"))
    if not (first.course and other.course) or first.field != other.field:
        return None
    if first.field == "exam":
        amounts = measured(first.course, other.course, understood)
        if amounts:
            return amounts
        if told.isdisjoint(words_of("same")) and any(one.rows for one in concerns_of(understood.beside)):
            return None  # what each says of one row of it is told
    values = [_values(one, one.course) for one in (first, other) if one.course]
    if first.field == PREREQUISITES and (alike or (told & words_of("choosing") and told & words_of("which"))):
        return (same if values[0] == values[1] else different) if any(values) else None
    if not (first.value and other.value):
        return None
    if values[0] == values[1]:
        return same if compares or alike else None
    if not compares:
        apart = values[0].isdisjoint(values[1]) or first.field == "exam" or first.course.code == other.course.code
        return different if alike and apart else None
    numbers = [one.value[0] for one in (first, other) if isinstance(one.value[0], (int, float))]
    if len(numbers) < 2:
        return None
    best = first if numbers[0] > numbers[1] else other
    return more.format(name=best.course.name if best.course else "")


def _values(saying: Saying, course: Course) -> set[str]:
    """What is compared of a course: values, what a section says, the parts of an examination with all their rows."""
    if saying.field == PREREQUISITES:
        body = (saying.answer or "").partition("\n")[2]
        return {" ".join(word.text for word in words(body))} - {""}
    if saying.field == "exam":
        return {str((part.form, part.own, part.weight, part.duration, part.grouping)) for part in course.exam}
    return {str(value) for value in saying.value}


def asks_which_first(understood: Understood) -> bool:
    """Whether it is asked which of several courses comes before the other: `which should I take first`."""
    return phrase_pattern("which_first").search(" ".join(word.text for word in understood.told)) is not None


def first_of(one: Saying, other: Saying, codes: Codes, numbers: Sequence[int], language: str) -> str | None:
    """That one of two courses, which have those `numbers`, comes first: what is said of the other one's prerequisites
    names it, by code or by title, and not the other way round.
    """
    asks = [
        _names(said, number, course, codes)
        for said, number, course in ((one, numbers[1], other.course), (other, numbers[0], one.course))
    ]
    if asks[0] == asks[1] or not (one.course and other.course):
        return None
    first, second = (one, other) if asks[1] else (other, one)
    named = (said.course.name if said.course else "" for said in (first, second))
    return FIRST[language].format(first=next(named), other=next(named))


def _names(said: Saying, number: int, course: Course | None, codes: Codes) -> bool:
    """Whether what is `said` of prerequisites names the `course` that has that `number`."""
    text = (said.answer or "").partition("\n")[2]
    title = fold(course.title) if course and len(words(course.title)) > 1 else None
    return any(number in one.courses for one in codes.find(text, words(text))) or bool(title and title in fold(text))
