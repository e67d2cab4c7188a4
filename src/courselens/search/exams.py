"""What conditions on an examination are looked up in: "60% written exam", "a central exam", "closed book".

In: the parts of the courses' examinations when an index is made; later a question with titles and codes blanked out.
Out: the rules of each course's examination (`Central exam`), what each form counts for in percent, and conditions on
that. What rows say which rule, and how people say it, is data (`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from courselens.course import Course, ExamPart
from courselens.search.tokens import either, flat, words
from courselens.search.vocabulary import conditions, stop_words

WEIGHT = "weight_"
"""Begins the numeric field of what a form counts for: `weight_written_exam`."""
PARTS = "exam_parts"
"""The numeric field of how many parts an examination has."""
MINUTES = "exam_minutes"
"""The field of how long a part takes, in minutes."""
GROUP = "Group work"
INDIVIDUAL = "Individual work"
EXAM = "exam"
"""Any form that is called an exam, written or oral."""
WORDS_BETWEEN = 5
"""Words between a percentage and the form that it is of: `60% of the grade by a presentation`."""

_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(min|hour|h\b|time|stunde|std)")


def rules_of(course: Course) -> list[str]:
    """The rules of a course's examination, as the rows of its parts say them."""
    found: dict[str, None] = {}
    for part in course.exam:
        if part.grouping:
            found[GROUP if part.grouping.startswith("group") else INDIVIDUAL] = None
        for value in part.details.values():
            found |= _ruled(value)
    for scale in course.values("grading_scale"):
        found |= _ruled(str(scale))
    return list(found)


def _ruled(value: str) -> dict[str, None]:
    told = flat(value)
    return {rule: None for rule, pattern in _rows().items() if pattern.match(told)}


def weights_of(course: Course) -> dict[str, float]:
    """What each form of a course's examination counts for in percent, by numeric field, and how many parts it has.

    Empty where the catalogue tells no examination; without weights where a part lacks one and is not the only one.
    """
    if not course.exam:
        return {}
    found = {PARTS: float(len(course.exam))}
    if len(course.exam) > 1 and any(part.weight is None for part in course.exam):
        return found
    for part in course.exam:
        for form in _forms(part):
            name = weight_of(form)
            found[name] = found.get(name, 0.0) + (100.0 if part.weight is None else part.weight)
    return found


def minutes_of(course: Course) -> list[str]:
    """How long the parts of a course's examination take, in minutes: values of `exam_minutes`."""
    found = (_LENGTH.match(flat(part.duration)) for part in course.exam if part.duration)
    told = (float(one[1].replace(",", ".")) * (1 if one[2] == "min" else 60) for one in found if one)
    return list(dict.fromkeys(f"{minutes:.0f}" for minutes in told))


def weight_held(field: str, held: Collection[str]) -> str:
    """`field`, or the one of those `held` whose form is called nearly so: `participation` is `Active participation`."""
    name = field.removeprefix(WEIGHT)
    alike = (one for one in held if one.startswith(f"{field}_") or one.endswith(f"_{name}"))
    return field if field in held or not field.startswith(WEIGHT) else next(alike, field)


def weight_of(form: str) -> str:
    """The numeric field of what `form` counts for."""
    return WEIGHT + re.sub(r"\W+", "_", form.lower())


def about_exam(field: str) -> bool:
    """Whether a field of conditions is one of the examination's."""
    return field in ("exam_form", "exam_rule", PARTS, MINUTES) or field.startswith(WEIGHT)


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


def _forms(part: ExamPart) -> list[str]:
    forms = [part.form] if part.form else []
    if part.form and EXAM in part.form.lower():
        forms.append(EXAM)
    if part.grouping:
        forms.append(GROUP if part.grouping.startswith("group") else INDIVIDUAL)
    return forms


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, re.Pattern[str]]:
    """Rule → pattern of the beginning of a flat value; one that ends in `$` is the whole value."""
    rows = conditions()["exam_rows"]
    return {rule: re.compile("|".join(f"(?:{one})" for one in said)) for rule, said in rows.items()}


@lru_cache(maxsize=1)
def _said_forms() -> Mapping[str, str]:
    """Flat phrase of a form of examination → the form."""
    data = conditions()
    said = {flat(str(phrase)): form for form, phrases in data["exam_form"].items() for phrase in phrases}
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
    return either(word for name in ("at_least", "at_most", "more_than", "less_than") for word in data[name])


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
