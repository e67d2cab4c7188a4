"""A passage elsewhere in a course that has more of the words asked is told beside the one of the section asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Field
from courselens.search.field import Fit
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

SECTIONS = {"content": "Purchasing and its strategies.", "further": "Held as a block of three days in a zeppelin."}


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    folder = tmp_path_factory.mktemp("told") / "index"
    made = (course("P 1", "Purchasing", language="English", lecturer="Ann Berg", ects=3.0, sections=SECTIONS),)
    courses = (*made, *catalogue().courses)
    build_index(Catalogue(courses), [one for each in courses for one in passages_of(each)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(("shown", "other", "told"), [(0.0, 0.4, True), (0.3, 0.4, False), (0.0, 0.1, False)])
def test_it_must_have_many_more_of_them(lens: Lens, shown: float, other: float, told: bool) -> None:
    answerer = lens.answerer
    number = next(one for one in range(lens.index.courses) if lens.index.course(one).code == "P 1")
    first, end = map(int, lens.index.first[number : number + 2])
    sections = [answerer.passage(place).section for place in range(first, end)]
    shares = {"content": shown, "further": other}
    fits = [Fit(name or "fact", name not in shares, 0.0, 0.0, shares.get(name or "", 0.0)) for name in sections]
    understood = answerer.understand("is P 1 held in a zeppelin")
    saying = answerer.teller.say(understood, *_asked(lens, "what is P 1 about"))
    assert saying.passages[0] - first == sections.index("content")
    found = answerer.teller.elsewhere(understood, saying, number, fits)
    assert (found is not None) == told
    if found is not None:
        assert "zeppelin" in str(found.answer)
        assert found.field == "further"


def test_nothing_is_told_beside_a_fact(lens: Lens) -> None:
    assert lens.ask("how many ECTS does P 1 have").further == ()


def _asked(lens: Lens, question: str):  # type: ignore[no-untyped-def]
    found = lens.consider(question)
    return found.asked, found.ranking, ()


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("is there a written exam in KAN-C1001U?", "Yes, "),
        ("is there an oral exam in KAN-C1001U?", "No, "),
    ],
)
def test_the_form_of_an_examination_is_told_with_its_parts(
    lens: Lens, monkeypatch: pytest.MonkeyPatch, question: str, opening: str
) -> None:
    answerer = lens.answerer
    teller = answerer.teller
    monkeypatch.setattr(teller, "held", lambda _, name: name)
    found = lens.consider(question)
    number = int(found.ranking.order[0])
    parts = teller._summary(number, "exam")
    form = replace(parts[0][1], field="exam_form", text="The form is written.")
    monkeypatch.setattr(teller, "_summary", lambda _, field: parts if field == "exam" else [(parts[0][0], form)])
    asked = replace(found.asked, kind="course", field="exam_form", elsewhere=0.0)
    course = replace(lens.index.course(number), fields={"exam_form": Field("exam_form", ("Written exam",))})
    monkeypatch.setattr(teller, "course", lambda _: course)
    said = teller.say(found.understood, asked, found.ranking, ())
    assert said.field == "exam_form"
    assert said.answer == opening + parts[0][1].text
    formal = teller.say(answerer.understand("form of examination of KAN-C1001U"), asked, found.ranking, ())
    assert formal.answer == form.text


@pytest.mark.parametrize(
    ("question", "detailed"),
    [
        ("how long is the exam of KAN-C1001U", False),
        ("wie viel zählt die Prüfung von KAN-C1001U", False),
        ("is the exam of KAN-C1001U done in a group or alone", False),
        ("which calculators may I use in the exam of KAN-C1001U", True),
    ],
)
def test_what_a_summary_of_the_examination_tells_is_no_detail(lens: Lens, question: str, detailed: bool) -> None:
    course = next(one for one in map(lens.index.course, range(lens.index.courses)) if one.code == "KAN-C1001U")
    assert lens.answerer.teller._detailed(lens.answerer.understand(question), course) is detailed
