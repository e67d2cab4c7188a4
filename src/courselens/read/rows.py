"""Rows out of a table's bytes: CSV and TSV of any dialect, JSON, JSON Lines, Parquet in; header and cells out.

A cell is a list of texts: one for most, several where the source nests a list, none where it is empty.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courselens.course import Skipped
from courselens.errors import CourselensError
from courselens.read.labels import Labels
from courselens.read.text import decode
from courselens.read.values import clean

Cell = tuple[str, ...]

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 16 * 1024 * 1024
_HEADER_WITHIN = 20
"""Rows of titles and notes that may stand above a header."""


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: its `number` in the source from 1, its cells by header, and the JSON object that it was, if any."""

    number: int
    cells: Mapping[str, Cell]
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The headers in order, the rows as a stream, and rows that could not be read (complete once `rows` has run)."""

    headers: tuple[str, ...]
    rows: Iterator[Row]
    skipped: list[Skipped]


def open_table(data: bytes, file: str, ending: str, labels: Labels) -> Table:
    """The table in `data`. Raises CourselensError when the bytes are no table of the kind that the ending says."""
    if data.startswith(b"PAR1"):
        return _parquet(data, file)
    text = decode(data, file)
    if ending in (".json", ".jsonl", ".ndjson"):
        return _records(*_json(text, file, lines=ending != ".json"), file)
    return _separated(text, file, ending, labels)


# --- CSV and TSV ---------------------------------------------------------------------------------------------------


def _separated(text: str, file: str, ending: str, labels: Labels) -> Table:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    lines = io.StringIO(text, newline="")
    said = re.match(r"sep=(.)\r?\n", text)
    if said:  # written by spreadsheets for spreadsheets
        lines.seek(len(said.group()))
    delimiter = said.group(1) if said else "\t" if ending in (".tsv", ".tab") else _delimiter(text)
    reader = _checked(csv.reader(lines, delimiter=delimiter), file)
    _check_quotes(text, delimiter, file)
    first = list(itertools.islice(reader, _HEADER_WITHIN))
    at = _header_row([cells for _, cells in first], labels)
    if at is None:
        shown = [clean(cell) for cell in (first[0][1] if first else [])]
        raise CourselensError(
            "no header row",
            value=", ".join(shown)[:200],
            where=file,
            remedy="Put a first row that names the columns, such as Code, Title, Language, ECTS",
        )
    headers = distinct_names([clean(cell) for cell in first[at][1]])
    skipped: list[Skipped] = []
    body = itertools.chain(first[at + 1 :], reader)
    return Table(tuple(name for name in headers if name), _csv_rows(headers, body, file, skipped), skipped)


def _csv_rows(
    headers: Sequence[str], body: Iterable[tuple[int, list[str]]], file: str, skipped: list[Skipped]
) -> Iterator[Row]:
    number = 0
    for _, cells in body:
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if any(cell.strip() for cell in cells[len(headers) :]):
            reason = f"row of {len(cells)} cells under a header of {len(headers)}: a value holds a bare separator"
            skipped.append(Skipped(f"{file}, row {number}", reason))
            continue
        yield Row(number, {name: (cell,) for name, cell in zip(headers, cells, strict=False) if name and cell.strip()})


def _check_quotes(text: str, delimiter: str, file: str) -> None:
    """Raise where a quote that is never closed swallows all rows behind it."""
    if text.count('"') % 2 == 0:
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error as error:
        if "end of data" in str(error):
            raise CourselensError(
                "damaged table",
                value="a quote that is not closed",
                where=f"{file}, line {line}",
                remedy="Mend the quotes there, or export the table again",
            ) from error


def _checked(reader: Any, file: str) -> Iterator[tuple[int, list[str]]]:
    """The reader's rows with the line on which each ends."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CourselensError(
                "damaged table",
                value=str(error),
                where=f"{file}, line {reader.line_num}",
                remedy="Mend the quotes there, or export the table again",
            ) from error
        yield reader.line_num, cells


def _delimiter(text: str) -> str:
    """The separator under which the first rows fall into most columns, the same number in most rows."""
    head = text[:200_000]

    def score(delimiter: str) -> tuple[float, int]:
        rows = []
        try:
            for row in itertools.islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 60):
                if row:
                    rows.append(len(row))
        except csv.Error:
            return (0.0, 0)
        width, count = Counter(rows).most_common(1)[0] if rows else (1, 0)
        return (count / len(rows) if width > 1 else 0.0, width)

    return max(_DELIMITERS, key=score)


