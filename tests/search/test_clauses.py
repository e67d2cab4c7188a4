"""Several things asked of one course at once."""

from __future__ import annotations

import pytest

from courselens.search.clauses import clauses, field_of_noun, joined_by_word, of_nouns


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("who teaches X and how many credits", ("who teaches X", "X how many credits")),
        ("lecturer, ects and language of X", ("X lecturer", "X ects", "language of X")),
        ("Wer unterrichtet X und in welcher Sprache?", ("Wer unterrichtet X", "X in welcher Sprache")),
        ("X credits? language?", ("X credits", "X language")),
        ("ects and language for X ipo's?", ("X ects", "language for X")),
        ("who coordinates X and what is the exam?", ("who coordinates X", "X what is the exam")),
        ("er X flest ECTS og er de begge obligatoriske", ("er X flest ECTS", "X er de begge obligatoriske")),
        ("is X graded or P/N", ()),
        ("X pass/fail", ()),
        ("X ects/language", ("X ects", "X language")),
        ("who teaches X", ()),
        ("is X about zebras and who teaches it", ()),
        ("X", ()),
        ("", ()),
        ("lecturer, credits, language, level, exam, workload and semester of X", ()),
    ],
)
def test_the_parts_that_each_ask(frame: str, expected: tuple[str, ...]) -> None:
    assert clauses(frame) == expected


@pytest.mark.parametrize(
    ("clause", "field"),
    [
        ("the language of X", "language"),
        ("X voraussetzungen", "prerequisites"),
        ("X læringsmålene", "objectives"),
        ("X grading scale", "grading_scale"),
        ("X start time", "start"),
        ("the teaching form of X", "teaching_method"),
        ("what X is like", None),
        ("X", None),
    ],
)
def test_a_noun_alone_asks_for_its_field(clause: str, field: str | None) -> None:
    assert field_of_noun(clause) == field


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("credits of X, and what songs do we sing", ("credits of X", "X what songs do we sing")),
        ("topics of X plus do i need a harp", ("topics of X", "X do i need a harp")),
        ("credits of X and harps", ()),
    ],
)
def test_what_asks_in_words_may_be_about_anything(frame: str, expected: tuple[str, ...]) -> None:
    assert clauses(frame) == expected


def test_a_comma_alone_joins_what_says_the_same_again() -> None:
    frame = "X assessment, which parts and what language"
    assert not joined_by_word("X assessment", frame)
    assert joined_by_word("X which parts", frame)
    assert joined_by_word("X what language", frame)


def test_only_nouns_count_where_no_course_is_named() -> None:
    assert of_nouns(clauses("voraussetzungen und prüfung von X")) == ("X voraussetzungen", "prüfung von X")
    assert of_nouns(clauses("who teaches X and how many credits")) == ()
