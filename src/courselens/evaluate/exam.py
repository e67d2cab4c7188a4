"""Questions with known answers put to a workspace: how often the right course, field and value come first.

In: anything that answers (`Lens`), questions, and the catalogue where conditions are to be checked. Out: `Exam`: each
rate with n and its interval, calibration of the confidence, and what was answered wrong. Nothing is trained or tuned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from courselens.course import Catalogue, Course, Value, format_value
from courselens.dataset.types import Pair, Question
from courselens.errors import CourselensError
from courselens.evaluate import metrics
from courselens.evaluate.machine import Machine, this_machine
from courselens.evaluate.metrics import Bin, Interval
from courselens.evaluate.questions import ExamQuestion, read_questions
from courselens.evaluate.tables import shorten, table
from courselens.progress import Progress

__all__ = ["Exam", "ExamQuestion", "Outcome", "questions_of", "read_questions", "run_exam"]

FIRST = 5
"""Courses that are looked at where one may stand among the first, or where all must fulfil conditions."""

NOT_FOUND = "unanswerable: not found"
REFUSED = "answerable: refused"
KEPT = "conditions kept by the first five"


class Answered(Protocol):
    """An answer."""

    def to_dict(self) -> dict[str, Any]:
        """The JSON of `courselens ask`."""
        ...


class Answering(Protocol):
    """Anything that answers questions."""

    def ask(self, question: str) -> Answered:
        """The answer to one question."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, what was answered, and what of it was right: `judged` maps the name of a rate to True or False.

    `right` says whether the answer as a whole was: right course, field and value, or "not found" where nothing is.
    """

    question: ExamQuestion
    answer: Mapping[str, Any]
    judged: Mapping[str, bool]
    right: bool

    @property
    def expected(self) -> str:
        """What would have been right, for people."""
        question = self.question
        wanted = " ".join([*question.course[:1], *question.asked[:1], *map(format_value, question.value)])
        return wanted or ("not found" if question.kind == "unanswerable" else "conditions kept")

    @property
    def answered(self) -> str:
        """The first courses, the field and the answer, for people."""
        codes = ", ".join(_codes(self.answer)[:3]) or "no course"
        answer = self.answer.get("answer")
        return f"{codes}; {self.answer.get('field')}; {shorten(answer) if answer else 'not found'}"

    def lines(self) -> list[str]:
        """Question, what was expected and what was answered."""
        return [f"  {self.question.text}", f"    expected: {self.expected}", f"    answered: {self.answered}"]


@dataclass(frozen=True, slots=True)
class Exam:
    """The rates by name, each the share of its questions in [0, 1] with its interval over courses.

    `calibration` is the expected calibration error of the confidence over all questions, `bins` its reliability.
    """

    rates: Mapping[str, Interval]
    calibration: float
    bins: tuple[Bin, ...]
    outcomes: tuple[Outcome, ...]
    machine: Machine

    def to_dict(self) -> dict[str, Any]:
        """Rates, calibration, and for each question what was right and what was answered."""
        return {
            "questions": len(self.outcomes),
            "rates": {name: rate.to_dict() for name, rate in self.rates.items()},
            "calibration_error": self.calibration,
            "reliability": [one.to_dict() for one in self.bins],
            "outcomes": [
                {
                    "line": one.question.line,
                    "question": one.question.text,
                    "right": one.right,
                    "judged": dict(one.judged),
                    **{name: one.answer.get(name) for name in ("answer", "field", "value", "confidence", "filters")},
                    "course": _codes(one.answer)[:1],
                    "courses": _codes(one.answer)[:FIRST],
                }
                for one in self.outcomes
            ],
            "machine": self.machine.to_dict(),
        }

    def text(self) -> str:
        """The rates as a table, and the questions that were answered wrong."""
        rows = [
            [name, str(rate.n), f"{rate.value:.3f}", f"[{rate.low:.3f}, {rate.high:.3f}]"]
            for name, rate in self.rates.items()
        ]
        rows.append(["expected calibration error", str(len(self.outcomes)), f"{self.calibration:.3f}", ""])
        wrong = [one for one in self.outcomes if not one.right]
        lines = [
            f"{len(self.outcomes)} questions; 95% intervals, bootstrapped over courses.",
            "",
            *table(["", "n", "share", "interval"], rows),
        ]
        if wrong:
            lines += ["", f"{len(wrong)} answered wrong", *(line for one in wrong[:30] for line in one.lines())]
        return "\n".join([*lines, "", f"Measured on {self.machine}, {self.machine.date}."])


def run_exam(
    lens: Answering,
    questions: Sequence[ExamQuestion],
    catalogue: Catalogue | None = None,
    *,
    progress: Progress | None = None,
) -> Exam:
    """Put every question to `lens` and judge the answers.

    With a `catalogue`, codes of the questions are checked against it, and `conditions` are looked up in it. Raises
    CourselensError for a code that it does not have, and for conditions that cannot be checked or that nothing fulfils.
    """
    if not questions:
        raise CourselensError("no questions to ask", remedy="Give at least one")
    known = _Known(catalogue) if catalogue else None
    if known:
        for question in questions:
            known.check(question)
    fitting = {question.line: _fitting(question, known) for question in questions if question.kind == "conditions"}
    outcomes = []
    for done, question in enumerate(questions):
        if progress:
            progress("asking", done, len(questions))
        answer = lens.ask(question.text).to_dict()
        outcomes.append(_judge(question, answer, fitting.get(question.line, frozenset())))
    groups = [_group(outcome.question, known) for outcome in outcomes]
    confidence = np.array([float(outcome.answer.get("confidence") or 0.0) for outcome in outcomes])
    right = np.array([float(outcome.right) for outcome in outcomes])
    return Exam(
        rates=_rates(outcomes, groups),
        calibration=metrics.expected_calibration_error(confidence, right),
        bins=metrics.reliability(confidence, right),
        outcomes=tuple(outcomes),
        machine=this_machine(),
    )


def questions_of(pairs: Sequence[Pair], catalogue: Catalogue, most: int = 400) -> tuple[ExamQuestion, ...]:
    """The questions of test pairs as an exam for the whole of courselens, evenly thinned out to `most`.

    Right is any course that the question may mean; one about a course as a whole has no field that could be wrong.
    """
    keys: dict[str, dict[str, None]] = {}
    asked: dict[str, dict[Question, None]] = {}
    for pair in pairs:
        if pair.label >= 0.5:
            asked.setdefault(pair.question.text, {})[pair.question] = None
            keys.setdefault(pair.question.text, {}).update({pair.question.course: None, pair.passage.course: None})
    some = list(asked.values())[:: max(1, -(-len(asked) // most))]
    for alike in some:
        for question in alike:
            keys[question.text].update(dict.fromkeys(_meant(question, catalogue.courses)))
    return tuple(
        ExamQuestion(
            text=question.text,
            kind="field" if question.kind in ("field", "section") else "described",
            line=number,
            course=tuple(keys[question.text]),
            asked=tuple(name for name in (question.field, question.section) if name),
            tag=None if question.kind in ("field", "section") else question.kind,
        )
        for number, question in enumerate((next(iter(alike)) for alike in some), 1)
    )


def _meant(question: Question, courses: Sequence[Course]) -> list[str]:
    """The `courses` that a question may mean: of the group asked about or, where one is named, of the same name; of the
    year that it names where it names one.
    """
    names = {course.name for course in courses if course.key == question.course and question.style != "none"}
    may = [course for course in courses if course.group == question.group or course.name in names]
    named = [course.key for course in may if course.year and course.year in question.text]
    return named or [course.key for course in may]


def fulfils(course: Course, conditions: Mapping[str, Any]) -> bool:
    """Whether a course has the wanted value of every field; a field that it lacks fulfils nothing but a `not`."""
    return all(_fulfils(_values_of(course, name), wanted) for name, wanted in conditions.items())


def _fulfils(values: Sequence[Value], wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        options = wanted if isinstance(wanted, list) else [wanted]
        return any(_same(value, option) for value in values for option in options)
    numbers = [float(value) for value in values if not isinstance(value, str) or value.isdecimal()]
    checks: dict[str, Callable[[Any], bool]] = {
        "not": lambda limit: not _fulfils(values, limit),
        "min": lambda limit: any(number >= limit for number in numbers),
        "max": lambda limit: any(number <= limit for number in numbers),
        "contains": lambda part: any(_fold(part) in _fold(value) for value in values),
    }
    return all(checks[name](limit) for name, limit in wanted.items())


def _judge(question: ExamQuestion, answer: Mapping[str, Any], fitting: frozenset[str]) -> Outcome:
    if question.kind == "conditions":
        return _judge_conditions(question, answer, fitting)
    found = answer.get("answer") is not None
    if question.kind == "unanswerable":
        return Outcome(question, answer, {NOT_FOUND: not found}, not found)
    judged, right = (_judge_field if question.kind == "field" else _judge_described)(question, answer)
    return Outcome(question, answer, {**judged, REFUSED: not found}, right and found)


def _judge_conditions(question: ExamQuestion, answer: Mapping[str, Any], fitting: frozenset[str]) -> Outcome:
    ranked = _ranked(answer)
    kept = bool(ranked) and all(codes & fitting for codes in ranked[:FIRST])
    enough = len(ranked) >= min(FIRST, len(fitting))
    return Outcome(question, answer, {KEPT: kept, f"{KEPT}, as many as fit": kept and enough}, kept)


def _judge_described(question: ExamQuestion, answer: Mapping[str, Any]) -> tuple[dict[str, bool], bool]:
    ranked = _ranked(answer)
    wanted = {_normal(code) for code in question.course}
    first = _first_is(answer, ranked, question.course)
    judged = {"described: first": first, "described: in first five": any(codes & wanted for codes in ranked[:FIRST])}
    return _with_tag(judged, question.tag), first


def _judge_field(question: ExamQuestion, answer: Mapping[str, Any]) -> tuple[dict[str, bool], bool]:
    first = _first_is(answer, _ranked(answer), question.course)
    field = answer.get("field") in question.asked
    judged = _with_tag({"right course first": first, "right field": field}, question.tag)
    right = first and field
    if question.value:
        value = first and _same_values(answer.get("value") or (), question.value)
        judged |= {"right course and value first": value, f"right course and value first: {question.asked[0]}": value}
        right = right and value
    if question.contains:
        said = _fold(str(answer.get("answer")))
        held = first and all(_fold(part) in said for part in question.contains)
        judged["right course first, and the answer holds the words"] = held
        right = right and held
    return judged, right


def _with_tag(judged: dict[str, bool], tag: str | None) -> dict[str, bool]:
    """The same rates once more for the questions of this tag alone."""
    return judged | ({f"{name} ({tag})": value for name, value in judged.items()} if tag else {})


def _rates(outcomes: Sequence[Outcome], groups: Sequence[str]) -> dict[str, Interval]:
    """The share and interval of every name that was judged: whole sets before their parts, refusals last."""
    names = {name: None for outcome in outcomes for name in outcome.judged}
    rates = {}
    for name in sorted(names, key=_place):
        rows = [row for row, outcome in enumerate(outcomes) if name in outcome.judged]
        values = np.array([float(outcomes[row].judged[name]) for row in rows])
        rates[name] = metrics.bootstrap(values, [groups[row] for row in rows])
    return rates


def _place(name: str) -> tuple[int, str]:
    """Where a rate stands in the table: by what it is about, the whole before its parts."""
    order = ("right course first", "right field", "right course and value", "described", NOT_FOUND, REFUSED, KEPT)
    return next(place for place, start in enumerate(order) if name.startswith(start)), name


def _first_is(answer: Mapping[str, Any], ranked: Sequence[frozenset[str]], wanted: Sequence[str]) -> bool:
    """Whether the course that is answered about and the first that is listed are right, whichever are given."""
    right = {_normal(code) for code in wanted}
    named = [_names(answer["course"])] if answer.get("course") else []
    shown = [*named, *ranked[:1]]
    return bool(shown) and all(codes & right for codes in shown)


def _ranked(answer: Mapping[str, Any]) -> list[frozenset[str]]:
    return [_names(course) for course in answer.get("courses") or ()]


def _names(course: Mapping[str, Any]) -> frozenset[str]:
    """All that a course may be called by in a question file: key, code and further codes."""
    return frozenset(_normal(name) for name in (course["key"], course["code"], *course.get("codes", ())))


def _codes(answer: Mapping[str, Any]) -> list[str]:
    first = [answer["course"]["code"]] if answer.get("course") else []
    return list(dict.fromkeys([*first, *(course["code"] for course in answer.get("courses") or ())]))


@dataclass(frozen=True)
class _Known:
    """The catalogue, to check questions against."""

    catalogue: Catalogue

    def named(self, name: str) -> list[Course]:
        """The courses with this key or code, in any year and spelling."""
        return [
            course
            for course in self.catalogue.courses
            if _normal(name) in {_normal(one) for one in (course.key, course.code, *course.codes)}
        ]

    def check(self, question: ExamQuestion) -> None:
        """Raises CourselensError for a code of the question that no course has."""
        for name in (*question.course, *question.courses):
            if not self.named(name):
                raise CourselensError(
                    "no course of the catalogue has this code",
                    value=name,
                    where=f"line {question.line} of the questions",
                    remedy='Give a code or key from catalogue/courses.jsonl, or "unanswerable": true',
                )


def _fitting(question: ExamQuestion, known: _Known | None) -> frozenset[str]:
    """Names of all courses that fulfil the question's conditions."""
    if question.courses:
        return frozenset(_normal(name) for name in question.courses)
    where = f"line {question.line} of the questions"
    if known is None:
        raise CourselensError("conditions need the catalogue to be checked", value=question.text, where=where)
    fitting = [course for course in known.catalogue.courses if fulfils(course, question.conditions)]
    if not fitting:
        raise CourselensError(
            "no course of the catalogue fulfils the conditions",
            value=dict(question.conditions),
            where=where,
            remedy='Mend them, or make the question "unanswerable": true',
        )
    return frozenset(_normal(course.key) for course in fitting)


