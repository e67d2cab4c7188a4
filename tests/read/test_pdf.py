"""PDF sheets to courses: what a line is follows from its place and its type."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Course
from courselens.errors import CourselensError
from courselens.read.document import Document
from courselens.read.pdf import read_pdf
from read.sheets import BODY, BOLD, HEADING, SMALL, TITLE, Sheet, Type

CoursesOf = Callable[[object, bytes], list[Course]]

LONG = (
    "The course follows a cargo from quay to quay and asks at each of them who pays for the crane, who for the rope "
    "and who for the hours in which nothing moves because the tide is out and the pilot is asleep. "
) * 2

OVERLEAF = (
    "This line is full to the very margin of the page and the sentence that it begins goes on overleaf, "
    "or so they say in Aarhus"
)


def _sheet() -> Sheet:
    sheet = Sheet(footer="Sheet version: 1.0 as of 09/01/2025, valid for Spring Semester 2025")
    sheet.line("Course Sheet: Spring Semester 2025", TITLE)
    sheet.wrapped("7,049 | 8,049: Tides of Trade: Harbours, Canals and the Governance of the Northern Sea", TITLE)
    sheet.line("ECTS credits: 4.5", TITLE, leading=2.6)
    sheet.line("Attached courses", TITLE, leading=2.6)
    sheet.line("Timetable -- Language -- Lecturer")
    sheet.line("8,049,1.01 Tides of Trade, group 1 -- English -- Holm Ada , van der Meer Jens ,")
    sheet.line("Lind Bo")
    sheet.line("8,049,1.02 Tides of Trade, group 2 -- German -- Lind Bo")
    sheet.line("Course information", TITLE, leading=2.6)
    sheet.line("Course prerequisites", HEADING, leading=2.6)
    sheet.line("--")
    sheet.line("Learning objectives", HEADING, leading=2.6)
    sheet.wrapped("Students can", above=1.5)
    sheet.bullets(["explain how canals change trade, and " + LONG[:120], "compare harbours"])
    sheet.line("Course content", HEADING, leading=2.6)
    sheet.wrapped(LONG, above=1.5)
    sheet.line("Literature", BOLD, leading=2.6)
    sheet.wrapped("A paragraph under a bold line of the author.", above=1.3)
    sheet.line(f"{OVERLEAF}, on the")
    sheet.turn()
    sheet.line("other side.")
    sheet.line("Course literature", HEADING, leading=2.6)
    sheet.line("Mare, A.: Quays.", leading=1.5)
    sheet.line("Unda, B.: Waves.")
    sheet.line("Examination information", TITLE, leading=2.6)
    sheet.line("1. Examination sub part (1/1)", HEADING, leading=2.6)
    sheet.line("Examination modalities", SMALL, leading=2.6)
    sheet.rows([("Examination type", "Written examination"), ("Responsible for organisation", "central")])
    sheet.rows([("Grading type", "Individual work individual grade"), ("Weighting", "100%"), ("Duration", "90 mins.")])
    sheet.line("Examination languages", SMALL, leading=2.6)
    sheet.line("Question language: English")
    sheet.line("Remark", SMALL, leading=2.6)
    sheet.line("--")
    sheet.line("Supplementary aids", SMALL, leading=2.6)
    sheet.line("A ruler of your own.")
    sheet.line("Examination content", HEADING, leading=2.6)
    sheet.line("Everything.", leading=1.5)
    return sheet


@pytest.fixture(scope="module")
def sheet() -> bytes:
    return _sheet().data()


def test_a_sheet(courses_of: CoursesOf, sheet: bytes) -> None:
    (course,) = courses_of(read_pdf, sheet)
    assert course.key == "7,049 2025"
    assert course.codes == ("7,049", "8,049")
    assert course.title == "Tides of Trade: Harbours, Canals and the Governance of the Northern Sea"
    assert course.text_language == "en"
    values = {name: found.values for name, found in course.fields.items()}
    assert values == {
        "ects": (4.5,),
        "attached_courses": ("8,049,1.01 Tides of Trade, group 1", "8,049,1.02 Tides of Trade, group 2"),
        "language": ("English", "German"),
        "lecturer": ("Holm Ada", "van der Meer Jens", "Lind Bo"),
        "start": ("Spring",),
        "exam_form": ("Written exam",),
    }
    assert "group 2" in course.fields["lecturer"].own[2]


def test_sections_of_a_sheet(courses_of: CoursesOf, sheet: bytes) -> None:
    (course,) = courses_of(read_pdf, sheet)
    told = [(section.name, section.heading, section.page) for section in course.sections]
    assert told == [
        ("objectives", "Learning objectives", 1),
        ("content", "Course content", 1),
        ("literature", "Course literature", 2),
        ("exam", "1. Examination sub part (1/1)", 2),
        ("exam", "Examination content", 2),
    ]
    texts = {section.heading: section.text for section in course.sections}
    assert texts["Learning objectives"] == (
        f"Students can\n- explain how canals change trade, and {LONG[:120].strip()}\n- compare harbours"
    )
    assert texts["Course content"].split("\n") == [
        LONG.strip(),
        "Literature",
        "A paragraph under a bold line of the author.",
        f"{OVERLEAF}, on the other side.",
    ]
    assert texts["Course literature"] == "Mare, A.: Quays.\nUnda, B.: Waves."
    assert "Page" not in "".join(texts.values())


def test_the_exam_part_of_a_sheet(courses_of: CoursesOf, sheet: bytes) -> None:
    (course,) = courses_of(read_pdf, sheet)
    (part,) = course.exam
    assert (part.form, part.own, part.weight) == ("Written exam", "Written examination", 100.0)
    assert (part.duration, part.grouping, part.page) == ("90 mins.", "individual", 2)
    assert part.details == {
        "Responsible for organisation": "central",
        "Question language": "English",
        "Supplementary aids": "A ruler of your own.",
    }


def test_running_footers_leave_the_text_and_are_kept_once(sheet: bytes) -> None:
    (document,) = read_pdf(sheet, "x.pdf")
    assert document.pages == 2
    assert document.running == ("Sheet version: 1.0 as of 09/01/2025, valid for Spring Semester 2025",)


def test_values_that_wrap_and_labels_that_do_not(courses_of: CoursesOf) -> None:
    sheet = Sheet()
    sheet.line("AB-12 Weaving", TITLE)
    sheet.rows([("Language", "Danish"), ("Study board", "Study Board for Textile and Other"), ("", "Flexible Things")])
    sheet.rows([("Level", "Bachelor"), ("ECTS", "7,5 ECTS (225 SAT)")])
    sheet.line("Content", HEADING, leading=2.6)
    sheet.wrapped(LONG, above=1.5)
    (course,) = courses_of(read_pdf, sheet.data())
    assert course.values("study_board") == ("Study Board for Textile and Other", "Flexible Things")
    assert course.values("level") == ("Bachelor",)
    assert course.values("ects") == (7.5,)


def _content(courses_of: CoursesOf, sheet: Sheet) -> list[str]:
    """The lines of the one section of a sheet."""
    (course,) = courses_of(read_pdf, sheet.data())
    return course.sections[0].text.split("\n")


def _opened() -> Sheet:
    sheet = Sheet()
    sheet.line("AB-12 Weaving", TITLE)
    sheet.rows([("Language", "Danish"), ("Level", "Bachelor")])
    sheet.line("Content", HEADING, leading=2.6)
    sheet.wrapped(LONG, above=1.5)
    return sheet


def test_a_line_broken_within_its_sentence_goes_on(courses_of: CoursesOf) -> None:
    sheet = _opened()
    sheet.line("Weavers of the north have asked since the days of the sagas in addition to", leading=2.6)
    sheet.line("how to weave also why.")
    sheet.line("Topics:", leading=2.6)
    sheet.line("looms of the old north and of the old south and of the east as well")
    sheet.line("threads of linen and of wool and of silk and of gold for the rich")
    assert _content(courses_of, sheet)[1:] == [
        "Weavers of the north have asked since the days of the sagas in addition to how to weave also why.",
        "Topics:",
        "looms of the old north and of the old south and of the east as well",
        "threads of linen and of wool and of silk and of gold for the rich",
    ]


def _full(sheet: Sheet, look: Type, width: float = 468) -> str:
    """As many words as one line holds."""
    words = LONG.split(" ")
    fits = [n for n in range(1, 40) if sheet.canvas.stringWidth(" ".join(words[:n]), look.font, look.size) <= width]
    return " ".join(words[: fits[-1]])


def test_a_bold_paragraph_that_ends_plain_is_one(courses_of: CoursesOf) -> None:
    sheet = _opened()
    bold = _full(sheet, BOLD)
    sheet.line(bold, BOLD, leading=2.6)
    sheet.line(bold, BOLD)
    sheet.line("and so does the miller.")
    assert _content(courses_of, sheet)[1:] == [f"{bold} {bold} and so does the miller."]


def test_items_go_on_where_their_text_hangs_or_their_line_is_full(courses_of: CoursesOf) -> None:
    sheet = _opened()
    ended = _full(sheet, BODY, 430) + ":"
    sheet.bullets([ended])
    sheet.turn()
    sheet.line("nothing more.", x=104)
    numbered = "1. " + _full(sheet, BODY, 450)
    sheet.line(numbered, x=78, leading=3)
    sheet.line("and so on.")
    assert _content(courses_of, sheet)[1:] == [f"- {ended} nothing more.", f"{numbered} and so on."]


def test_raised_letters_stay_in_their_word() -> None:
    sheet = Sheet()
    sheet.line("On the 4", BODY)
    width = sheet.canvas.stringWidth("On the 4", BODY.font, BODY.size)
    raised = Type(BODY.font, 6)
    sheet._draw(72 + width, sheet.y + 3.5, "th", raised)
    sheet._draw(72 + width + sheet.canvas.stringWidth("th ", raised.font, 6), sheet.y, "day", BODY)
    sheet.line("came a storm.")
    (document,) = read_pdf(sheet.data(), "x.pdf")
    assert "On the 4th day" in " ".join(block.text for block in document.blocks)


def _blank() -> bytes:
    sheet = Sheet()
    sheet.turn()
    return sheet.data()


def test_text_in_two_columns_is_read_column_by_column() -> None:
    sheet = Sheet()
    for x, word in ((72.0, "left"), (320.0, "right")):
        sheet.y = 760
        for number in range(12):
            sheet.line(f"{word} {number} is a line of a column that is long enough", x=x)
    (document,) = read_pdf(sheet.data(), "x.pdf")
    text = " ".join(block.text for block in document.blocks)
    assert text.index("left 11") < text.index("right 0")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty file"),
        (b"<!DOCTYPE html><html></html>", "not a PDF"),
        (b"%PDF-1.7\nnothing follows", "damaged PDF"),
        (_sheet().data()[:900], "damaged PDF"),
        (Sheet(password="secret").data(), "encrypted PDF"),
        (_blank(), "no text in this PDF"),
    ],
    ids=["empty", "html", "header only", "cut", "encrypted", "blank"],
)
def test_why_a_file_is_not_read(data: bytes, told: str) -> None:
    with pytest.raises(CourselensError, match=told) as caught:
        read_pdf(data, "x.pdf")
    assert caught.value.where == "x.pdf"
    assert caught.value.remedy


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes(data: bytes, begins: bool) -> None:
    with contextlib.suppress(CourselensError):
        read_pdf(b"%PDF-1.4\n" + data if begins else data, "x.pdf")


@given(share=st.floats(0, 0.999), noise=st.binary(min_size=1, max_size=40))
def test_a_sheet_with_damaged_bytes(sheet: bytes, share: float, noise: bytes) -> None:
    at = int(share * len(sheet))
    documents: list[Document] = []
    with contextlib.suppress(CourselensError):
        documents = read_pdf(sheet[:at] + noise + sheet[at + len(noise) :], "x.pdf")
    assert all(block.text or block.values for one in documents for block in one.blocks)
