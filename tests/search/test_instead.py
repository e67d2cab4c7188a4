"""A title with another word in the place of one of its own names no course of the catalogue."""

from __future__ import annotations

import pytest

from courselens.search.instead import Instead, instead
from courselens.search.names import Names
from fakes import course

TITLES = (
    "Supply Chain Management II",
    "Geschichte/History: History of Insurance",
    "Grand Challenge: Innovating Healthcare",
    "Derivatives",
    "Personal Development: Self-reflection und Well-being A",
    "Aviation Systems - Management of the Aviation Value Chain",
    "Technologie und Recht - KI und Robotik",
    "Beginning Spanish I",
)
SUPPLY, HISTORY, GRAND, DERIVATIVES, PERSONAL, AVIATION, LAW, SPANISH = range(len(TITLES))
NAMES = Names.of([course(str(number), title) for number, title in enumerate(TITLES)])


def said(question: str, number: int, *, known: frozenset[str] = frozenset()) -> Instead | None:
    return instead(question, [TITLES[number]], NAMES, known.__contains__)


@pytest.mark.parametrize(
    ("question", "number", "expected"),
    [
        ("how many credits does Supply Chain Management III give me", SUPPLY, Instead("III", part=True)),
        ("supply chain management 4 exam", SUPPLY, Instead("4", part=True)),
        ("Who teaches Supply Chain Management I?", SUPPLY, Instead("I", part=True)),
        ("is Derivatives II in English", DERIVATIVES, Instead("II", part=True)),
        ("ECTS of Self-reflection und Well-being C?", PERSONAL, Instead("C", part=True)),
        ("reading list for History of Advertising please", HISTORY, Instead("Advertising", part=False)),
        ("ects grand challenge: innovating railways", GRAND, Instead("railways", part=False)),
        ("how is Railway Systems graded", AVIATION, Instead("Railway", part=False)),
        ("is beginning portuguese I in spring", SPANISH, Instead("portuguese", part=False)),
        ("Technologie und Recht - Blockchain: Vorkenntnisse?", LAW, Instead("Blockchain", part=False)),
    ],
)
def test_another_word_or_another_part(question: str, number: int, expected: Instead) -> None:
    assert said(question, number) == expected


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("who teaches supply chain management 2", SUPPLY),
        ("beginning spansk I, which term", SPANISH),
        ("supply chain mgmt II language", SUPPLY),
        ("suply chian managment 2 how many ects", SUPPLY),
        ("in supply chain management I need how many points", SUPPLY),
        ("is supply chain management in German", SUPPLY),
        ("history of insurances workload", HISTORY),
        ("Derivatives, 3 credits?", DERIVATIVES),
        ("derivatives 3 credits or 6", DERIVATIVES),
        ("Personal Development selfreflection und wellbeing A", PERSONAL),
        ("law and technology: AI and robotics", LAW),
        ("aviation systems: lecturer", AVIATION),
        ("I like Technologie und Recht, whatever that is", LAW),
        ("grand challenge innovating Gesundheitswesen", GRAND),
    ],
)
def test_the_same_course_cut_misspelt_abbreviated_or_translated(question: str, number: int) -> None:
    assert said(question, number) is None


def test_a_word_that_the_course_has_elsewhere_is_no_other_title() -> None:
    question = "grand challenge: innovating hospitals"
    assert said(question, GRAND) == Instead("hospitals", part=False)
    assert said(question, GRAND, known=frozenset({"hospitals"})) is None
    assert instead(question, [TITLES[GRAND]], NAMES, lambda _: False, taken=[(0, len(question))]) is None


@pytest.mark.parametrize("question", ["", "?", "🎓", "II", "a" * 3000])
def test_whatever_the_question(question: str) -> None:
    assert all(said(question, number) is None for number in range(len(TITLES)))
