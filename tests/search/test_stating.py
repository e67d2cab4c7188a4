"""Before it is said that a course does not tell something, the sentence with the words asked is looked for."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue, Course
from courselens.search.field import Fit
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.saying import Saying
from courselens.search.stating import _most, said_beside_title, sentence_with_most
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of


def made(code: str, title: str, **sections: str) -> Course:
    return course(code, title, language="English", lecturer="Ann Berg", ects=6.0, sections=sections)


RACE = "Before enrolling, students should be able to swim at least 100 yards and cycle for 3 miles."
RACING = made("ESAC 1", "Triathlon Racing", content=f"Skills of a race. {RACE} Students cycle and swim a lot.")
ROBOTS = made(
    "BAI 2",
    "Robot Logic",
    content="It gave the wrong answer. Study groups of 3-5 are formed in the first week.",
    further="Wrong answers do not count. The student has 30 minutes of preparation. Held every March (next time 2026).",
)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    courses = (RACING, ROBOTS, *catalogue().courses)
    folder = tmp_path_factory.mktemp("stating") / "index"
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how far should I be able to swim before Triathlon Racing", RACE),
        ("how far should I be able to fly before Triathlon Racing", None),
        ("how many horses do I need in Triathlon Racing", None),
        ("do I have to sing in Triathlon Racing", None),
    ],
)
def test_a_sentence_has_the_words_and_the_amount_that_is_asked(lens: Lens, question: str, told: str | None) -> None:
    understood = lens.answerer.understand(question)
    found = sentence_with_most(understood, RACING, enumerate(passages_of(RACING)), lens.index.lexical.rarity)
    assert (found.sentence if found else None) == told


def test_a_word_of_the_title_that_is_said_again_asks_for_something(lens: Lens) -> None:
    understood = lens.answerer.understand("how often is there racing in Triathlon Racing")
    assert "racing" in said_beside_title(understood, RACING)
    assert "triathlon" not in said_beside_title(understood, RACING)


def test_it_is_told_where_the_course_has_no_such_section(lens: Lens) -> None:
    answerer = lens.answerer
    number = next(one for one in range(lens.index.courses) if lens.index.course(one).code == "ESAC 1")
    fits = [Fit("further", fact=False, cosine=0.0, words=0.0) for _ in lens.index.passages_of(number)]
    nothing = Saying(None, (), "prerequisites", lens.index.course(number), (), "Not said.")
    understood = answerer.understand("how far should I be able to swim before Triathlon Racing")
    found = answerer.teller.elsewhere(understood, nothing, number, fits)
    assert found is not None
    assert str(found.answer).partition("\n")[2] == RACE
    understood = answerer.understand("how many horses do I need in Triathlon Racing")
    assert answerer.teller.elsewhere(understood, nothing, number, fits) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("do wrong answers cost points in Robot Logic", "Wrong answers do not count."),
        ("how much prep time do I get in Robot Logic", "The student has 30 minutes of preparation."),
        ("how big are the study groups in Robot Logic", "Study groups of 3-5 are formed in the first week."),
        ("next time Robot Logic is offered", "Held every March (next time 2026)."),
    ],
)
def test_what_only_one_sentence_tells(lens: Lens, question: str, sentence: str) -> None:
    answer = lens.ask(question)
    told = [answer.answer, *(one.answer for one in answer.further)]
    assert any(str(one).partition("\n")[2] == sentence for one in told)


def test_sentences_that_cannot_have_enough_are_passed_over_and_no_other(lens: Lens) -> None:
    """The bound by first letters lets through whatever has a form of the words asked."""
    asked = {"swim": 3.0, "yards": 2.0, "study": 4.0}
    assert _most("Swimming 100 yards", asked) == pytest.approx(5 / 9)
    assert _most("STUDIES of a yard and swimmers", asked) == 1.0
    assert _most("Cycling for miles", asked) == 0.0
