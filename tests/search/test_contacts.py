"""The e-mail address of a lecturer: as one of two things asked, of a person, and where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Course
from courselens.search.contacts import asks_address
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

MAIL = "ada@uni.example"


def made(code: str, title: str, lecturers: tuple[str, ...], **sections: str) -> Course:
    return course(code, title, language="English", ects=5.0, lecturer=lecturers, sections=sections)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    weaving = made("AB-1", "Weaving", ("Ada Boe", "Bo Cee"), content="Looms.")
    knots = made("AB-2", "Sailing Knots", ("Ida Stone",), content="Bowlines.")
    told = "Questions go to the assistant, office@uni.example."
    bells = made("AB-3", "Ringing of Bells", ("Ole Lund",), content="Bells.", further=told)
    courses = (replace(weaving, contacts={"Ada Boe": MAIL}), knots, bells, *catalogue().courses)
    folder = tmp_path_factory.mktemp("contacts") / "index"
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("email of the coordinator of X", True),
        ("what is the lecturer's e-mail?", True),
        ("how do I reach the professor of X", True),
        ("Mailadresse der Dozentin von X", True),
        ("Wie kann ich die Dozentin von X erreichen?", True),
        ("hvad er mailen på underviseren", True),
        ("hvordan får jeg fat i underviseren i X", True),
        ("can I hand in the paper by e-mail in X", False),
        ("muss ich die Arbeit per Mail abgeben", False),
        ("can I email my essay", False),
        ("how do I reach the campus", False),
        ("do I have to contact a company in X", False),
    ],
)
def test_who_wants_an_address(text: str, asks: bool) -> None:
    assert asks_address(text) is asks


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("email of the lecturer of Weaving?", "The e-mail address of Ada Boe (AB-1 Weaving) is ada@uni.example."),
        ("what is the email of Ada Boe?", "The e-mail address of Ada Boe (AB-1 Weaving) is ada@uni.example."),
        ("Mailadresse der Dozentin von Weaving?", "Die E-Mail-Adresse von Ada Boe (AB-1 Weaving) ist ada@uni.example."),
    ],
)
def test_an_address_is_told(lens: Lens, question: str, told: str) -> None:
    answer = lens.ask(question)
    assert (answer.answer, answer.value) == (told, (MAIL,))


def test_an_address_as_the_second_thing_asked(lens: Lens) -> None:
    answer = lens.ask("who is the lecturer of Weaving and what is the e-mail?")
    assert answer.field == "lecturer"
    assert [one.value for one in answer.further] == [(MAIL,)]


@pytest.mark.parametrize("question", ["email of the lecturer of Sailing Knots?", "what is the email of Ida Stone?"])
def test_that_there_is_none_is_said(lens: Lens, question: str) -> None:
    answer = lens.ask(question)
    assert answer.answer is None
    assert answer.note == "The catalogue tells no e-mail address of Ida Stone – AB-2 Sailing Knots."


def test_no_address_of_another_lecturer_is_told(lens: Lens) -> None:
    assert lens.ask("what is the email of Bo Cee?").answer is None


def test_an_address_in_a_section_is_told_from_there(lens: Lens) -> None:
    assert "office@uni.example" in str(lens.ask("email of the lecturer of Ringing of Bells?").answer)
