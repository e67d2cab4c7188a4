"""Exam blocks: rows to parts and text."""

from __future__ import annotations

import pytest

from courselens.dataset.wording import say_exam
from courselens.read.exams import ExamBlock, exam_form
from courselens.read.labels import load_labels

LABELS = load_labels()


def block(heading: str = "Exam") -> ExamBlock:
    return ExamBlock(heading, 2, 3, LABELS)


def test_type_comes_before_form_and_the_rest_are_details() -> None:
    exam = block()
    exam.row("Prüfungstyp", ("Präsentation",))
    exam.row("Prüfungsform", ("Mündliche Prüfung",))
    exam.row("Gewichtung", ("33,3 %",))
    exam.row("Dauer", ("--",))
    exam.row("Benotungsform", ("Gruppenarbeit Gruppennote",))
    (part,) = exam.parts()
    assert (part.form, part.own, part.weight) == ("Presentation", "Präsentation", 33.3)
    assert (part.duration, part.grouping, part.page) == (None, "group", 3)
    assert part.details == {"Prüfungsform": "Mündliche Prüfung"}
    section = exam.section()
    assert section is not None
    assert section.text.split("\n")[0] == "Prüfungstyp: Präsentation"
    assert "Dauer" not in section.text


def test_two_forms_in_one_row_are_two_parts() -> None:
    exam = block()
    exam.row("Type of assessment", ("Written assignment", "Oral examination, 20 min. without preparation"))
    first, second = exam.parts()
    assert (first.form, first.duration) == ("Written assignment", None)
    assert (second.form, second.duration) == ("Oral exam", "20 min")


def test_the_same_rows_again_are_another_part() -> None:
    exam = block()
    for form, weight in (("Essay", "40%"), ("Quiz", "60%")):
        exam.row("Examination form", (form,))
        exam.row("Sub exam weight", (weight,))
    assert [(part.form, part.weight) for part in exam.parts()] == [("Written assignment", 40.0), ("Quiz", 60.0)]


def test_headings_without_text_are_not_told() -> None:
    exam = block()
    exam.open("Remark")
    exam.text("--")
    exam.open("Aids")
    exam.text("A ruler.")
    exam.open("Languages")
    section = exam.section()
    assert section is not None
    assert section.text == "Aids\nA ruler."
    assert exam.parts() == []


def test_a_block_without_text_is_no_section() -> None:
    assert block().section() is None


def test_forms_are_a_field_each_once() -> None:
    exam = block()
    for form in ("Essay", "Quiz", "Home assignment"):
        exam.row("Examination form", (form,))
        exam.row("Weight", ("30%",))
    found = exam_form(exam.parts())
    assert found is not None
    assert found.values == ("Written assignment", "Quiz")
    assert found.own == ("Essay", "Quiz")


def test_peer_review_is_neither_individual_nor_group() -> None:
    exam = block()
    exam.row("Grading type", ("Peer Review",))
    exam.row("Weighting", ("20%",))
    assert exam.parts()[0].grouping is None
    assert exam.parts()[0].details == {"Grading type": "Peer Review"}


def test_rows_below_another_name_are_another_part() -> None:
    exam = block()
    exam.name("Weaving: orally")
    exam.row("Examination form", ("Oral exam",))
    exam.row("Duration", ("20 min.",))
    exam.name("Weaving: at home")
    exam.row("Weight", ("70%",))
    exam.row("Examination form", ("Home assignment",))
    exam.row("Size of written product", ("10 pages",))
    oral, home = exam.parts()
    assert (oral.form, oral.weight, oral.duration) == ("Oral exam", None, "20 min.")
    assert (home.form, home.weight, home.duration) == ("Written assignment", 70.0, None)
    assert home.details == {"Size of written product": "10 pages"}


def test_rows_below_a_name_that_repeat_nothing_belong_to_the_part() -> None:
    exam = block()
    exam.row("Examination form", ("Oral exam",))
    exam.name("About the exam")
    exam.row("Duration", ("20 min.",))
    exam.row("Aids", ("None",))
    (part,) = exam.parts()
    assert (part.form, part.duration, part.details) == ("Oral exam", "20 min.", {"Aids": "None"})


@pytest.mark.parametrize(
    ("label", "printed", "grouping", "said"),
    [
        ("Grading type", "Group work individual grade", "group, individual grade", "(80%, group, individual grade)"),
        ("Benotungsform", "Gruppenarbeit Individualnote", "group, individual grade", "(80%, group, individual grade)"),
        ("Grading type", "Group work group grade", "group", "(80%, group)"),
        ("Grading type", "Individual work individual grade", "individual", "(80%, individual)"),
    ],
)
def test_the_grade_of_each_is_told_beside_the_work_of_a_group(
    label: str, printed: str, grouping: str, said: str
) -> None:
    exam = block()
    exam.row("Examination type", ("Presentation",))
    exam.row(label, (printed,))
    exam.row("Weighting", ("80%",))
    (part,) = exam.parts()
    assert part.grouping == grouping
    assert say_exam((part,), "en") == f"presentation {said}"
    assert "Note" not in say_exam((part,), "da")
