"""Codes, titles and years out of headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.read.document import Block
from courselens.read.identity import course_headings, find_year, parse_heading, split_codes
from courselens.read.labels import load_labels

LABELS = load_labels()


@pytest.mark.parametrize(
    ("text", "codes", "title", "year"),
    [
        (
            "2024/2025KAN-CSOCV1036U\u00a0\u00a0Embodied Leadership",
            ("KAN-CSOCV1036U",),
            "Embodied Leadership",
            "2024/2025",
        ),
        (
            "7,049 | 8,049: Digital Platforms: Rules\nof Play",
            ("7,049", "8,049"),
            "Digital Platforms: Rules of Play",
            None,
        ),
        ("8,721: #FreeMyNet - Short stories", ("8,721",), "#FreeMyNet - Short stories", None),
        ("8,110: Credit Risk", ("8,110",), "Credit Risk", None),
        ("NBIK15000U Advanced Plant\nIdentification", ("NBIK15000U",), "Advanced Plant Identification", None),
        ("MUS/DAN 210 Music for Dance", ("MUS/DAN 210",), "Music for Dance", None),
        ("CS-101A: Algorithms", ("CS-101A",), "Algorithms", None),
        ("02450 Machine Learning", ("02450",), "Machine Learning", None),
        ("6.006 Introduction to Algorithms", ("6.006",), "Introduction to Algorithms", None),
        ("Embodied Leadership (KAN-CSOCV1036U)", ("KAN-CSOCV1036U",), "Embodied Leadership", None),
        ("2023-24 ECON2010 Growth", ("ECON2010",), "Growth", "2023/2024"),
    ],
)
def test_headings_of_courses(text: str, codes: tuple[str, ...], title: str, year: str | None) -> None:
    found = parse_heading(text)
    assert found is not None
    assert (found.codes, found.title, found.year) == (codes, title, year)


@pytest.mark.parametrize(
    "text",
    [
        "Learning objectives",
        "1. Strategic Understanding of Platforms",
        "2025 in review",
        "3D Printing",
        "B2B Marketing",
        "7.5 ECTS",
        "120 minutes",
        "Part 1: Introduction",
        "Examination sub part (1/1)",
        "ECTS credits: 6",
        "",
    ],
)
def test_other_headings(text: str) -> None:
    assert parse_heading(text) is None


@pytest.mark.parametrize(
    ("texts", "year", "term"),
    [
        (["Årgang 2023/2024"], "2023/2024", False),
        (["Fact Sheet: Spring Semester 2025"], "2025", True),
        (["Veranstaltungs- und Prüfungsmerkblatt Frühjahrssemester 2025"], "2025", True),
        (["Courses 2022-2023"], "2022/2023", False),
        (["Academic year 2024–25"], "2024/2025", False),
        (["Understanding Brexit, 1945-2025"], None, False),
        (["Founded in 1898"], None, False),
        (["Nothing", "Volume 2023"], "2023", False),
    ],
)
def test_years(texts: list[str], year: str | None, term: bool) -> None:
    found, said = find_year(texts, LABELS)
    assert found == year
    assert (said is not None) == term


def test_codes_of_a_cell() -> None:
    assert split_codes("7,049 | 8,049") == ("7,049", "8,049")
    assert split_codes("EL CS 12") == ("EL CS 12",)


def test_headings_of_one_look_begin_courses() -> None:
    blocks = [
        Block("heading", "Courses in Music", level=1, style="h1"),
        Block("heading", "MUS 101 Harmony", level=2, style="h2"),
        Block("heading", "See MUS 999 Other", level=3, style="h3"),
        Block("heading", "MUS 998 A smaller heading", level=3, style="h3"),
        Block("heading", "MUS 102 Counterpoint", level=2, style="h2"),
        Block("heading", "MUS 101 Harmony", level=2, style="h2"),
    ]
    assert sorted(course_headings(blocks)) == [1, 4]


@given(st.text(max_size=120))
def test_any_text(text: str) -> None:
    found = parse_heading(text)
    if found is not None:
        assert found.codes
        assert found.title
