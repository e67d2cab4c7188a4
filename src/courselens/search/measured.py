"""Which of two examinations is longer, has more pages, or where one form of them counts more.

In: two courses that a question compares. Out: a sentence with both amounts; None where the question compares something
else, or where one of them tells no amount or several.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from courselens.course import Course
from courselens.search.concerns import concern
from courselens.search.conditions import values_said
from courselens.search.places import phrase_pattern, words_of
from courselens.search.query import Understood
from courselens.search.tokens import flat, words

LONGER = {
    "en": "The examination of {name} is longer: {more}, not {less}.",
    "de": "Die Prüfung von {name} dauert länger: {more} gegenüber {less}.",
    "da": "Eksamen i {name} varer længst: {more} mod {less}.",
}
PAGES = {
    "en": "{name} has more: {more}, not {less}.",
    "de": "{name} hat mehr: {more} gegenüber {less}.",
    "da": "{name} har mest: {more} mod {less}.",
}
WEIGHT = {
    "en": "It counts more in {name}: {more}, not {less}.",
    "de": "Mehr zählt es bei {name}: {more} gegenüber {less}.",
    "da": "Det tæller mest i {name}: {more} mod {less}.",
}
ALIKE = {"en": "Both are the same.", "de": "Beides ist gleich.", "da": "Begge er ens."}
Amount = tuple[float, str]
"""A number, and how it is told."""
_TIME = re.compile(r"(\d+(?:[.,]\d+)?)\s*(min|hour|hr|h\b|stunde|std|time)")
_OTHER_TIME = re.compile(r"prepar|vorbereit|forbered|day|tag|dag|week|woche|uge")
_PAGES = re.compile(r"(\d+)\s*(?:a4[ -]?)?(?:page|seite|side)")
_HOUR = 60


def measured(first: Course, other: Course, understood: Understood) -> str | None:
    """The sentence on what the question compares of the examinations of two courses."""
    said = {word.text for word in understood.told}
    for asked, amount, sentence in (
        (not said.isdisjoint(words_of("lasting")), duration, LONGER),
        (_asks_weight(understood), _weight(understood), WEIGHT),
        (_asks_pages(understood), pages, PAGES),
    ):
        amounts = (amount(first), amount(other)) if asked else (None, None)
        if amounts[0] and amounts[1]:
            return _compared(first, other, amounts[0], amounts[1], sentence[understood.language], understood.language)
    return None


def _compared(first: Course, other: Course, one: Amount, two: Amount, sentence: str, language: str) -> str:
    if one[0] == two[0]:
        return ALIKE[language]
    (more, course), (less, _) = sorted(((one, first), (two, other)), key=lambda each: -each[0][0])
    return sentence.format(name=course.name, more=more[1].rstrip("."), less=less[1].rstrip("."))


def duration(course: Course) -> Amount | None:
    """How many minutes the examination of a course takes, where it tells one time only."""
    told = {part.duration for part in course.exam if part.duration}
    text = next(iter(told)) if len(told) == 1 else ""
    found = None if _OTHER_TIME.search(flat(text)) else _TIME.search(flat(text))
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    return (number if found[2] == "min" else _HOUR * number), text


def pages(course: Course) -> Amount | None:
    """How many pages what is handed in may have, where one size only is told."""
    length = concern("length")
    told = {value for part in course.exam for label, value in part.details.items() if length.told_in(label)}
    found = [_PAGES.findall(flat(value)) for value in told]
    return (max(map(float, found[0])), next(iter(told))) if len(found) == 1 and found[0] else None


def _weight(understood: Understood) -> Callable[[Course], Amount | None]:
    forms = values_said(understood.frame, "exam_form")

    def weight(course: Course) -> Amount | None:
        told = [part.weight for part in course.exam if part.form in forms and part.weight]
        return (sum(told), f"{sum(told):g}%") if told else None

    return weight


def _asks_weight(understood: Understood) -> bool:
    """Whether it is asked where something counts more: `does the presentation count more in A than in B`."""
    plain = " ".join(word.text for word in words(understood.frame))
    return phrase_pattern("weighed").search(plain) is not None and _compares(understood)


def _asks_pages(understood: Understood) -> bool:
    said = {word.text for word in understood.told}
    return not said.isdisjoint(words_of("pages")) and _compares(understood)


def _compares(understood: Understood) -> bool:
    return any(word.text in words_of("comparatives") for word in understood.told)
