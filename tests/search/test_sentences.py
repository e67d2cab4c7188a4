"""What single sentences tell, and two halves of a question that are both told."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue, Course
from courselens.search.concerns import concerns_of
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.sentences import by_sentence, say_sentences
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of


def _course(code: str, title: str, **sections: str) -> Course:
    return course(code, title, language="English", lecturer="Ann Berg", ects=6.0, sections=sections)


JUDO = _course(
    "PHIL 127",
    "Zen and Judo",
    prerequisites="One course in philosophy.",
    content="Judo is a martial art. Students read its founder. Offered alternate years.",
    further="Bring a belt. Open to juniors and seniors only.",
)
WORMS = _course(
    "BIO 248",
    "Invertebrate Biology",
    content="Worms and snails. Students attend lectures plus one laboratory per week. Counts toward the biology major.",
)
MADE = (JUDO, WORMS, _course("ECON 376", "Labor Economics", content="Wages and unions."))


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    courses = (*MADE, *catalogue().courses)
    folder = tmp_path_factory.mktemp("sentences") / "index"
    build_index(
        Catalogue(courses), [passage for one in courses for passage in passages_of(one)], HashEncoder(256), folder
    )
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


def told(lens: Lens, question: str) -> list[str]:
    answer = lens.ask(question)
    return [answer.answer or "", *(one.answer for one in answer.further)]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("can freshmen take X", {"class year"}),
        ("who can take X", {"class year"}),
        ("how often is X offered", {"frequency"}),
        ("wie oft wird X angeboten", {"frequency"}),
        ("hvor ofte udbydes X", {"frequency"}),
        ("X lab?", {"laboratory"}),
        ("is there a lab in X", {"laboratory"}),
        ("does X count for environmental studies", {"counting"}),
        ("kann man X anrechnen", {"counting"}),
        ("how often does X meet", set()),
        ("do I need a lab coat for X", set()),
        ("is the lab of X in the evening", set()),  # which asks when
        ("who teaches X", set()),
    ],
)
def test_what_is_asked_of_sentences(question: str, asked: set[str]) -> None:
    assert {one.name for one in by_sentence(question)} == asked


def test_the_sentences_that_tell_it_are_said_once() -> None:
    passages = [*enumerate(passages_of(JUDO)), *enumerate(passages_of(JUDO), 20)]
    (said,) = say_sentences(JUDO, passages, concerns_of("can seniors take X"))
    assert said.answer == f"{JUDO.name} – Further\nOpen to juniors and seniors only."
    assert said.field == "further"


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how often is Zen and Judo offered", "Offered alternate years."),
        ("can first years take PHIL 127", "Open to juniors and seniors only."),
        ("invertebrate biology lab?", "Students attend lectures plus one laboratory per week."),
        ("does invertebrate biology count for the biology major", "Counts toward the biology major."),
    ],
)
def test_a_sentence_answers(lens: Lens, question: str, sentence: str) -> None:
    assert told(lens, question)[0].partition("\n")[2] == sentence


def test_both_halves_are_told(lens: Lens) -> None:
    first, second = told(lens, "can freshmen take PHIL 127 and what do u study in it")
    assert first.endswith("Open to juniors and seniors only.")
    assert "Judo is a martial art." in second


def test_a_fact_that_is_asked_in_so_many_words_is_told(lens: Lens) -> None:
    assert lens.ask("I am a freshman, is PHIL 127 in English?").field == "language"
    assert lens.ask("can freshmen take PHIL 127?").field == "further"


def test_what_the_course_tells_nowhere_is_not_told_by_a_sentence(lens: Lens) -> None:
    assert "lab" not in told(lens, "does labor economics have a lab?")[0].partition("\n")[2]
