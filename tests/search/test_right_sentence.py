"""The sentence of a course that tells what is asked: by a name, in another field, in the rest of its section."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Course, Field
from courselens.dataset.types import Passage
from courselens.search.excerpt import LONGEST
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.names import Names
from courselens.search.naming import titles_of
from courselens.search.people import names_said
from courselens.search.tokens import words
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

AIMS = "- Tie knots.\n- Splice ropes.", "- Mend sails."


def made(code: str, title: str, lecturer: str, **sections: str) -> Course:
    return course(code, title, language="English", ects=5.0, lecturer=lecturer, sections=sections)


def chunk(one: Course, section: str, text: str) -> Passage:
    head = f"{one.name} – {section.capitalize()}"
    return Passage(f"{head}\n{text}", "chunk", None, section, one.key, one.group, one.source.file, 1)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    law = made("A 1", "Law of the Sea", "N. N.", content="Harbours.", further="Christian Holm is professor in Kiel.")
    knots = made("A 2", "Sailing Knots", "Ida Stone", content="Ropes.")
    flying = made("A 3", "Flying", "Ole Lund", content="Wings.")
    attached = Field("attached_courses", ("A 3 Flying (CEMS Zeppelin Elective)",))
    flying = replace(flying, fields={**flying.fields, "attached_courses": attached})
    about = flying.key, flying.group, flying.source.file
    told = Passage(f"Attached courses of {flying.name}: {attached.text}.", "fact", attached.name, None, *about)
    passages = [*passages_of(law), *passages_of(knots), *(chunk(knots, "objectives", text) for text in AIMS)]
    passages += [told, *passages_of(flying)]
    courses = (law, knots, flying, *catalogue().courses)
    passages += [one for each in catalogue().courses for one in passages_of(each)]
    folder = tmp_path_factory.mktemp("sentence") / "index"
    build_index(Catalogue(courses), passages, HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("who teaches Law of the Sea?", "Who teaches A 1 Law of the Sea is not named yet (N. N.)."),
        ("Wer unterrichtet Law of the Sea?", "Wer A 1 Law of the Sea unterrichtet, ist noch nicht genannt (N. N.)."),
    ],
)
def test_a_lecturer_who_is_not_named_yet(lens: Lens, question: str, told: str) -> None:
    answer = lens.ask(question)
    assert (answer.answer, answer.value) == (told, ("N. N.",))


def test_a_name_that_is_said_is_looked_for_in_the_whole_course(lens: Lens) -> None:
    answer = lens.ask("who does Law of the Sea's Christian Holm work for?")
    told = [answer.answer, *(one.answer for one in answer.further)]
    assert any("professor in Kiel" in str(one) for one in told)


@pytest.mark.parametrize(
    ("frame", "names"),
    [
        ("who does X Christian Holm work for", ["Christian Holm"]),
        ("Who Wrote X", []),
        ("is X Held in Kiel", []),
        ("What Exotic Options does X cover", ["Exotic Options"]),
    ],
)
def test_names_as_they_are_written(frame: str, names: list[str]) -> None:
    assert names_said(frame) == names


def test_what_another_field_tells_of_a_field_that_is_not_there(lens: Lens) -> None:
    answer = lens.ask("is the course Flying a CEMS zeppelin elective?")
    assert "CEMS Zeppelin Elective" in str(answer.answer)


def test_the_rest_of_a_section_is_told(lens: Lens) -> None:
    answer = lens.ask("what are the learning objectives of Sailing Knots?")
    assert str(answer.answer).endswith("\n".join(AIMS))


def test_that_more_of_a_section_follows_is_said_where_it_is_long(lens: Lens, monkeypatch: pytest.MonkeyPatch) -> None:
    teller = lens.answerer.teller
    number = next(one for one in range(lens.index.courses) if lens.index.course(one).code == "A 2")
    places = [one for one in lens.index.passages_of(number) if teller.passage(one).section == "objectives"]
    kept = teller.passage
    first, long = (teller.passage(one) for one in places)
    long = replace(long, text=long.text + " and on" * LONGEST)
    monkeypatch.setattr(teller, "passage", lambda place: long if place == places[1] else kept(place))
    assert teller._whole(first, places[0]).text == f"{first.text} …"
    assert teller._whole(long, places[1]) == long


def test_the_parts_of_an_examination_are_what_is_handed_in(lens: Lens) -> None:
    teller = lens.answerer.teller
    asked = lens.answerer.understand("was muss ich bei Sailing Knots abgeben?")
    assert not teller._detailed(asked, lens.index.course(1))
    assert teller._detailed(lens.answerer.understand("was muss ich bei Sailing Knots verknoten?"), lens.index.course(1))


TITLES = (
    "Derivatives",
    "Derivatives Modeling in Python",
    "Marketing",
    "Python for Marketing and Sales Managers of Banks",
)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("does the python derivatives course cover options", "Derivatives Modeling in Python"),
        ("does derivatives cover options", "Derivatives"),
        ("which exam has derivatives", "Derivatives"),
        ("exotic derivatives", "Derivatives"),
    ],
)
def test_a_word_before_a_title_may_be_of_a_longer_one(question: str, title: str) -> None:
    courses = [course(f"D {number}", title) for number, title in enumerate(TITLES)]
    titles, _ = titles_of(Names.of(courses), question, words(question))
    assert courses[titles[0].course].title == title


def test_the_name_of_who_is_no_lecturer_is_asked_after(lens: Lens) -> None:
    understood = lens.answerer.understand("which textbook by Ole Lund is used in Sailing Knots")
    assert {"ole", "lund"} <= {*understood.asking(("Ida Stone",))}
    assert not {"ole", "lund"} & {*understood.asking(("Ole Lund",))}
