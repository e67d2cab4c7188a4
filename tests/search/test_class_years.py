"""Courses that are open to a year of study: no field tells it, but sentences do."""

from __future__ import annotations

from pathlib import Path

import pytest

from courselens.course import Catalogue
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.wishes import open_to_in
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

TOLD = {
    "Y 1": "Kings and queens. Not open to first-year students.",
    "Y 2": "Bridges and tunnels. Open to first-year and sophomore students only.",
    "Y 3": "Whales and ships. Open only to seniors.",
    "Y 4": "Bread and butter. A senior lecturer tells of his first year of baking.",
    "Y 5": "Planets and moons. Prerequisite: sophomore standing or above.",
}


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    made = [
        course(code, f"Lore {code[2:]}", language="English", lecturer="Ann Berg", ects=6.0, sections={"content": about})
        for code, about in TOLD.items()
    ]
    return _lens(Catalogue((*made, *catalogue().courses)), tmp_path_factory.mktemp("years") / "index")


def _lens(found: Catalogue, folder: Path) -> Lens:
    build_index(found, [passage for one in found.courses for passage in passages_of(one)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("which courses are open to first years", {"Y 2"}),
        ("courses only for seniors", {"Y 3"}),
        ("which courses are not open to first-year students?", {"Y 1", "Y 3", "Y 5"}),
        ("classes open to sophomores", {"Y 2", "Y 5"}),
    ],
)
def test_courses_that_say_it_are_found(lens: Lens, question: str, codes: set[str]) -> None:
    found = lens.ask(question)
    listed = {one.course.code for one in found.courses}
    assert listed == codes
    assert (found.note or "").startswith("As far as the texts")


def test_courses_that_say_the_opposite_are_left_out(lens: Lens) -> None:
    found = lens.consider("which courses can I take as a freshman")
    listed = {lens.index.course(one).code for one in found.ranking.order.tolist()}
    assert listed.isdisjoint({"Y 1", "Y 3", "Y 5"})
    assert found.saying.note is not None
    assert "as a freshman" in found.saying.note


@pytest.mark.parametrize(
    "question", ["can first years take whales", "courses about senior citizens", "is Lore 3 open to seniors?"]
)
def test_other_questions_say_nothing_of_it(question: str) -> None:
    assert open_to_in(question) == (question, None)
