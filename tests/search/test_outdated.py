"""A course that is given now is meant rather than one of nearly the same title that is not given any more."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue, Course
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of


def made(code: str, title: str, year: str, ects: float, group: str = "", start: str = "Autumn") -> Course:
    return course(
        code,
        title,
        year,
        group=group or code,
        ects=ects,
        start=start,
        department=code.split()[0],
        language="English",
        lecturer="Ann Berg",
    )


MADE = (
    made("ESAC 162", "Hatha Yoga", "2014/2015", 1.0, "162"),
    made("KINES 162", "Classical Hatha Yoga", "2024/2025", 2.0, "162"),
    made("MATH 214", "Combinatorial Games", "2012/2013", 3.0),
    made("MATH 314", "Advanced Combinatorial Games", "2024/2025", 4.0),
    made("CSCI 253", "Algorithms and Heap Structures", "2019/2020", 5.0),
    made("CSCI 221", "Introduction to Heap Structures in Pascal", "2024/2025", 6.0),
    made("PHYS 310", "Optics and Lens Makers", "2023/2024", 7.0),
    made("PHYS 210", "Practical Optics and Lasers", "2024/2025", 8.0),
    made("FILM 101", "Introduction to Film Studies", "2019/2020", 9.0),
    made("FMS 101", "Introduction to Film Studies", "2024/2025", 10.0, start="Spring"),
)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    folder = tmp_path_factory.mktemp("outdated") / "index"
    courses = (*MADE, *catalogue().courses)
    passages = [passage for one in courses for passage in passages_of(one)]
    build_index(Catalogue(courses), passages, HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("how many ECTS credits has hatha yoga", "KINES 162"),
        ("how many ECTS credits has hatha yoga 2014/2015", "ESAC 162"),
        ("how many ECTS credits has combinatorial games", "MATH 214"),
        ("how many ECTS credits has heap structures", "CSCI 221"),
        ("how many ECTS credits has algorithms and heap structures", "CSCI 253"),
        ("how many ECTS credits has intro to film studies", "FMS 101"),
        ("how many ECTS credits has FILM 101", "FILM 101"),
    ],
)
def test_the_course_that_is_given_now_is_meant(lens: Lens, question: str, code: str) -> None:
    found = lens.ask(question)
    assert found.course is not None
    assert found.course.code == code


@pytest.mark.parametrize("question", ["is Intro to Film Studies in spring or fall", "is film studies intro in spring"])
def test_a_department_in_a_title_is_not_asked(lens: Lens, question: str) -> None:
    found = lens.consider(question)
    assert found.saying.field == "start"
    assert {one.field for one in found.understood.found.conditions} == {"start"}
    assert "FMS 101" in str(found.saying.answer)


def test_a_department_beside_a_title_is_a_condition(lens: Lens) -> None:
    found = lens.consider("film studies courses in spring").understood.found
    assert "department" in {one.field for one in found.conditions}