def _group(question: ExamQuestion, known: _Known | None) -> str:
    """What is resampled together: the questions about one course group; any other question stands alone."""
    if not question.course:
        return f"line {question.line}"
    found = known.named(question.course[0]) if known else []
    return found[0].group if found else _normal(question.course[0])


def _values_of(course: Course, name: str) -> tuple[Value, ...]:
    if name == "year":
        return (course.year,) if course.year else ()
    if name == "exam_form":  # a part of any form may be a group's work
        grouped = any((part.grouping or "").startswith("group") for part in course.exam)
        return (*course.values(name), *(("Group work",) if grouped else ()))
    return course.values(name) or (course.values("credits") if name == "ects" else ())


def _same_values(found: Iterable[Any], wanted: Iterable[Value]) -> bool:
    """The same values in any order."""
    left, right = list(found), list(wanted)
    return len(left) == len(right) and all(any(_same(one, other) for one in left) for other in right)


def _same(found: Any, wanted: Any) -> bool:
    """Equal as a number, or as text in any case and spacing."""
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        return abs(found - wanted) < 1e-6
    return _fold(found) == _fold(wanted)


def _fold(value: object) -> str:
    text = format_value(value) if isinstance(value, (int, float)) else str(value)
    return " ".join(text.casefold().split())


def _normal(code: str) -> str:
    """A code or key in one spelling: `8,276`, `8.276` and `8276` are one."""
    return re.sub(r"[\W_]+", "", code).casefold()
