"""What the sentence on a list names, and which conditions are all that it says."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue, Course
from courselens.search.compounds import parted
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.lexical import guess_language
from courselens.search.listing import either_of, is_called, speaks_of
from courselens.search.plural import lists_of_topic
from courselens.search.tokens import words
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

ALSO = "Mandatory (also offered as elective)"


def insects(code: str, title: str, group: str | None = None, **fields: str) -> Course:
    sections = {"content": f"The course is about {title}.", "objectives": f"Students explain {title}."}
    told = {"language": "English", **fields}
    return course(code, title, group=group, sections=sections, ects=6.0, **told)


MADE = (
    insects("BA-1", "Bees", type="Elective", level="Bachelor", start="Autumn", language="Danish", lecturer="Ann Roe"),
    insects("BA-2", "Wasps", type=ALSO, level="Bachelor", start="Summer", language="Danish", lecturer="Bo Gao"),
    insects("KA-3", "Moths", type="Mandatory", level="Master", start="Summer", language="Danish", lecturer="Bo Gao"),
    insects("BA-4", "Hives", "hives", type="Elective", level="Bachelor", start="Spring", lecturer="Di Voss"),
    insects("MA-4", "Hives", "hives", type="Elective", level="Master", start="Spring", lecturer="Di Voss"),
)
MEANINGS: dict[tuple[str, ...], list[tuple[str, str]]] = {
    ("masterkurse",): [("level", "Master")],
    ("deutsch",): [("language", "German")],
}


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    courses = (*MADE, *catalogue().courses)
    folder = tmp_path_factory.mktemp("listing") / "index"
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "begins", "codes"),
    [
        ("hvilke valgfag på bachelor foregår på dansk", "Dette passer", {"BA-1"}),
        ("electives at bachelor taught in Danish", "This course fits", {"BA-1"}),
        ("mandatory courses in Danish", "2 courses fit", {"BA-2", "KA-3"}),
        ("summer courses", "2 courses fit", {"BA-2", "KA-3"}),
        ("courses coordinated by Voss", "2 courses fit", {"BA-4", "MA-4"}),
        ("courses taught by Gao", "2 courses fit", {"BA-2", "KA-3"}),
    ],
)
def test_who_fulfils_conditions_is_named(lens: Lens, question: str, begins: str, codes: set[str]) -> None:
    said = lens.ask(question).answer or ""
    assert said.startswith(begins)
    assert {one.code for one in MADE if one.name in said} == codes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("welche Geschichtskurse gibt es?", "welche Geschichte kurse gibt es?"),
        ("psykologikurser", "psykologi kurser"),
        ("Businessseminare", "Business seminare"),
        ("Masterkurse und Deutschkurse", "Masterkurse und Deutschkurse"),
        ("Blockkurse, Ringvorlesungen, Lehrveranstaltungen", "Blockkurse, Ringvorlesungen, Lehrveranstaltungen"),
        ("who teaches Sprachlabormodule", "who teaches Sprachlabormodule"),
        ("der Rechtskurs", "der Rechtskurs"),
    ],
)
def test_a_topic_in_a_compound_stands_apart(text: str, expected: str) -> None:
    assert parted(text, {"geschichte", "sprachlabormodule"}, lambda phrase: MEANINGS.get(phrase, ())) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kurser der undervises online", "da"),
        ("Kurse, die online unterrichtet werden", "de"),
        ("psykologikurser", "da"),
        ("Rechtsvorlesungen", "de"),
        ("online 6 ECTS", None),
        ("courses that run online", "en"),
    ],
)
def test_words_of_courses_tell_the_language(text: str, language: str | None) -> None:
    assert guess_language(text) == language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vorlesungen zu Steuern oder Einkauf", True),
        ("which seminars on bees", True),
        ("kurser om bier", True),
        ("Kurse mit Klausur", False),
        ("courses on bees: what is the exam", False),
        ("course on bees", False),
        ("who teaches courses on bees", False),
    ],
)
def test_courses_on_a_topic_are_a_list(text: str, expected: bool) -> None:
    assert lists_of_topic(words(text), ()) is expected


def test_a_course_speaks_of_what_it_says_often() -> None:
    bees, topic = MADE[0], words("bees")
    assert speaks_of(bees, "", topic)
    assert not speaks_of(MADE[1], "Bees sting, and bees fly.", topic)
    assert speaks_of(MADE[1], "Bees sting, bees fly, bees buzz.", topic)
    assert not speaks_of(bees, "", words("bees honey"))


def test_either_topic_is_asked_for() -> None:
    told = words("courses on bees or night moths")
    assert either_of(told, words("bees night moths")) == [["bees"], ["night", "moths"]]
    assert either_of(words("courses on bees"), words("bees")) == []
    assert is_called(MADE[0], [["bees"], ["night", "moths"]])
    assert not is_called(MADE[2], [["bees"], ["night", "moths"]])
