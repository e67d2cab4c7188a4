"""Hyphens at line ends: the words of the document decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.read.document import Hyphens, join_lines


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["a new", "line"], "a new line"),
        (["Supply-", "und Demand"], "Supply- und Demand"),
        (["the ordinary Re-", "exam"], "the ordinary Re-exam"),
        (["St.Gallen-", "Bodensee"], "St.Gallen-Bodensee"),
        (["self-", "study"], "self-study"),
        (["soft\u00ad", "ened"], "softened"),
        (["the years 2020 -", "2025"], "the years 2020 - 2025"),
        (["pages 1190-", "1203"], "pages 1190-1203"),
        (["real-", "world cases in the real-world"], "real-world cases in the real-world"),
        (["knowl-", "edge is more than knowledge"], "knowledge is more than knowledge"),
    ],
)
def test_lines_of_a_paragraph(lines: list[str], text: str) -> None:
    assert join_lines(lines, Hyphens(lines)) == text


def test_a_document_that_divides_words_divides_unknown_ones_too() -> None:
    lines = ["on knowl-", "edge and knowledge, on cen-", "turies"]
    assert join_lines(lines, Hyphens(lines)) == "on knowledge and knowledge, on centuries"


def test_a_document_that_divides_none_keeps_its_compounds() -> None:
    lines = ["mit datenbank-", "basierten Verfahren", *["Weitere Zeilen ohne Trennung stehen hier."] * 40]
    assert Hyphens(lines).join(lines[0], lines[1]) == "mit datenbank-basierten Verfahren"


@given(st.lists(st.text(alphabet="ab -.Ö\u00ad", max_size=12), max_size=8))
def test_no_letter_is_lost(lines: list[str]) -> None:
    text = join_lines(lines, Hyphens(lines))
    assert [char for char in text if char.isalpha()] == [char for line in lines for char in line if char.isalpha()]
