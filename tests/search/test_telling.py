"""Which passage of a course tells what is asked of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.search.field import Fit
from courselens.search.telling import WEIGHTS, date_or_amount, features, looked_for, telling

SUMMARY = Fit("exam", True, 0.3, 1.0, 0.1)
CHUNK = Fit("exam", False, 0.3, 1.0, 0.1)
TEXTS = ("The exam is written.", "Exam\nSubmit it by 4 April 2025.", "Exam\nThe paper has 12'000 characters.")


def told(question: str, detail: float) -> int:
    return int(telling(question, (SUMMARY, CHUNK, CHUNK), detail, lambda row: date_or_amount(TEXTS[row])).argmax())


@pytest.mark.parametrize(
    ("question", "date", "amount"),
    [
        ("when is the presentation in X", True, False),
        ("wann ist Abgabe in X", True, False),
        ("wie viele Zeichen hat der Bericht in X", False, True),
        ("how long is the paper in X", False, True),
        ("which books may I bring to X", False, False),
    ],
)
def test_a_date_or_an_amount_is_looked_for_where_it_is_asked(question: str, date: bool, amount: bool) -> None:
    assert [one is not None for one in looked_for(question)] == [date, amount]


@pytest.mark.parametrize(
    ("text", "is_date", "is_amount"),
    [
        ("on 8./9. mai 2025", True, False),
        ("due may 12", True, False),
        ("no more than three students", False, True),
        ("to students", False, False),
        ("am 25.04.25", True, False),
        ("each friday", True, False),
        ("in kw 21", True, False),
        ("5-6 pages per student", False, True),
        ("12'000 zeichen", False, True),
        ("groups of 4 to 6 persons", False, True),
        ("chapter 3 of the book", False, False),
    ],
)
def test_what_dates_and_amounts_look_like(text: str, is_date: bool, is_amount: bool) -> None:
    date, amount = looked_for("when, and how many")
    assert date
    assert amount
    assert [date.search(text) is not None, amount.search(text) is not None] == [is_date, is_amount]


def test_the_passage_with_what_is_asked_goes_first() -> None:
    assert told("when do we hand in X", detail=1.0) == 1
    assert told("how many characters has the paper in X", detail=1.0) == 2


def test_the_passage_that_tells_something_practical_goes_first() -> None:
    fits = (CHUNK, replace(CHUNK, told=(1.0,)), replace(SUMMARY, told=(0.0,)))
    scores = telling("may I miss a session of X", fits, 1.0, lambda row: (False, False))
    assert scores.argmax() == 1


def test_a_summary_goes_first_unless_more_is_asked() -> None:
    assert told("how is X examined", detail=0.0) == 0
    assert told("may I use a dictionary in X", detail=1.0) != 0


def test_a_text_is_read_only_where_a_date_or_an_amount_is_asked() -> None:
    def unread(row: int) -> tuple[bool, bool]:
        raise AssertionError(row)

    found = features("who may bring a book to X", (SUMMARY, CHUNK), 0.5, unread)
    assert found.shape == (2, len(WEIGHTS))
