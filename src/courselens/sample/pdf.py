"""A sample course as a PDF sheet: `SampleCourse` in, bytes out, the same for the same course."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from courselens.sample.course import Block, SampleCourse, SampleFact
from courselens.sample.material import LANGUAGES, load_material

_LABEL_WIDTH = 64 * mm
_VALUE_WIDTH = 106 * mm


def render_pdf(course: SampleCourse) -> bytes:
    """The sheet: the heading, the information table, the sections, and a footer on every page."""
    page = load_material().page
    university = page["university"][LANGUAGES.index(course.language)]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=22 * mm,
        title=course.title,
        author=f"{university}, {page['domain']}",
        lang=course.language,
        invariant=1,
    )

    def footer(canvas: Canvas, sheet: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(20 * mm, 12 * mm, f"{university} | {course.code} | {course.year}")
        canvas.drawRightString(190 * mm, 12 * mm, str(sheet.page))

    document.build(list(_flow(course, page)), onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _flow(course: SampleCourse, page: Any) -> Iterator[Flowable]:
    side = LANGUAGES.index(course.language)
    styles = _styles()
    yield Paragraph(escape(f"{course.year} {course.code}\u00a0\u00a0{course.title}"), styles["Title"])
    yield Paragraph(page["labels"]["information"][side], styles["Heading2"])
    rows = [(fact.label, _values(fact, course)) for fact in course.facts]
    if course.title_en:
        rows.insert(0, (page["labels"]["title_en"][side], (course.title_en,)))
    yield _table(rows)
    for section in course.sections:
        yield Paragraph(escape(section.heading), styles["Heading2"])
        if section.name == "exam":
            for exam in course.exams:
                yield Paragraph(escape(f"{exam.name}:"), styles["Heading3"])
                yield _table([(label, (value,)) for label, value in exam.rows])
        else:
            yield from _blocks(section.blocks)


def _values(fact: SampleFact, course: SampleCourse) -> tuple[str, ...]:
    if fact.name != "lecturer":
        return fact.printed
    return tuple(text for pair in zip(fact.printed, course.emails, strict=True) for text in pair)


def _blocks(blocks: tuple[Block, ...]) -> Iterator[Flowable]:
    styles = _styles()
    items: list[Flowable] = []
    rows: list[tuple[str, tuple[str, ...]]] = []
    for block in (*blocks, Block("paragraph", "")):
        if block.kind != "item" and items:
            yield ListFlowable(items, bulletType="bullet", start="•", leftIndent=12)
            items = []
        if block.kind != "row" and rows:
            yield _table(rows)
            rows = []
        if block.kind == "item":
            items.append(Paragraph(escape(block.text), styles["BodyText"]))
        elif block.kind == "row":
            rows.append((block.text, (block.value,)))
        elif block.text:
            yield Paragraph(escape(block.text), styles["BodyText"])


def _table(rows: Sequence[tuple[str, tuple[str, ...]]]) -> Flowable:
    style = _styles()["BodyText"]
    cells = [
        [Paragraph(escape(label), style), [Paragraph(escape(value), style) for value in values]]
        for label, values in rows
    ]
    if not cells:
        return Spacer(0, 0)
    place = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 1)])
    return Table(cells, colWidths=(_LABEL_WIDTH, _VALUE_WIDTH), style=place, hAlign="LEFT")


@lru_cache(maxsize=1)
def _styles() -> dict[str, ParagraphStyle]:
    sheet = getSampleStyleSheet()
    return {
        "Title": ParagraphStyle("Title", parent=sheet["Title"], alignment=0, fontSize=15, leading=18),
        "Heading2": sheet["Heading2"],
        "Heading3": ParagraphStyle("Heading3", parent=sheet["Heading3"], fontSize=10.5, leading=13),
        "BodyText": ParagraphStyle("BodyText", parent=sheet["BodyText"], fontSize=9.5, leading=12, spaceBefore=2),
    }
