"""Conditions that one part of an examination fulfils, or every part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from courselens.course import Course, ExamPart
from courselens.search.conditions import ConditionParser
from courselens.search.exams import is_exam, parts_of
from courselens.search.facts import Condition, Facts
from courselens.search.wishes import to_the_point
from fakes import course

CENTRAL = {"Responsible for organisation": "central"}
DIGITAL = {"Examination mode": "Digital"}
CLOSED = {"Aids": "Closed book: no aids"}
OPEN = {"Aids": "Open book: all written and electronic aids"}
PASS, SCALE = "Pass/fail", "7-point grading scale"


def examined(code: str, scales: tuple[str, ...], **parts: dict[str, str]) -> Course:
    """A course with a part of each form, `_` in it for a space, and the rows of it."""
    forms = {form.replace("_", " "): rows for form, rows in parts.items()}
    made = tuple(ExamPart(form=form, details=rows) for form, rows in forms.items())
    told = course(
        code, f"Course {code}", exam_form=tuple(forms), grading_scale=scales, teaching_method="Online teaching"
    )
    return replace(told, exam=made)


COURSES = (
    examined("B", (SCALE,), Written_exam=CENTRAL | DIGITAL | CLOSED),
    examined("M", (SCALE, PASS), Multiple_choice_test=CENTRAL | CLOSED, Written_exam=DIGITAL | OPEN),
    examined("A", (PASS,), Written_assignment=OPEN, Presentation={}),
    examined("O", (PASS,), Oral_exam=CLOSED | CENTRAL),
    course("N", "Nothing told", grading_scale=PASS, teaching_method=("Online teaching", "Face-to-face teaching")),
)
FACTS = Facts.of(COURSES)
PARSER = ConditionParser(FACTS)


def kept(question: str, facts: Facts = FACTS) -> str:
    mask = np.ones(len(COURSES), dtype=bool)
    for condition in PARSER.parse(question).conditions:
        mask &= condition.mask(facts)
    return "".join(one.code for one, here in zip(COURSES, mask, strict=True) if here)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("which ones have a central exam that's digital", "B"),
        ("digital central exams", "B"),
        ("Kurse mit zentraler digitaler Prüfung", "B"),
        ("courses with central and digital exams", "BM"),
        ("courses with a central or a digital exam", "BMO"),
        ("courses with a closed book written exam", "B"),
        ("courses with an open book written exam", "M"),
        ("courses with a written exam, closed book", "BM"),
        ("courses with a multiple choice test and a digital exam", "M"),
        ("which courses are pass/fail", "MAON"),
        ("which courses are pass/fail only", "AON"),
        ("Kurse nur mit bestanden/nicht bestanden", "AON"),
        ("kurser der kun er bestået/ikke bestået", "AON"),
        ("courses with only closed book exams", "BO"),
        ("which courses have no exam with aids allowed", "BMO"),
        ("Kurse ohne erlaubte Hilfsmittel", "BMO"),
        ("courses without an exam", "A"),
        ("which course should I take if I hate exams", "A"),
        ("courses that are taught fully online", "BMAO"),
        ("courses that are taught online", "BMAON"),
    ],
)
def test_one_part_fulfils_all_that_is_said_of_it_and_every_part_what_is_only_so(question: str, codes: str) -> None:
    assert set(kept(question)) == set(codes), PARSER.parse(question)


@pytest.mark.parametrize("question", ["courses on central and eastern exams of power", "digital and written art"])
def test_words_that_are_joined_to_no_rule_are_no_condition(question: str) -> None:
    assert not [one for one in PARSER.parse(question).conditions if one.field == "exam_rule"]


def test_a_scale_is_of_every_part_where_there_is_no_other() -> None:
    assert parts_of(COURSES[2]) == [
        ["Written assignment", "Open book", "Pass or fail"],
        ["Presentation", "Pass or fail"],
    ]
    assert all("Pass or fail" not in told for told in parts_of(COURSES[1]))
    assert parts_of(COURSES[4]) == [["Pass or fail"]]


def test_what_is_sat_is_an_exam() -> None:
    assert [*map(is_exam, ("Oral exam", "Multiple choice test", "Quiz"))] == [True] * 3
    assert not any(map(is_exam, ("Written assignment", "Presentation", "Project", "Testimony")))


def test_facts_keep_the_parts_and_do_without_them(tmp_path: Path) -> None:
    FACTS.write(tmp_path)
    together = Condition("exam_rule", "together", ("Central exam", "Digital exam"), "central digital")
    assert together.mask(Facts.open(tmp_path)).tolist() == together.mask(FACTS).tolist() == [True] + [False] * 4
    before = replace(FACTS, parts={}, part_courses=())
    assert together.mask(before).tolist() == [True, True, False, False, False]
    assert set(kept("which courses are pass/fail only", before)) == set("MAON")


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("courses where the only grade is a written exam and its closed book", "B"),
        ("courses with a written exam that is closed book", "B"),
        ("courses without any exam aids allowed", "BO"),
        ("courses w/o any exam aids", "BO"),
        ("Kurse ohne jegliche Hilfsmittel", "BO"),
        ("courses without aids", "BMO"),
        ("what has an oral exam but no written part", "O"),
        ("courses without a written component", "O"),
        ("Kurse ohne schriftlichen Teil", "O"),
        ("courses with a written part", "BMA"),
    ],
)
def test_what_is_denied_of_examinations_altogether(question: str, codes: str) -> None:
    assert kept(to_the_point(question)) == codes


def test_who_examines_is_a_rule_of_the_form_it_is_said_with() -> None:
    external = {"Examiner(s)": "Internal examiner and external examiner"}
    made = (examined("P", (), Project=external), examined("W", (), Project={}, Written_assignment=external))
    facts = Facts.of(made)
    conditions = ConditionParser(facts).parse("project report exams with external examiner").conditions
    assert np.all([one.mask(facts) for one in conditions], axis=0).tolist() == [True, False]


def test_a_grade_of_the_group_is_of_group_work() -> None:
    group, alone = ((ExamPart("Presentation", weight=100.0, grouping=one),) for one in ("group", "individual"))
    facts = Facts.of([replace(course("G", "Group"), exam=group), replace(course("I", "One"), exam=alone)])
    for question in ("kurse mit gruppennote zu 100%", "courses with 100% group grade", "fag med 100 % gruppekarakter"):
        conditions = ConditionParser(facts).parse(question).conditions
        assert np.all([one.mask(facts) for one in conditions], axis=0).tolist() == [True, False]
