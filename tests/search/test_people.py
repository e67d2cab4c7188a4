"""Who a lecturer is, where a course's page tells it; and what another course needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.dataset.types import Passage
from courselens.search.excerpt import LONGEST
from courselens.search.lens import Lens
from courselens.search.people import asked_person, section_on_lecturer, tells_of, told_of_person
from courselens.search.rank import Near
from fakes import CREDULOUS


def told(text: str, section: str = "content") -> Passage:
    """A passage of course 1003."""
    heading = f"1003 Law – {section}"
    return Passage(f"{heading}\n{text}", "chunk", None, section, course="KAN-C1003U", group="KAN-C1003U", file="")


TELLS = "Person 1003 is professor of law in Kiel and studied in Bergen."


@pytest.fixture
def telling(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> Lens:
    """A lens that refuses nothing, with a content of course 1003 that tells of its lecturer behind much else."""
    lens = Lens(lens.index, lens.encoder, CREDULOUS)
    kept = lens.answerer.passage

    def passage(place: int) -> Passage:
        found = kept(place)
        if found.section == "content" and "1003" in found.course:
            return replace(found, text=f"{found.text}\n{'It is held weekly. ' * (LONGEST // 15)}\n{TELLS}")
        return found

    monkeypatch.setattr(lens.answerer, "passage", passage)
    return lens


@pytest.mark.parametrize(
    "question",
    [
        "who is Person 1003?",
        "Who's Person 1003",
        "background of lecturer Person 1003",
        "Was hat Person 1003 studiert?",
        "hvem er Person 1003",
        "where is Person 1003 professor?",
        "What is Person 1003's job?",
    ],
)
def test_who_a_lecturer_is(telling: Lens, question: str) -> None:
    answer = telling.ask(question)
    assert answer.field == "content"
    assert answer.answer is not None
    assert TELLS in answer.answer
    assert answer.courses[0].course.code == "KAN-C1003U"


def test_whatever_is_asked_in_words_that_stand_there(telling: Lens) -> None:
    found = telling.consider("is Person 1003 in Kiel?")
    near = Near.of(telling.index, telling.encode(found.understood.texts))
    asked = replace(found.asked, field=None)
    passage = telling.answerer.passage
    person = told_of_person(telling.index, passage, found.understood, asked, near)
    assert person is not None
    assert TELLS in passage(person.place).text
    exam = replace(found.asked, field="exam")
    assert told_of_person(telling.index, passage, found.understood, exam, near) is None


def test_where_nothing_tells_it_their_courses_are_named(telling: Lens) -> None:
    answer = telling.ask("who is Person 1004?")
    assert answer.field is None
    assert answer.answer is not None
    assert "KAN-C1004U" in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "what does Person 1003 teach?",
        "is Ethics of Technology by Person 1003?",
        "who is the lecturer?",
        "what background do I need for the course by Person 1003?",
    ],
)
def test_other_questions_about_lecturers(lens: Lens, question: str) -> None:
    assert not asked_person(lens.answerer.understand(question))


@pytest.mark.parametrize(
    "question",
    [
        "who is Person 1003, of Ethics of Technology?",
        "background of Person 1003, who gives Ethics of Technology",
        "what is the day job of the lecturer of Ethics of Technology?",
    ],
)
def test_who_gives_a_course_that_is_named(lens: Lens, question: str) -> None:
    understood = lens.answerer.understand(question.replace("Ethics of Technology", "KAN-C1003U"))
    about = told(TELLS)
    other = told("It is held weekly.", "objectives")
    course = lens.answerer.course(2)
    assert section_on_lecturer(understood, course, [other, about]) == "content"
    assert section_on_lecturer(understood, course, [other]) is None
    assert section_on_lecturer(understood, course, [told(TELLS, "literature")]) is None


@pytest.mark.parametrize(
    "question", ["who is the professor of KAN-C1003U?", "Person 1003 gives KAN-C1003U, who is it?"]
)
def test_who_a_lecturer_is_called_is_no_question_after_one(lens: Lens, question: str) -> None:
    about = told(TELLS)
    assert section_on_lecturer(lens.answerer.understand(question), lens.answerer.course(2), [about]) is None


def test_a_heading_tells_nothing() -> None:
    assert not tells_of("1003 Law – About Person 1003\nIt is held weekly.", frozenset({"person", "1003"}))
    assert tells_of("1003 Law\nIt is held by Person 1003.", frozenset({"person", "1003"}))
    assert tells_of("1003 Law\nPerson 1003 studies cities.", frozenset({"person", "1003"}), ["city", "club"])
    assert not tells_of("1003 Law\nPerson 1003 studies cities.", frozenset({"person", "1003"}), ["club"])


def test_what_is_asked_of_a_course_is_not_asked_of_a_person(telling: Lens) -> None:
    assert telling.ask("how many credits do I get with Person 1003?").field != "content"
    assert telling.ask("does Person 1003 read in Kiel on Mondays, which course?").field != "content"


@pytest.mark.parametrize(
    "question",
    ["do I have to take KAN-C1001U before KAN-C1002U?", "muss ich KAN-C1001U vor KAN-C1002U belegen?"],
)
def test_of_a_course_before_another_one_the_other_is_asked(lens: Lens, question: str) -> None:
    codes = [one.code for one in lens.answerer.understand(question).codes]
    assert codes == ["KAN-C1002U"]


def test_both_are_meant_where_neither_comes_first(lens: Lens) -> None:
    assert len(lens.answerer.understand("compare KAN-C1001U and KAN-C1002U").codes) == 2
    assert len(lens.answerer.understand("take KAN-C1001U and KAN-C1002U in spring").codes) == 2


def test_courses_that_another_one_needs_are_asked_of_that_one(lens: Lens) -> None:
    read = lens.answerer.understand
    assert not read("which courses must be completed before Ethics of Technology?").plural
    assert read("which courses must be completed before graduation?").plural
    assert read("which courses are like Ethics of Technology?").plural
