"""Pages that list many courses: tables with a course a row, entries of one shape, cards with a code each.

Comes in: the blocks of a page. Goes out: the courses of its tables, or where each listed course begins. A page that is
one course's own stays one course, whatever tables of other courses it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from courselens.course import Course, Source
from courselens.errors import CourselensError
from courselens.read.columns import understand_columns
from courselens.read.document import Block, Document
from courselens.read.identity import Identity, find_year, parse_heading, split_codes
from courselens.read.labels import Labels
from courselens.read.rows import Row, distinct_names
from courselens.read.structure import as_row
from courselens.read.table import RowReader, course_key
from courselens.read.values import clean


def with_entries(blocks: Sequence[Block], labels: Labels) -> list[Block]:
    """The blocks, rows labelled with a code and a title (`<dt>CS 101 Databases</dt>`) turned into headings.

    Only where two such rows stand and no heading names a course.
    """
    rows = [block for block in blocks if block.kind == "row"]
    names = {id(block): parse_heading(block.text) for block in rows if not labels.all(block.text)}
    codes = {one.codes for one in names.values() if one}
    told = any(block.kind == "heading" and parse_heading(block.text) for block in blocks)
    if told or len(codes) < 2 or any(labels.identity(block.text) for block in rows):
        return list(blocks)
    out: list[Block] = []
    for block in blocks:
        if names.get(id(block)):
            out.append(Block("heading", block.text, level=6, style="entry", page=block.page))
            out += [Block("paragraph", value, page=block.page) for value in block.values]
        else:
            out.append(block)
    return out


def card_headings(blocks: Sequence[Block], labels: Labels) -> dict[int, Identity]:
    """Where courses begin whose codes stand in a row each, below headings that look alike; none for one course."""
    starts: dict[int, Identity] = {}
    heading: int | None = None
    for index, block in enumerate(blocks):
        if block.kind == "heading" and not labels.all(block.text):
            heading = index
        label, values = as_row(block, labels)
        if heading is not None and heading not in starts and label and values and labels.identity(label) == "code":
            text = clean(blocks[heading].text)
            starts[heading] = Identity(split_codes(values[0]), text, None, text)
    alike = len({blocks[index].style for index in starts}) == 1
    apart = len({one.codes for one in starts.values()}) == len(starts)
    return starts if len(starts) > 1 and alike and apart else {}


def table_courses(document: Document, blocks: Sequence[Block], labels: Labels, source: Source) -> list[Course]:
    """The courses of tables whose header names a title or a code and another known label, two rows at least."""
    made: list[Course] = []
    for header, rows in _tables(blocks, labels):
        try:
            columns = understand_columns(header, rows, labels, document.file)
        except CourselensError:  # a table of something else
            continue
        reader = RowReader(columns, labels, document.file)
        found = [course for row in rows if (course := reader.course(row)) is not None]
        made += found if len(found) > 1 else []
    around = [block.text for block in blocks if block.kind == "heading"]
    year, _ = find_year([*around, document.title or ""], labels)
    return [_placed(course, number, year, source) for number, course in enumerate(made, 1)]


def _tables(blocks: Sequence[Block], labels: Labels) -> list[tuple[tuple[str, ...], list[Row]]]:
    """Header and rows of each table of courses; lines between the rows (`Bachelor courses`) do not end it."""
    tables: list[tuple[tuple[str, ...], list[Row]]] = []
    for block in blocks:
        if block.kind != "row":
            continue
        cells = (block.text, *block.values)
        if block.style in ("header", "table") and _is_header(cells, labels):
            tables.append((distinct_names([clean(cell) for cell in cells]), []))
        elif tables and len(cells) == len(tables[-1][0]):
            names, rows = tables[-1]
            filled = {name: (cell,) for name, cell in zip(names, cells, strict=True) if name and cell.strip()}
            rows.append(Row(len(rows) + 1, filled))
    return tables


def _is_header(cells: Sequence[str], labels: Labels) -> bool:
    return sum(bool(labels.all(cell)) for cell in cells) >= 2 and any(
        labels.identity(cell) in ("code", "title") for cell in cells
    )


def _placed(course: Course, number: int, year: str | None, source: Source) -> Course:
    year = course.year or year
    key = course_key(course.code, course.title, year)
    return replace(course, key=key, group=key, year=year, source=replace(source, row=number))