def _header_row(rows: Sequence[Sequence[str]], labels: Labels) -> int | None:
    """Index of the first row in which two labels are known, else of the first row with one."""
    known = [sum(bool(labels.all(clean(cell))) for cell in row if cell.strip() and len(cell) < 80) for row in rows]
    for enough in (2, 1):
        for at, count in enumerate(known):
            if count >= enough:
                return at
    return 0 if rows and all(_names(cell) for cell in rows[0]) else None


def _names(cell: str) -> bool:
    return bool(re.fullmatch(r"\s*[^\W\d][\w .#/()-]{0,60}\s*", cell))


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Headers that occur twice get a number behind."""
    seen: Counter[str] = Counter()
    out = []
    for name in names:
        seen[name] += 1
        out.append(name if not name or seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(out)


# --- JSON and Parquet ----------------------------------------------------------------------------------------------


def _json(text: str, file: str, *, lines: bool) -> tuple[list[tuple[int, Mapping[str, Any]]], list[Skipped]]:
    """Numbered records, and those that are none."""
    found: list[Any] = []
    skipped: list[Skipped] = []
    if not lines:
        try:
            found = _list_of_records(json.loads(text))
        except ValueError as error:
            if "\n{" not in text.strip():
                raise CourselensError(
                    "damaged JSON", value=str(error), where=file, remedy="Mend it there, or export it again"
                ) from error
            lines = True
    if lines:
        for line in text.splitlines():
            if line.strip():
                try:
                    found.append(json.loads(line))
                except ValueError as error:
                    found.append(f"damaged JSON: {error}")
    records: list[tuple[int, Mapping[str, Any]]] = []
    for number, one in enumerate(found, 1):
        if isinstance(one, dict):
            records.append((number, one))
        else:
            reason = one if isinstance(one, str) and one.startswith("damaged") else "not an object with names"
            skipped.append(Skipped(f"{file}, row {number}", reason))
    return records, skipped


def _list_of_records(data: Any) -> list[Any]:
    """The longest list of objects in the document: `{"courses": [{…}]}`, `{"CS 101": {…}}` (the name is the code)."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        return []
    lists = [
        value for value in data.values() if isinstance(value, list) and any(isinstance(one, dict) for one in value)
    ]
    if lists:
        return max(lists, key=len)
    inner = [value for value in data.values() if isinstance(value, dict)]
    if len(inner) == len(data) > 1 and set.intersection(*map(set, inner)):
        return [{"code": name, **value} for name, value in data.items()]
    deeper = [_list_of_records(value) for value in inner]
    return max((one for one in deeper if one), key=lambda one: (len(one), len(one[0])), default=[data])


def _records(records: Sequence[tuple[int, Mapping[str, Any]]], skipped: list[Skipped], file: str) -> Table:
    rows = [Row(number, dict(_flat(record)), record) for number, record in records]
    headers = dict.fromkeys(name for row in rows for name in row.cells)
    if not headers:
        raise CourselensError("no records", where=file, remedy="Give a list of objects, one a course")
    return Table(tuple(headers), iter(rows), skipped)


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Cell]]:
    """Names and cells of an object; an object within has its names behind the outer one (`exam form`)."""
    for name, value in record.items():
        header = f"{above} {name}".strip()
        if isinstance(value, Mapping):
            yield from _flat(value, header)
        else:
            cell = _cell(value)
            if cell:
                yield header, cell


def _cell(value: Any) -> Cell:
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, float):
        return () if value != value else (f"{value:g}",)
    if isinstance(value, (list, tuple)):
        return tuple(text for one in value for text in _cell(one))
    if isinstance(value, Mapping):  # a person, a book, an exam part: what it says, names first where it has some
        said = [*(value[key] for key in ("name", "title", "text") if key in value)]
        rest = [f"{key}: {', '.join(_cell(one))}" for key, one in value.items() if key not in ("name", "title", "text")]
        texts = [*(text for one in said for text in _cell(one))] or [text for text in rest if text]
        return (" ".join(texts),) if texts else ()
    text = str(value)
    return (text,) if text.strip() else ()


def _parquet(data: bytes, file: str) -> Table:
    import pyarrow  # loading it takes as long as reading fifty pages; most catalogues have no Parquet
    import pyarrow.parquet

    try:
        opened = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        names = tuple(opened.schema_arrow.names)
    except (pyarrow.ArrowException, OSError) as error:
        raise CourselensError(
            "damaged Parquet file", value=str(error)[:200], where=file, remedy="Export the table again"
        ) from error
    return Table(names, _parquet_rows(opened), [])


def _parquet_rows(opened: Any) -> Iterator[Row]:
    number = 0
    for batch in opened.iter_batches(batch_size=1024):
        for record in batch.to_pylist():
            number += 1
            yield Row(number, dict(_flat(record)), record)
