"""Tables to courses: the bytes of a CSV, TSV, JSON, JSON Lines or Parquet file in, one course a row out.

Columns are matched by the labels that pages are read with; a column that nobody knows is kept under its own name.
"""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from courselens.course import Course, ExamPart, Field, Section, Skipped, Source
from courselens.read.columns import Column, Columns, understand_columns
from courselens.read.exams import ExamBlock, exam_form
from courselens.read.identity import normal_year, parse_heading, split_codes
from courselens.read.labels import Labels, own_name
from courselens.read.prose import taught_in
from courselens.read.rows import Cell, Row, open_table
from courselens.read.values import clean, read_addresses

TABLES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".pq")
"""Endings of files that are read as tables."""

_SAMPLE = 500
"""Rows by which the columns are understood."""
_OWN_FORMAT = frozenset(("key", "code", "codes", "title", "year", "sections", "own", "labels", "pages", "source"))
_BREAK = re.compile(r"\s*</?(?:br|p|div|tr|table|ul|ol|h[1-6])\b[^<>]*>\s*", re.IGNORECASE)
_ITEM = re.compile(r"\s*<li\b[^<>]*>\s*", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s?[/–-]\s?(?:(?:19|20)\d\d|\d\d)(?!\d))?(?!\d)")


@dataclass(frozen=True, slots=True)
class TableRead:
    """The courses of a table, and the rows that gave none."""

    courses: tuple[Course, ...]
    skipped: tuple[Skipped, ...]


def course_key(code: str, title: str, year: str | None) -> str:
    """Code + year; the title stands in for a code that is missing."""
    return " ".join(part for part in (code or title, year) if part)


def read_table(data: bytes, file: str, labels: Labels) -> list[Course]:
    """The courses of a table, one a row, `group` left as the key. Raises as `read_rows` does."""
    return list(read_rows(data, file, labels).courses)


def read_rows(data: bytes, file: str, labels: Labels) -> TableRead:
    """The courses of a table and its rows without one.

    Raises CourselensError when the bytes are no table, or no column holds the title: it names the columns.
    """
    table = open_table(data, file, PurePath(file).suffix.lower(), labels)
    first = list(itertools.islice(table.rows, _SAMPLE))
    if first and first[0].record is not None and first[0].record.keys() >= _OWN_FORMAT:
        return _own_courses(itertools.chain(first, table.rows), file, table.skipped)
    reader = RowReader(understand_columns(table.headers, first, labels, file), labels, file)
    courses: list[Course] = []
    skipped = []
    for row in itertools.chain(first, table.rows):
        course = reader.course(row)
        if course is None:
            skipped.append(Skipped(f"{file}, row {row.number}", "no title"))
        else:
            courses.append(course)
    return TableRead(tuple(courses), (*table.skipped, *skipped))


def _own_courses(rows: Iterator[Row], file: str, skipped: list[Skipped]) -> TableRead:
    """The courses of a `courses.jsonl`, as they were written."""
    courses = []
    for row in rows:
        try:
            course = Course.from_dict(row.record or {})
        except (KeyError, TypeError, ValueError) as error:
            skipped.append(Skipped(f"{file}, row {row.number}", f"damaged course: {error}"))
            continue
        key = course_key(course.code, course.title, course.year)
        source = Source(file, row=row.number, url=course.source.url)
        courses.append(replace(course, source=source, key=key, group=key))
    return TableRead(tuple(courses), tuple(skipped))


