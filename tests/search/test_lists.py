"""Lists under conditions: how many fit, and which questions are no lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Course, ExamPart
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

EXAMINER = {"Examiner(s)": "Internal examiner and external examiner"}


def examined(
    code: str, title: str, part: ExamPart, start: str = "Winter", lecturer: str = "Bo Gao", level: str = "Master"
) -> Course:
    form = part.form or ""
    told = course(
        code, title, exam_form=form, start=start, lecturer=lecturer, level=level, language="English", ects=6.0
    )
    return replace(told, exam=(part,))


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    written = ExamPart(form="Written exam", weight=100.0)
    made = (
        examined("P 1", "Studying Robot Perception with Logic", written, start="Summer"),
        examined("P 2", "Drivers and Sources of Trust", ExamPart(form="Participation"), lecturer="Ann Weibelzahl"),
        examined(
            "P 3", "Introduction to Metal Catalysis", ExamPart(form="Oral exam", details=EXAMINER), level="Bachelor"
        ),
        examined("P 4", "Bees", ExamPart(form="Project", details=EXAMINER), start="Summer"),
        examined("P 5", "Many Faces", ExamPart(form="Participation"), start="Summer"),
    )
    courses = (*made, *catalogue().courses)
    folder = tmp_path_factory.mktemp("lists") / "index"
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("which courses were in summer", "3 courses fit"),
        ("how many summer courses are there", "3 courses fit"),
        ("courses w/ a project as exam", "This course fits:"),
    ],
)
def test_conditions_that_are_all_that_is_said_are_counted(lens: Lens, question: str, count: str) -> None:
    assert (lens.ask(question).answer or "").startswith(count)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("is there an exam in robot perception or just a project?", "P 1"),
        ("are there external examiners in metal catalysis bachelor", "P 3"),
        ("how much does participation count in the course on trust (Weibelzahl)", "P 2"),
    ],
)
def test_what_is_asked_of_one_course_is_no_list(lens: Lens, question: str, code: str) -> None:
    found = lens.ask(question)
    assert found.course is not None
    assert found.course.code == code
    assert not [one for one in found.filters if one["field"] in ("exam_form", "exam_rule", "level")]


@pytest.mark.parametrize("question", ["is there an exam in courses on robot perception", "gibt es Kurse mit Projekt?"])
def test_courses_that_are_asked_for_are(lens: Lens, question: str) -> None:
    assert lens.consider(question).asked.kind != "course"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("summer courses not open to first year students", "not open to first year students"),
        ("summer courses only open to juniors and seniors", "only open to juniors and seniors"),
        ("Sommerkurse offen für Erstsemester", "offen für Erstsemester"),
    ],
)
def test_who_may_take_courses_is_told_to_be_ignored(lens: Lens, question: str, said: str) -> None:
    found = lens.ask(question)
    assert found.ignored == (said,)
    assert said in (found.answer or "")
    assert "courses fit" not in (found.answer or "")
