"""Series of courses with which titles begin are conditions where a question means them."""

from __future__ import annotations

import pytest

from courselens.search.conditions import ConditionParser
from courselens.search.facts import Facts
from fakes import course

TITLES = (
    "Consultancy Project: Night Trains",
    "Consultancy Project: Digital Finance",
    "Consultancy Project: Fake News",
    "Recht/Law: Witch Trials",
    "Recht/Law: Labour Alliances",
    "Recht/Law: Debates",
    "Seminar: Only One",
    "Workshop and Lecture Series in Law and Economics",
)
FACTS = Facts.of([course(f"S {one}", title) for one, title in enumerate(TITLES)])


def test_what_three_titles_begin_with_is_a_series() -> None:
    assert FACTS.values["series"] == {"Consultancy Project": [0, 1, 2], "Recht/Law": [3, 4, 5]}


@pytest.mark.parametrize(
    ("question", "series", "said"),
    [
        ("which consultancy projects are there", "Consultancy Project", "consultancy projects"),
        ("consultancy project courses in English", "Consultancy Project", "consultancy project"),
        ("courses in the area of law", "Recht/Law", "area of law"),
        ("welche Kurse gibt es im Bereich Recht?", "Recht/Law", "Bereich Recht"),
        ("law courses", None, None),
        ("who teaches the consultancy project on fake news", None, None),
        ("Consultancy Projects: Fake News, who teaches it", None, None),
        ("do they pay my train for the lecture series in law and economics", None, None),
        ("how are the debates (Bereich Recht) examined", None, None),
    ],
)
def test_a_series_is_meant_in_the_plural_or_beside_a_word_for_one(
    question: str, series: str | None, said: str | None
) -> None:
    found = [one for one in ConditionParser(FACTS).parse(question).conditions if one.field == "series"]
    assert [(one.values, one.said) for one in found] == ([((series,), said)] if series else [])
