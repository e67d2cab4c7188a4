"""What is not wanted and what students call things for short, in lists; prerequisites that changed."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

MADE = (
    ("BIOL 110", "Cells and Tissues", "2024/2025", "Interim", "None."),
    ("CSCI 261", "Robots", "2024/2025", "Spring", "None."),
    ("CSCI 401", "Arms and Legs", "2010/2011", "Spring", "CSCI 261."),
    ("CSCI 401", "Arms and Legs", "2024/2025", "Spring", "MATH 220."),
    ("CSCI 402", "Drones", "2024/2025", "Interim", "CSCI 261."),
    ("PSCI 120", "Parliaments", "2024/2025", "Interim", "None."),
)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    made = [
        course(
            code,
            title,
            year,
            language="English",
            lecturer="Ann Berg",
            ects=6.0,
            department=code[:4],
            start=start,
            sections={"prerequisites": before, "content": f"All about {title.lower()}."},
        )
        for code, title, year, start, before in MADE
    ]
    courses = (*made, *catalogue().courses)
    folder = tmp_path_factory.mktemp("wishes") / "index"
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "unwanted"),
    [
        ("which spring courses are not machines", "machines"),
        ("i hate maths but need a spring course", "maths"),
        ("I don't like writing, which course fits?", "writing"),
        ("ich mag keine Statistik, suche aber Kurse zu Marketing", "Statistik"),
        ("jeg hader statistik men vil gerne have et kursus om handel", "statistik"),
        ("which courses are not offered in spring", ""),
        ("which courses are not hard", ""),
        ("kurser om politik, men jeg vil ikke have gruppeeksamen", ""),
        ("kurser om politik men ikke vil have gruppeeksamen", ""),
        ("i hate how Robots is graded", ""),
    ],
)
def test_what_is_not_wanted(lens: Lens, question: str, unwanted: str) -> None:
    assert lens.answerer.understand(question).unwanted == unwanted


@pytest.mark.parametrize(
    "question", ["kurser om politik men ikke vil have gruppeeksamen", "kurser der ikke kræver gruppeeksamen"]
)
def test_a_form_of_examination_that_is_denied_is_not_wanted(lens: Lens, question: str) -> None:
    forms = [one for one in lens.answerer.understand(question).found.conditions if one.field == "exam_form"]
    assert all(one.operator == "not" for one in forms)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("jterm courses", {("start", "Interim")}),
        ("J-Term comp sci courses", {("start", "Interim"), ("department", "CSCI")}),
        ("poli sci courses in interim", {("start", "Interim"), ("department", "PSCI")}),
        ("bio courses", {("department", "BIOL")}),
    ],
)
def test_short_names_are_conditions(lens: Lens, question: str, said: set[tuple[str, str]]) -> None:
    found = lens.answerer.understand(question).found.conditions
    assert {(one.field, str(value)) for one in found for value in one.values} == said


def test_a_course_that_asked_for_another_once_is_not_named(lens: Lens) -> None:
    answer = lens.ask("which courses need CSCI 261").answer or ""
    assert "CSCI 402" in answer
    assert "CSCI 401" not in answer


@pytest.mark.parametrize(
    ("question", "undemanding"),
    [
        ("which courses fit, I have no experience", False),
        ("welcher kurs passt, hab aber null vorkenntnisse", False),
        ("courses on robots without prerequisites", True),
        ("Kurse zu Robotern ohne Vorkenntnisse", True),
    ],
)
def test_no_experience_is_no_topic(lens: Lens, question: str, undemanding: bool) -> None:
    understood = lens.answerer.understand(question)
    assert understood.undemanding is undemanding
    assert "experience" not in understood.text
    assert "vorkenntnisse" not in understood.text.lower()


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("courses about robots (in English: drones)", set()),
        ("courses about robots (in English)", {"language"}),
    ],
)
def test_a_word_of_another_language_is_no_language_of_courses(lens: Lens, question: str, fields: set[str]) -> None:
    assert {one.field for one in lens.answerer.understand(question).found.conditions} == fields


def test_courses_that_are_not_about_a_topic_are_counted(lens: Lens) -> None:
    found = lens.ask("which courses are not machines")
    assert "courses fit" in (found.answer or "")
    assert found.note == "Courses about “machines” are left out."


def test_no_experience_of_who_asks_for_one_course_is_said(lens: Lens) -> None:
    understood = lens.answerer.understand("I have no experience, can I take Robots?")
    assert "no experience" in understood.text
