"""Conditions on examinations, and the rows that tell more of one than its summary."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from courselens.course import Course, ExamPart
from courselens.search.concerns import concerns_of
from courselens.search.conditions import ConditionParser
from courselens.search.exam_amounts import told_of_exams
from courselens.search.exams import weights_of
from courselens.search.facts import Facts
from courselens.search.rows import rows_asked
from courselens.search.tokens import flat
from fakes import course

CENTRAL = {"Responsible for organisation": "central", "Examination-aid rule": "Closed Book\nNo aids whatsoever."}
TAKEN_HOME = {"Responsible for organisation": "decentral", "Aids": "Open book: all written and electronic aids"}


def examined(code: str, *parts: ExamPart) -> Course:
    forms = tuple(dict.fromkeys(part.form for part in parts if part.form))
    return replace(course(code, f"Course {code}", exam_form=forms), exam=parts)


def part(form: str, weight: float | None = None, grouping: str = "individual", **more: object) -> ExamPart:
    return ExamPart(form=form, weight=weight, grouping=grouping, **more)  # type: ignore[arg-type]


COURSES = (
    examined("W", part("Written exam", 100, duration="90 mins.", details=CENTRAL)),
    examined("G", part("Presentation", 100, "group")),
    examined(
        "M",
        part("Written exam", 40, duration="2 hours", details=CENTRAL),
        part("Presentation", 30, "group", details=TAKEN_HOME),
        part("Active participation", 30),
    ),
    examined("P", part("Written assignment", None, duration="48 hours to prepare", details=TAKEN_HOME)),
    examined("T", part("Written assignment"), part("Oral exam", details={"Examiner(s)": "External examiner"})),
    course("N", "Nothing told"),
)
FACTS = Facts.of(COURSES)
PARSER = ConditionParser(FACTS)


def kept(question: str) -> str:
    mask = np.ones(len(COURSES), dtype=bool)
    for condition in PARSER.parse(question).conditions:
        mask &= condition.mask(FACTS)
    return "".join(one.code for one, here in zip(COURSES, mask, strict=True) if here)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("courses with a 100% written exam", "W"),
        ("courses where the written exam counts at least 40%", "WM"),
        ("Kurse, bei denen die Präsentation mindestens 30% zählt", "GM"),
        ("courses where more than half of the grade is a presentation", "G"),
        ("courses with a participation grade of at least 25%", "M"),
        ("which courses are graded 100% by group presentation?", "G"),
        ("courses with 30 percent presentation", "M"),
        ("courses with an exam of 120 minutes", "M"),
        ("written exam of 90 minutes, any courses?", "W"),
        ("courses with a 2 hour written exam", "M"),
        ("courses that are 40/30 written exam and presentation", "M"),
        ("courses with 48 hours of home assignment", "P"),
        ("courses with only one exam", "WGP"),
        ("courses with a central exam", "WM"),
        ("Kurse mit zentraler Prüfung", "WM"),
        ("courses with no central exam", "GPT"),
        ("closed book courses", "WM"),
        ("which courses have open book exams", "MP"),
        ("open book exams", "MP"),
        ("courses with an external examiner", "T"),
        ("courses with group work only", "G"),
        ("courses with only individual exams", "PTW"),
        ("courses with only a written exam", "W"),
    ],
)
def test_conditions_on_examinations_keep_what_fulfils_them(question: str, codes: str) -> None:
    assert set(kept(question)) == set(codes), PARSER.parse(question)


@pytest.mark.parametrize(
    "question",
    [
        "courses on central banking",
        "courses about digital platforms",
        "courses with 90 minutes of travel",
        "80% attendance in courses on power",
        "open societies and their books",
    ],
)
def test_words_of_rules_elsewhere_are_no_condition(question: str) -> None:
    assert not [one for one in PARSER.parse(question).conditions if one.field.startswith(("exam", "weight"))]


def test_weights_are_of_all_parts_or_of_none() -> None:
    assert weights_of(COURSES[2])["weight_written_exam"] == 40.0
    assert weights_of(COURSES[2])["weight_individual_work"] == 70.0
    assert weights_of(COURSES[3])["weight_written_assignment"] == 100.0
    assert weights_of(COURSES[4]) == {"exam_parts": 2.0}
    assert weights_of(COURSES[5]) == {}


def test_a_number_is_told_once_with_its_comparison() -> None:
    (one,) = told_of_exams(flat("Prüfung zu höchstens 50% durch Präsentation"))
    assert (one.field, one.number, one.grouped) == ("weight_presentation", 50.0, False)
    assert one.compared == flat("höchstens")


def test_the_rows_that_are_asked_are_shown_part_by_part() -> None:
    assert rows_asked(COURSES[0], concerns_of("can I bring notes to the exam"), ()) == (
        "Examination-aid rule: Closed Book No aids whatsoever."
    )
    told = rows_asked(COURSES[2], concerns_of("is X open book"), ())
    assert told.splitlines() == [
        "Written exam (40%): Examination-aid rule: Closed Book No aids whatsoever.",
        "Presentation (30%): Aids: Open book: all written and electronic aids",
    ]
    assert rows_asked(COURSES[2], concerns_of("how many pages"), ()) == ""
    assert rows_asked(COURSES[5], concerns_of("is X open book"), ()) == ""


def test_of_a_long_row_the_sentence_that_is_asked_is_shown() -> None:
    rule = "Closed Book. " + "Nothing else is of any interest here. " * 8 + "A calculator may be used."
    told = rows_asked(
        examined("L", part("Written exam", 100, details={"Aids": rule})),
        concerns_of("is a calculator allowed"),
        {"calculator"},
    )
    assert told == "Aids: Closed Book. A calculator may be used. …"
