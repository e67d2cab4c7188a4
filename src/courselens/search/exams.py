"""What conditions on an examination are looked up in: what a form counts for, how long it takes, by which rules.

In: the parts of a course's examination. Out: its rules (`Central exam`), percent by form, minutes. Which rows say which
rule is data (`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from courselens.course import Course, ExamPart
from courselens.search.places import words_of
from courselens.search.tokens import flat, words
from courselens.search.vocabulary import conditions

WEIGHT = "weight_"
"""Begins the numeric field of what a form counts for: `weight_written_exam`."""
PARTS = "exam_parts"
"""The numeric field of how many parts an examination has."""
MINUTES = "exam_minutes"
"""The field of how long a part takes, in minutes."""
GROUP = "Group work"
INDIVIDUAL = "Individual work"
CLOSED = "Closed book"
EXAM = "exam"
"""Any form that is called an exam, written or oral."""
WRITTEN = "written"
"""Any form that is called written, an exam or an assignment."""

_LENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(min|hour|h\b|time|stunde|std)")


def rules_of(course: Course) -> list[str]:
    """The rules of a course's examination, as the rows of its parts say them."""
    found: dict[str, None] = {}
    for part in course.exam:
        found |= _rules_of_part(part)
    for scale in course.values("grading_scale"):
        found |= _ruled(str(scale))
    return list(found)


def parts_of(course: Course) -> list[list[str]]:
    """The form and the rules of each part of a course's examination. A rule of its scale is one of every part where all
    scales say it: which part has which of several scales is not known.
    """
    scales = [_ruled(str(scale)) for scale in course.values("grading_scale")]
    graded = [rule for rule in scales[0] if all(rule in one for one in scales)] if scales else []
    parts = course.exam or ((ExamPart(),) if graded else ())
    found = (dict.fromkeys([part.form] if part.form else []) | _rules_of_part(part) for part in parts)
    return [[*dict.fromkeys((*one, *graded))] for one in found]


def is_exam(form: str) -> bool:
    """Whether a form of examination is an exam or a test, which is sat, and no work that is handed in."""
    return any(word.text in words_of("exam_forms") for word in words(form))


def in_writing(form: str) -> bool:
    """Whether a form of examination is called written."""
    return any(word.text == WRITTEN for word in words(form))


KINDS: Mapping[str, Callable[[str], bool]] = {EXAM: is_exam, WRITTEN: in_writing}
"""What a question may call several forms of examination at once, and which they are."""


def _rules_of_part(part: ExamPart) -> dict[str, None]:
    found: dict[str, None] = {}
    if part.grouping:
        found[GROUP if part.grouping.startswith("group") else INDIVIDUAL] = None
    for value in part.details.values():
        found |= _ruled(value)
    return found


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


def weight_of(form: str) -> str:
    """The numeric field of what `form` counts for."""
    return WEIGHT + re.sub(r"\W+", "_", form.lower())


def _forms(part: ExamPart) -> list[str]:
    forms = [part.form] if part.form else []
    if part.form and is_exam(part.form):
        forms.append(EXAM)
    if part.grouping:
        forms.append(GROUP if part.grouping.startswith("group") else INDIVIDUAL)
    return forms


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, re.Pattern[str]]:
    """Rule → pattern of the beginning of a flat value; one that ends in `$` is the whole value."""
    rows = conditions()["exam_rows"]
    return {rule: re.compile("|".join(f"(?:{one})" for one in said)) for rule, said in rows.items()}