class RowReader:
    """Turns rows into courses; equal cells are read once."""

    def __init__(self, columns: Columns, labels: Labels, file: str) -> None:
        self.columns, self.labels, self.file = columns, labels, file
        self.known: dict[tuple[str, Cell], Field | None] = {}
        told = [column.language for column in columns.others if column.language]
        self.language = Counter(told).most_common(1)[0][0] if told else None

    def course(self, row: Row) -> Course | None:
        """The course of a row, None where it has no title."""
        columns = self.columns
        title = self._one(row, columns.title)
        codes = self._codes(row)
        if title and not codes:
            named = parse_heading(title)
            if named:
                codes, title = named.codes, named.title
        if not title:
            return None
        said = self._one(row, columns.year)
        year = (normal_year(said) if re.search(r"\d", said) else said) or None
        fields: dict[str, Field] = {}
        sections: list[Section] = []
        parts: list[ExamPart] = []
        for column in columns.others:
            cell = row.cells.get(column.header, ())
            if not cell:
                continue
            if column.room == "sections":
                self._section(column, cell, sections, parts)
                continue
            if column.name == "start" and not columns.year:
                term_year, cell = _without_year(cell)
                year = year or term_year
            if not self._field(column, cell, fields) and self.labels.kind(column.name) == "number":
                self._section(column, cell, sections, parts)  # `no limit` says what no number does
        if parts and "exam_form" not in fields and (form := exam_form(parts)):
            fields["exam_form"] = form
        if "language" not in fields and (language := taught_in(sections, self.labels)):
            fields["language"] = language
        people = [
            _plain(text)
            for column in columns.others
            if self.labels.kind(column.name) == "people"
            for text in row.cells.get(column.header, ())
        ]
        code = codes[0] if codes else ""
        key = course_key(code, title, year)
        return Course(
            key=key,
            code=code,
            codes=codes,
            title=title,
            year=year,
            source=Source(self.file, row=row.number, url=self._one(row, columns.address) or None),
            group=key,
            title_en=self._one(row, columns.title_en) or None,
            text_language=self._text_language(sections),
            fields=fields,
            exam=tuple(parts),
            sections=tuple(sections),
            contacts=read_addresses(people, fields["lecturer"].values if "lecturer" in fields else ()),
        )

    def _one(self, row: Row, header: str | None) -> str:
        return clean(_plain(" ".join(row.cells.get(header, ())))) if header else ""

    def _codes(self, row: Row) -> tuple[str, ...]:
        said = [self._one(row, header) for header in self.columns.code]
        if len(said) > 1:
            return (" ".join(said),) if all(said) else ()
        return split_codes(said[0]) if said and said[0] else ()

    def _field(self, column: Column, cell: Cell, fields: dict[str, Field]) -> bool:
        """Keep what the cell says of a field; False where it holds no value of it."""
        known = (column.header, cell)
        if known not in self.known:
            raw = [_plain(text) for text in cell]
            self.known[known] = self.labels.canonical(column.name, raw, label=column.header)
        found = self.known[known]
        if found is None:
            return False
        if found.name in fields:  # a second column of the same meaning keeps its own name
            found = replace(found, name=own_name(column.header))
        fields.setdefault(found.name, found)
        return True

    def _section(self, column: Column, cell: Cell, sections: list[Section], parts: list[ExamPart]) -> None:
        # Several texts of a nested list are its items.
        text = "\n".join(_plain(text) if len(cell) == 1 else f"- {clean(_plain(text))}" for text in cell)
        lines = [clean(line) for line in text.splitlines()]
        label, colon, rest = lines[0].partition(":") if lines else ("", "", "")
        if colon and self.labels.section(label) == column.name:  # `Prerequisites: BIO 150` in the column of that name
            lines[0] = rest.strip()
        if column.name == "exam":
            for block in _paragraphs(lines):
                exam = ExamBlock(column.header, 1, None, self.labels)
                for line in block:
                    exam.text(line)
                parts += exam.parts()
        said = "\n".join(line for line in lines if not self.labels.vocabulary.is_absent(line))
        if said:
            sections.append(Section(column.name, column.header, said))

    def _text_language(self, sections: Sequence[Section]) -> str | None:
        words = Counter(re.findall(r"[^\W\d_]+", " ".join(section.text for section in sections).casefold()))
        hits = {language: sum(words[word] for word in stops) for language, stops in self.labels.stop_words.items()}
        best = max(hits, key=lambda language: hits[language], default=None)
        return best if best and hits[best] >= 5 else self.language


def _plain(text: str) -> str:
    """Cell text without markup: breaks become newlines, list items `- `, entities characters."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _ITEM.sub("\n- ", text)))
    return html.unescape(text) if "&" in text else text


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Runs of lines between empty ones."""
    for filled, run in itertools.groupby(lines, key=bool):
        if filled:
            yield list(run)


def _without_year(cell: Cell) -> tuple[str | None, Cell]:
    """`Fall 2020` → 2020 and `Fall`; a cell that names several years keeps them."""
    text = " ".join(cell)
    years = {normal_year(match) for match in _YEAR.findall(text)}
    if len(years) != 1:
        return None, cell
    rest = tuple(bare for one in cell if (bare := clean(_YEAR.sub(" ", one)).strip(" ,/-")))
    return years.pop(), rest
