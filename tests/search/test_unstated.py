"""What is asked of an examination that a sheet leaves empty, who grades, and what is handed in before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Course, ExamPart, Section
from courselens.search.concerns import concerns_of
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.rows import rows_asked
from courselens.search.sections import tells_required
from courselens.search.unstated import asks_of_groups_for_one, unstated
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

ESSAY = ExamPart(
    form="Written assignment",
    grouping="individual",
    details={"Size of written product": "Max. 15 pages", "Examiner(s)": "One internal examiner"},
)
SITTING = ExamPart(form="Oral exam", weight=100.0, duration="20 min.", grouping="group")
ROWS = "Examination form: Written assignment\nSize of written product: Max. 15 pages"
REQUIRED = "Number of compulsory activities which must be approved: 4. Short assignments on trade."


def made(title: str, *parts: ExamPart, text: str = "", content: str = "The course covers trade.") -> Course:
    """A course with these parts of an examination, the text on it, and what must be done before it."""
    told = course(title[:1] + " 1", title, language="English", lecturer="Ann Berg", ects=3.0, exam_form="Oral exam")
    sections = (
        Section("content", "Course content", content),
        Section("prerequisites", "Course prerequisites", "A first course in economics is recommended to everybody."),
        Section("prerequisites", "Prerequisites for registering for the exam", REQUIRED),
        Section("exam", "Examination", text or ROWS),
    )
    return replace(told, exam=parts, sections=sections)


ONE = made("Quantum Trade", ESSAY)
GROUP = made("Zeppelin Design", SITTING, text="It is an oral exam.")


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [
        ("X exam duration", "en", "The catalogue states no duration for this examination."),
        ("wie lange dauert die Prüfung in X", "de", "Der Katalog nennt für diese Prüfung keine Dauer."),
        ("hvor lang er eksamen i X", "da", "Kataloget angiver ingen varighed for denne eksamen."),
        ("which aids are allowed in X", "en", "The catalogue states no rule on aids for this examination."),
        ("how many pages in X", "en", ""),
        ("who grades X", "en", ""),
        ("how many people per group in X", "en", ""),
        ("how long is X", "en", ""),
    ],
)
def test_what_no_row_states_is_said(question: str, language: str, said: str) -> None:
    assert unstated(question, ONE, passages_of(ONE), language) == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("X exam duration", ""),
        (
            "how many pages and how many people per group in X?",
            "The catalogue states no number of pages and no size of the groups for this examination.",
        ),
        ("who marks the exam in X", "The catalogue states no examiner for this examination."),
    ],
)
def test_of_several_details_all_that_are_missing_are_said(question: str, said: str) -> None:
    assert unstated(question, GROUP, passages_of(GROUP), "en") == said


def test_what_a_text_says_is_not_missing() -> None:
    text = "A paper of 10 pages is discussed."
    told = made("Zeppelin Design", SITTING, text=text, content="Teams of three build one.")
    assert unstated("how many pages and how many people per group in X", told, passages_of(told), "en") == ""


@pytest.mark.parametrize(
    "question",
    [
        "how many pages do I have to read in X",
        "how many pages of notes for the exam",
        "how many pages is the syllabus of X",
        "wie viele Seiten hat das Lehrbuch in X",
    ],
)
def test_pages_that_are_read_are_none_of_the_examination(question: str) -> None:
    assert unstated(question, GROUP, passages_of(GROUP), "en") == ""


def test_the_size_of_groups_is_no_question_where_everybody_works_alone() -> None:
    assert asks_of_groups_for_one("how many people per group in X", ONE)
    assert not asks_of_groups_for_one("how many people per group in X", GROUP)
    assert not asks_of_groups_for_one("how many people are in X", ONE)


@pytest.mark.parametrize("question", ["who grades the essay in X", "wer bewertet X", "hvem bedømmer X"])
def test_who_grades_is_told_by_the_row_on_examiners(question: str) -> None:
    assert rows_asked(ONE, concerns_of(question), ()) == "Examiner(s): One internal examiner"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Exam\nNumber of compulsory activities: 4", True),
        ("Eksamen\nAntal obligatoriske aktiviteter, der skal godkendes: 3", True),
        ("X – Prerequisites for registering for the exam\nOne talk.", True),
        ("X – Course prerequisites\nMathematics is recommended.", False),
    ],
)
def test_what_is_handed_in_before_is_told_by_a_text_or_its_heading(text: str, told: bool) -> None:
    assert tells_required(text) == told


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    folder = tmp_path_factory.mktemp("unstated") / "index"
    courses = (ONE, GROUP, *catalogue().courses)
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    "question",
    [
        "how many compulsory assignments in Quantum Trade before the exam",
        "hvor mange obligatoriske aktiviteter er der i Quantum Trade",
        "wie viele obligatorische Aufgaben hat Quantum Trade",
        "what do I have to do to be allowed to take the exam in Quantum Trade",
        "was muss ich machen, um zur Prüfung in Quantum Trade zugelassen zu werden",
        "hvad skal jeg have lavet for at kunne gå til eksamen i Quantum Trade",
    ],
)
def test_what_is_handed_in_before_is_no_form_of_the_examination(lens: Lens, question: str) -> None:
    found = lens.ask(question)
    assert found.field == "prerequisites"
    assert "must be approved: 4" in str(found.answer)


def test_who_grades_is_answered_by_the_examiner(lens: Lens) -> None:
    assert str(lens.ask("who grades Quantum Trade").answer).endswith("Examiner(s): One internal examiner")


def test_what_is_missing_is_said_before_what_it_is_examined_by(lens: Lens) -> None:
    told = str(lens.ask("Quantum Trade exam duration").answer)
    assert told.startswith("The catalogue states no duration for this examination. Q 1 Quantum Trade is examined by:")


def test_one_half_of_a_question_that_is_told_is_answered(lens: Lens) -> None:
    told = str(lens.ask("how many pages and how many people per group in Quantum Trade?").answer)
    assert "individual" in told
    assert "Max. 15 pages" in told
