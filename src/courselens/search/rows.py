"""What a row of an examination tells that a summary of it does not: the aids, the period, the size of the paper.

In: a course, the practical things that a question asks for, and its words. Out: the rows that tell them, part by part,
as lines to be shown behind the summary.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from courselens.course import Course, ExamPart, format_value
from courselens.search.concerns import Concern
from courselens.search.lexical import word_stems
from courselens.search.tokens import words

LONGEST = 240
"""Characters of a row that are shown whole."""
SHOWN = 3
"""Sentences of a longer one."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")


def rows_asked(course: Course, concerns: Sequence[Concern], asked: Collection[str]) -> str:
    """The rows of the course's examination that tell one of the `concerns`, a line each, with the part's form where the
    parts differ; of a long one its first sentence and those with a stem that is `asked`. Empty where none does.
    """
    parts = [[*_rows(part, concerns, asked)] for part in course.exam]
    told = [one for one in parts if one]
    if not told:
        return ""
    if len(course.exam) == 1 or (len(told) == len(parts) and all(one == told[0] for one in told)):
        return "\n".join(told[0])
    named = ((_name(part), rows) for part, rows in zip(course.exam, parts, strict=True) if rows)
    return "\n".join(f"{name}: {'; '.join(rows)}" for name, rows in named)


def _rows(part: ExamPart, concerns: Sequence[Concern], asked: Collection[str]) -> Iterator[str]:
    for label, value in part.details.items():
        if any(one.told_in(label) for one in concerns):
            yield f"{label}: {_shown(value, asked)}"


def _shown(value: str, asked: Collection[str]) -> str:
    if len(value) <= LONGEST:
        return " ".join(value.split())
    first, *others = (one.strip() for one in _SENTENCE.split(value) if one.strip())
    told = [one for one in others if any(stem in asked for word in words(one) for stem in word_stems(word.text))]
    return " ".join([f"{first}." if first[-1:].isalnum() else first, *told[: SHOWN - 1]]) + " …"


def _name(part: ExamPart) -> str:
    weight = f" ({format_value(part.weight)}%)" if part.weight is not None else ""
    return f"{part.form or part.own or ''}{weight}"
