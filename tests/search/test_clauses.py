"""Several things asked of one course at once."""

from __future__ import annotations

import pytest

from courselens.search.clauses import clauses


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("who teaches X and how many credits", ("who teaches X", "X how many credits")),
        ("lecturer, ects and language of X", ("X lecturer", "X ects", "language of X")),
        ("Wer unterrichtet X und in welcher Sprache?", ("Wer unterrichtet X", "X in welcher Sprache")),
        ("X credits? language?", ("X credits", "X language")),
        ("ects and language for X ipo's?", ("X ects", "language for X")),
        ("who teaches X", ()),
        ("is X about zebras and who teaches it", ()),
        ("X", ()),
        ("", ()),
        ("lecturer, credits, language, level, exam, workload and semester of X", ()),
    ],
)
def test_the_parts_that_each_ask(frame: str, expected: tuple[str, ...]) -> None:
    assert clauses(frame) == expected
