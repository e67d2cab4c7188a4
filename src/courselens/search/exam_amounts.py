"""Numbers that a question tells of examinations: "60% written exam", "an exam of 120 minutes", "only one exam".

In: a question with titles and codes blanked out, and the facts of the catalogue. Out: conditions on what a form counts
for, on minutes and on the number of parts. The words are data (`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from courselens.search.amounts import COMPARING, compare
from courselens.search.exams import GROUP, INDIVIDUAL, MINUTES, PARTS, WEIGHT, WRITTEN, weight_of
from courselens.search.facts import Condition, Facts
from courselens.search.tokens import either, flat, words
from courselens.search.vocabulary import conditions, stop_words

WORDS_BETWEEN = 5
"""Words between a percentage and the form that it is of: `60% of the grade by a presentation`."""


def of_exams(blank: str, text: str, facts: Facts) -> list[Condition]:
    """What examinations count for, how long they take, and that there is but one: `60% written exam`."""
    found: list[Condition] = []
    for one in told_of_exams(blank):
        said = text[one.start : one.end]
        operator, values = compare([one.number], "", [one.compared], plus=False)
        if one.field == MINUTES:
            values = tuple(f"{value:g}" for value in values)
        field = weight_held(one.field, facts.numbers)
        if field in facts.fields:
            found.append(Condition(field, operator, values, said, one.start, one.end))
            if one.grouped:
                found.append(Condition("exam_form", "is", (GROUP,), said, one.start, one.end))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """A number that a question tells of an examination: its `field`, the words of comparison before or after it, where
    it stands, and whether it is of a group's work.
    """

    field: str
    compared: str
    number: float
    start: int
    end: int
    grouped: bool = False


def told_of_exams(blank: str) -> list[Told]:
    """What `blank` (flat) tells of examinations in numbers: weights, minutes, and that one is all (`only one exam`)."""
    found: list[Told] = []

    def add(one: Told) -> None:
        if not any(one.start < other.end and other.start < one.end for other in found):
            found.append(one)

    if _percent().search(blank):
        for match in (match for pattern in _patterns() for match in pattern.finditer(blank)):
            grouped = any(word.text in _group_words() for word in words(match.group()))
            add(_told(match, weight_of(_said_forms()[match["form"]]), grouped))
    if _exam().search(blank):
        for match in _minutes().finditer(blank):
            one = _told(match, MINUTES)
            add(one if match["minutes"] else replace(one, number=60 * one.number))
    for match in _shared().finditer(blank):
        forms = (match["first"], match["second"])
        for number, form, place in zip((match["one"], match["other"]), forms, ("first", "second"), strict=True):
            found.append(Told(weight_of(_said_forms()[form]), "", float(number), *match.span(place)))
    for match in _single().finditer(blank):
        add(Told(PARTS, "", 1.0, *match.span()))
    return found


def _told(match: re.Match[str], field: str, grouped: bool = False) -> Told:
    if match.groupdict().get("half"):
        return Told(field, ">", 50.0, *match.span(), grouped)
    compared = (match["before"] or match["after"] or "").strip(" .")
    return Told(field, compared, float(match["number"].replace(",", ".")), *match.span(), grouped)


def weight_held(field: str, held: Collection[str]) -> str:
    """`field`, or the one of those `held` whose form is called nearly so: `participation` is `Active participation`."""
    name = field.removeprefix(WEIGHT)
    alike = (one for one in held if one.startswith(f"{field}_") or one.endswith(f"_{name}"))
    return field if field in held or not field.startswith(WEIGHT) else next(alike, field)


@lru_cache(maxsize=1)
def _said_forms() -> Mapping[str, str]:
    """Flat phrase of a form of examination → the form."""
    data = conditions()
    forms = {form: phrases for form, phrases in data["exam_form"].items() if form != WRITTEN}
    said = {flat(str(phrase)): form for form, phrases in forms.items() for phrase in phrases}
    for phrase, form in tuple(said.items()):  # `aus schriftlicher Arbeit`
        first, space, rest = phrase.partition(" ")
        if space and first.endswith("e"):
            said |= {f"{first}{ending} {rest}": form for ending in "rnms"}
    return said | {flat(str(phrase)): INDIVIDUAL for phrase in data["exam_rule"][INDIVIDUAL]}


@lru_cache(maxsize=1)
def _group_words() -> frozenset[str]:
    return frozenset(flat(str(word)) for word in conditions()["grouped"])


@lru_cache(maxsize=1)
def _percent() -> re.Pattern[str]:
    return re.compile(rf"%|\b(?:{either([*conditions()['percent'], *conditions()['half']])})\b")


@lru_cache(maxsize=1)
def _shared() -> re.Pattern[str]:
    """`50/50 presentation and paper`: what two forms count for."""
    form, small = either(_said_forms()), either([*stop_words(), *conditions()["graded"], *conditions()["articles"]])
    numbers = r"\b(?P<one>\d\d)\s?%?\s?(?:/|-|zu|to|til)\s?(?P<other>\d\d)\b\s?%?"
    between = rf"(?:\s+(?:{small})\b){{0,3}}\s+"
    return re.compile(rf"{numbers}{between}(?P<first>{form})\b{between.replace('{0,3}', '{1,3}')}(?P<second>{form})\b")


@lru_cache(maxsize=1)
def _single() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(conditions()['single_exam'])})\b")


@lru_cache(maxsize=1)
def _exam() -> re.Pattern[str]:
    """Any word of an examination."""
    return re.compile(rf"\b(?:{either([*conditions()['exams'], *_said_forms()])})\b")


@lru_cache(maxsize=1)
def _minutes() -> re.Pattern[str]:
    """A length of time, compared."""
    number = r"(?P<number>\d{1,3}(?:[.,]\d)?)[\s\-]*"
    minutes = r"(?P<minutes>min(?:s|ute|utes|uten|utter|utters|\.)?)"
    unit = rf"(?:{minutes}|hours?|hrs?|h|std|stunden?|stundige\w*|timers?)(?!\w)"
    return re.compile(rf"(?:\b(?P<before>{_compared()})\s+)?\b{number}{unit}{_late()}")


def _compared() -> str:
    data = conditions()
    return either(word for name in COMPARING for word in data[name])


def _late() -> str:
    return rf"(?:\s+(?P<after>{either(conditions()['after_number'])})\b)?"


@lru_cache(maxsize=1)
def _patterns() -> Sequence[re.Pattern[str]]:
    """A percentage before the form of examination that it is of, and behind it."""
    data = conditions()
    percent = rf"\s?(?:%|(?:{either(data['percent'])})\b)"
    counted = rf"(?:\b(?P<before>{_compared()})\s+)?(?P<number>\d{{1,3}}(?:[.,]\d)?){percent}"
    number = rf"(?:{counted}|\b(?P<half>{either(data['half'])})\b)"
    late = _late()
    small = either(
        [*data["only"], *data["weighing"], *data["grouped"], *stop_words(), *data["graded"], *data["articles"]]
    )
    between = rf"\W?(?:\s*\b(?:{small})\b){{0,{WORDS_BETWEEN}}}?\s*"
    form = rf"\b(?P<form>{either(_said_forms())})\b"
    return (re.compile(rf"{number}{late}{between}{form}"), re.compile(rf"{form}{between}\(?{number}{late}"))
