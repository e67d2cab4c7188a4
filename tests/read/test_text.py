"""Plain text files to courses, and bytes to text."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Course
from courselens.errors import CourselensError
from courselens.read.text import decode, read_text

CoursesOf = Callable[[object, bytes], list[Course]]


def test_a_text_with_underlined_headings(courses_of: CoursesOf, page: Callable[[str], bytes]) -> None:
    (course,) = courses_of(read_text, page("plain.txt"))
    assert (course.key, course.title) == ("GEO-110 2021/2022", "Maps and Their Makers")
    assert course.values("ects") == (7.5,)
    assert course.values("lecturer") == ("Rosa Meridian",)
    assert [section.name for section in course.sections] == ["objectives", "literature"]
    assert course.sections[0].text == (
        "Students read maps of four centuries, from centuries of sea-faring, and draw one of their own.\n"
        "- find north\n- find the sea"
    )


def test_labels_above_their_values(courses_of: CoursesOf) -> None:
    text = (
        "2024/2025KAN-CABCO1801U\u00a0\u00a0Trade and Tides\n\nLanguage\n\nEnglish\n\nCourse ECTS\n\n7.5 ECTS\n\n"
        "Level\n\nFull Degree Master\n\nLearning objectives\n\nExplain the tides.\n\n"
        "Expected literature\n\nMare: Quays.\n"
    )
    (course,) = courses_of(read_text, text.encode())
    assert course.key == "KAN-CABCO1801U 2024/2025"
    assert course.values("language") == ("English",)
    assert course.values("ects") == (7.5,)
    assert course.values("level") == ("Master",)
    assert [section.name for section in course.sections] == ["objectives", "literature"]


def test_markdown_with_two_courses(courses_of: CoursesOf) -> None:
    text = b"# Courses\n\n## MUS 101: Harmony\nCredits: 4\n\n### Content\nChords.\n\n## MUS 102: Canon\nCredits: 2\n"
    courses = courses_of(read_text, text)
    assert [course.title for course in courses] == ["Harmony", "Canon"]
    assert [course.values("credits") for course in courses] == [(4.0,), (2.0,)]


def test_a_letter_is_no_course(courses_of: CoursesOf) -> None:
    assert courses_of(read_text, b"Dear reader,\n\nall is well here.\n\nYours,\nthe writer\n") == []


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(CourselensError, match="unreadable encoding"):
        decode(bytes(range(32)) * 20, "x.txt")


DANISH = "Læringsmål: forstå økonomi – “sådan” er årets æbler, 50 £\u00a0stykket."


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark(encoding: str) -> None:
    assert decode(DANISH.encode(encoding), "x.txt") == DANISH


def test_text_that_was_encoded_twice_is_mended() -> None:
    twice = b"".join(bytes([byte]).decode("cp1252", "replace").encode() for byte in DANISH.encode())
    assert decode(DANISH.encode().decode("latin-1").encode(), "x.txt") == DANISH
    # What is lost stays lost, the rest is put right.
    assert decode(twice, "x.txt").startswith("Læringsmål: forstå økonomi")


def test_foreign_letters_are_no_damage() -> None:
    for text in ("PÃO DE AÇÚCAR, ÂMBAR e âncora", "«Â la carte»", "Ærø, Ålborg & Côte d’Azur"):
        assert decode(text.encode(), "x.txt") == text


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_text_comes_back(text: str, encoding: str) -> None:
    if "\x00" not in text and sum(ord(char) < 32 for char in text) <= 8 and not re.search("[Â-Åâ]", text):
        assert decode(text.encode(encoding), "x.txt") == text


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(CourselensError):
        assert all(block.text for one in read_text(data, "x.txt") for block in one.blocks)
