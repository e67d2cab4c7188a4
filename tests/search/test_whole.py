"""A section that is asked as a whole is told from its beginning, and what is cut of it is said to be cut."""

from __future__ import annotations

import pytest

from courselens.course import Catalogue, Course
from courselens.dataset.types import Passage
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.whole import LONGEST_LIST, asks_whole, from_beginning
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

AIMS = "- Tie every knot that a sailor needs, by day.", "- Learning by night: splice ropes, aims in view."
BOOKS = "Berg, A.: A first reader.", "Lund, B.: A book of reading lists."


def chunk(one: Course, section: str, text: str) -> Passage:
    head = f"{one.name} – {section.capitalize()}"
    return Passage(f"{head}\n{text}", "chunk", None, section, one.key, one.group, one.source.file, 1)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    sections = {"content": "Ropes."}
    knots = course("K 1", "Sailing Knots", language="English", ects=5.0, lecturer="Ida Stone", sections=sections)
    passages = [*passages_of(knots), *(chunk(knots, "objectives", f"{text} {'Of it. ' * 60}") for text in AIMS)]
    passages += [chunk(knots, "literature", f"{text} {'Vol. 1. ' * 60}") for text in BOOKS]
    passages += [one for each in catalogue().courses for one in passages_of(each)]
    folder = tmp_path_factory.mktemp("whole") / "index"
    build_index(Catalogue((knots, *catalogue().courses)), passages, HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("what are the learning goals of Sailing Knots?", *AIMS),
        ("was sind die Lernziele von Sailing Knots?", *AIMS),
        ("reading list of Sailing Knots", *BOOKS),
        ("hvilke bøger er der på listen i Sailing Knots", *BOOKS),
    ],
)
def test_it_begins_where_the_section_does(lens: Lens, question: str, first: str, second: str) -> None:
    body = str(lens.ask(question).answer).partition("\n")[2]
    assert body.startswith(first)
    assert second in body


@pytest.mark.parametrize(
    ("question", "field", "whole"),
    [
        ("what are the aims of Sailing Knots", "objectives", True),
        ("what are the aims of Sailing Knots, and how many ects", "objectives", True),
        ("literature for Sailing Knots", "literature", True),
        ("what is Sailing Knots about", "content", True),
        ("do we read about whales in Sailing Knots", "content", False),
        ("how many books do we read in Sailing Knots", "literature", False),
        ("what are the aims of Sailing Knots", "exam", False),
    ],
)
def test_what_asks_for_the_whole(lens: Lens, question: str, field: str, whole: bool) -> None:
    understood = lens.answerer.understand(question)
    assert asks_whole(understood, field, lens.index.course(0)) == whole


def test_what_is_cut_is_said_to_be_cut() -> None:
    text = from_beginning("K 1 Sailing Knots – Aims", ["- One.", "- Two. " * 300], "objectives")
    assert "\n- One.\n- Two." in text
    assert text.endswith("Two. …") or text.endswith("- …")
    assert len(text) < LONGEST_LIST + 3
    assert not from_beginning("K 1 – Aims", ["- One.", "- Two."], "objectives").endswith("…")
