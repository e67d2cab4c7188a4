"""Conditions in plain words become filters with the catalogue's own values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.search.conditions import Condition, ConditionParser, values_said
from courselens.search.facts import Facts
from fakes import course

COURSES = (
    course(
        "A1", "One", language=("English",), ects=3.0, level=("Master",), start=("Spring",), lecturer=("Ann Müller",)
    ),
    course("A2", "Two", language=("German",), ects=4.0, level=("Bachelor",), start=("Autumn",), lecturer=("Bo Gao",)),
    course(
        "A3", "Three", language=("English",), ects=7.5, level=("Master",), type="Elective", exam_form=("Oral exam",)
    ),
    course(
        "A4",
        "Four",
        "2020/2021",
        language=("German", "English"),
        ects=6.0,
        exam_form=("Written exam", "Oral exam"),
        department="Department of Finance",
    ),
    course("A5", "Five", language=("German",), ects=6.0, exam_form=("Written exam",), level=("PhD",)),
)
FACTS = Facts.of(COURSES)
PARSER = ConditionParser(FACTS)


def kept(question: str) -> set[str]:
    mask = np.ones(len(COURSES), dtype=bool)
    for condition in PARSER.parse(question).conditions:
        mask &= condition.mask(FACTS)
    return {one.code for one, here in zip(COURSES, mask, strict=True) if here}


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("3 credit courses", {"A1"}),
        ("courses worth 7,5 ECTS", {"A3"}),
        ("courses with at least 6 credits", {"A3", "A4", "A5"}),
        ("courses with more than 6 credits", {"A3"}),
        ("courses with up to 4 ects", {"A1", "A2"}),
        ("5 or more credits", {"A3", "A4", "A5"}),
        ("3–4 credits", {"A1", "A2"}),
        ("between 3 and 4 ects", {"A1", "A2"}),
        ("six credits", {"A4", "A5"}),
        ("mindestens 6 Kreditpunkte", {"A3", "A4", "A5"}),
        ("courses taught in German", {"A2", "A4", "A5"}),
        ("german courses", {"A2", "A4", "A5"}),
        ("courses not in german", {"A1", "A3"}),
        ("only in german", {"A2", "A5"}),
        ("Kurse auf Englisch", {"A1", "A3", "A4"}),
        ("kurser på engelsk", {"A1", "A3", "A4"}),
        ("master courses", {"A1", "A3"}),
        ("courses for bachelor students", {"A2"}),
        ("phd level courses", {"A5"}),
        ("courses in spring", {"A1"}),
        ("courses in the fall semester", {"A2"}),
        ("kurse im herbst", {"A2"}),
        ("electives", {"A3"}),
        ("no written exam", {"A3"}),
        ("courses without a written exam", {"A3"}),
        ("courses with only an oral exam", {"A3"}),
        ("courses with a written exam", {"A4", "A5"}),
        ("courses by Müller", {"A1"}),
        ("courses by muller", {"A1"}),
        ("what does Bo Gao teach", {"A2"}),
        ("courses in 2020", {"A4"}),
        ("courses in 2020/2021", {"A4"}),
        ("courses of the Department of Finance", {"A4"}),
        ("english master courses with 3 credits", {"A1"}),
    ],
)
def test_conditions_are_kept(question: str, codes: set[str]) -> None:
    assert kept(question) == codes


@pytest.mark.parametrize(
    "question",
    [
        "courses on german history",
        "english literature of the 19th century",
        "master data management",
        "spring bearings",
    ],
)
def test_words_of_a_topic_are_no_conditions(question: str) -> None:
    assert PARSER.parse(question).conditions == ()


@pytest.mark.parametrize(
    ("question", "word"), [("courses taught in French", "French"), ("courses by Zwingli", "Zwingli")]
)
def test_what_matches_nothing_is_reported(question: str, word: str) -> None:
    found = PARSER.parse(question)
    assert found.conditions == ()
    assert word in found.ignored


def test_what_a_title_says_is_no_condition() -> None:
    text = "is German Courses for Beginners worth 3 credits"
    found = PARSER.parse(text, taken=[(3, 31)])
    assert [condition.field for condition in found.conditions] == ["ects"]


def test_as_json() -> None:
    condition = Condition("ects", "between", (3.0, 4.0), "3-4 credits")
    expected = {"field": "ects", "value": [3.0, 4.0], "from": "3-4 credits", "operator": "between"}
    assert condition.to_dict() == expected
    assert "operator" not in Condition("level", "is", ("Master",), "master").to_dict()


def test_values_said_anywhere() -> None:
    assert values_said("do i need german for X", "language") == {"German"}
    assert values_said("is X worth 7.5 ects", "ects") == {"7.5"}


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    PARSER.parse(text)
