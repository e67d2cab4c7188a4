"""Questions with known answers, a JSON object a line: what is asked and what a right answer must say.

In: a file that a person wrote. Out: `ExamQuestion`, or an error that names the line and what is wrong with it.

    {"question": "is 8,276 in english?", "course": "8,276", "field": "language", "value": "English"}
    {"question": "penal law: sentences and measures", "course": "3,116"}
    {"question": "who teaches 9,999?", "unanswerable": true}
    {"question": "3 credit courses in German", "conditions": {"ects": 3, "language": "German"}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from courselens.course import Value
from courselens.errors import CourselensError

Kind = Literal["field", "described", "conditions", "unanswerable"]

KEYS = ("question", "course", "field", "value", "contains", "unanswerable", "conditions", "courses", "tag")
"""What a line may hold; `question` must be there."""

OPERATORS = ("not", "min", "max", "contains")
"""A condition is a value, a list of which one must be there, or an object of these."""


@dataclass(frozen=True, slots=True)
class ExamQuestion:
    """A question and what is right.

    `course`: the codes or keys of which one must stand first. `asked`: the fields or sections of which one must be
    recognised; without one the question describes a course. `value`: the canonical values, all of them. `contains`:
    words that the answer must hold. `conditions`: what each of the first five courses must fulfil, or `courses`: those
    that do. `tag` names a set of questions with figures of its own. `line` counts from 1.
    """

    text: str
    kind: Kind
    line: int
    course: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    value: tuple[Value, ...] = ()
    contains: tuple[str, ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    courses: tuple[str, ...] = ()
    tag: str | None = None


def read_questions(path: Path) -> tuple[ExamQuestion, ...]:
    """Read the file; empty lines are passed over.

    Raises CourselensError naming the line when the file is missing, holds no question, or a line is not one JSON object
    of the shape above.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CourselensError(
            "cannot read the questions", value=str(path), where=str(error), remedy="Give a UTF-8 file of JSON lines"
        ) from error
    return parse_questions(text, str(path))


def parse_questions(text: str, where: str) -> tuple[ExamQuestion, ...]:
    """The questions of a text; `where` is what errors call it. Raises as `read_questions` does."""
    # Split at newlines only: a JSON string may hold U+2028, at which splitlines would cut.
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise CourselensError("no questions", value=where, remedy='Write lines like {"question": …, "course": …}')
    return tuple(_question(line, f"{where}, line {number}", number) for number, line in lines)


def _question(line: str, where: str, number: int) -> ExamQuestion:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise CourselensError("not JSON", value=line[:80], where=where, remedy=str(error)) from error
    if not isinstance(data, dict):
        raise CourselensError("not a JSON object", value=line[:80], where=where)
    unknown = sorted(set(data) - set(KEYS))
    if unknown:
        raise CourselensError("unknown key", value=unknown[0], where=where, remedy=f"Known are: {', '.join(KEYS)}")
    text = data.get("question")
    if not isinstance(text, str) or not text.strip():
        raise CourselensError("no question", value=text, where=where, remedy='Give "question" a text')
    return ExamQuestion(
        text=text,
        kind=_kind(data, where),
        line=number,
        course=_texts(data, "course", where),
        asked=_texts(data, "field", where),
        value=_values(data, "value", where),
        contains=_texts(data, "contains", where),
        conditions=_conditions(data, where),
        courses=_texts(data, "courses", where),
        tag=next(iter(_texts(data, "tag", where)), None),
    )


def _kind(data: Mapping[str, Any], where: str) -> Kind:
    """What kind of question the keys make; contradicting or missing ones are an error."""
    unanswerable = data.get("unanswerable", False)
    if not isinstance(unanswerable, bool):
        raise CourselensError("not true or false", value=unanswerable, where=f'{where}, "unanswerable"')
    many = "conditions" in data or "courses" in data
    told = [name for name in ("course", "field", "value", "contains") if name in data]
    if unanswerable and (many or told):
        extra = told[0] if told else "conditions"
        raise CourselensError("an unanswerable question has no right answer", value=extra, where=where)
    if many and told:
        remedy = "Ask for one course, or for courses that fulfil conditions"
        raise CourselensError("both one course and conditions", value=told[0], where=where, remedy=remedy)
    if unanswerable:
        return "unanswerable"
    if many:
        return "conditions"
    if "course" not in data:
        remedy = 'Give "course", "conditions" or "unanswerable": true'
        raise CourselensError("nothing says what a right answer is", value=data["question"], where=where, remedy=remedy)
    if "field" not in data and ("value" in data or "contains" in data):
        raise CourselensError('"value" and "contains" need a "field"', value=data["question"], where=where)
    return "field" if "field" in data else "described"


def _texts(data: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A text or a list of texts; () where the key is not there."""
    if name not in data:
        return ()
    found = data[name] if isinstance(data[name], list) else [data[name]]
    if not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise CourselensError("not a text or a list of texts", value=data[name], where=f'{where}, "{name}"')
    return tuple(found)


def _values(data: Mapping[str, Any], name: str, where: str) -> tuple[Value, ...]:
    """A text, a number, or a list of these; () where the key is not there."""
    if name not in data:
        return ()
    found = data[name] if isinstance(data[name], list) else [data[name]]
    if not found or not all(_is_value(one) for one in found):
        raise CourselensError("not a text, a number or a list of these", value=data[name], where=f'{where}, "{name}"')
    return tuple(found)


def _conditions(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    found = data.get("conditions", {})
    place = f'{where}, "conditions"'
    if not isinstance(found, dict) or ("conditions" in data and not found):
        raise CourselensError("not an object of fields", value=found, where=place)
    for name, wanted in found.items():
        if isinstance(wanted, dict):
            unknown = sorted(set(wanted) - set(OPERATORS))
            if unknown or not wanted:
                remedy = f"Known are: {', '.join(OPERATORS)}"
                raise CourselensError("unknown condition", value=unknown or wanted, where=place, remedy=remedy)
        else:
            _values(found, name, place)
    return found


def _is_value(found: object) -> bool:
    return isinstance(found, (str, int, float)) and not isinstance(found, bool)
