"""What the columns of a table mean: headers and some rows in, a role for each column out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Literal

import yaml
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from courselens.errors import CourselensError
from courselens.read.identity import parse_heading, split_codes
from courselens.read.labels import Label, Labels, normalise_label, own_name
from courselens.read.rows import Row
from courselens.read.values import clean

Room = Literal["identity", "fields", "sections"]
_ROOMS: tuple[Room, ...] = ("identity", "fields", "sections")
_NEAR = 90
"""Likeness (rapidfuzz ratio, 0 to 100) from which a header is taken for a misspelt label."""
_LONG_WORD = 7
"""Letters of a header from which one slip (a letter more, less, other, or two exchanged) leaves it recognisable."""
_FAIR = 60
"""Likeness from which a label is offered as "did you mean"."""
_LONG = 160
"""Median length from which an unknown column is a section rather than a field."""
_PREFIX = re.compile(r"[^\W\d_]{1,8}(?:[/&. -][^\W\d_]{1,8})*")
_NUMBER = re.compile(r"[A-Za-z]?\d{1,5}[A-Za-z]{0,3}(?:\.\d+)?")
_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its `header`, the `room` and canonical `name` of what it tells. `language` is that of the label."""

    header: str
    room: Room
    name: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table. `code` names the columns whose values, one space between, make the code."""

    title: str
    code: tuple[str, ...]
    year: str | None
    title_en: str | None
    address: str | None
    others: tuple[Column, ...]


def understand_columns(headers: Sequence[str], sample: Sequence[Row], labels: Labels, file: str) -> Columns:
    """The roles of all columns, decided by their headers and, where these leave it open, by the values of `sample`.

    Raises CourselensError that names the columns when none holds the title.
    """
    said = {header: _texts(sample, header) for header in headers}
    outer = {name for row in sample if row.record for name in row.record}
    nested = {header for header in headers if outer and header not in outer}
    meanings = {header: _inner(header, labels) if header in nested else _meaning(header, labels) for header in headers}
    exact = {header for header in headers if labels.all(header)}

    def identity(name: str) -> str | None:
        found = [
            header for header in headers if (one := meanings[header]) and (one.room, one.name) == ("identity", name)
        ]
        return min(found, key=lambda header: (header not in exact, headers.index(header))) if found else None

    code, title = _code(headers, said, identity("code")), identity("title")
    if title is None and len(code) == 1 and not _mostly(said[code[0]], _is_code):
        title, code = code[0], ()
    if title is None:
        raise _no_title(headers, labels, file)
    if not code and _mostly(said[title], lambda text: parse_heading(text) is not None):
        code = ()  # the title brings the code along
    year, title_en = identity("year"), identity("title_en")
    address = next((header for header in headers if said[header] and _mostly(said[header], _ADDRESS.fullmatch)), None)
    used = {title, year, title_en, address, *(code if len(code) == 1 else code[1:])}
    others = [_column(header, meanings[header], said[header]) for header in headers if header not in used]
    return Columns(title, code, year, title_en, address, tuple(others))


def _texts(sample: Sequence[Row], header: str) -> list[str]:
    return [clean(" ".join(row.cells[header])) for row in sample if header in row.cells]


def _meaning(header: str, labels: Labels) -> Label | None:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", header)
    found = labels.find(spaced, *_ROOMS)
    if found is None and not labels.all(spaced):
        near = _near(spaced, labels, _NEAR)
        found = labels.find(near, *_ROOMS) if near else None
    return found


def _inner(header: str, labels: Labels) -> Label | None:
    """The meaning of a name within an object: `details language` means language, `lecturer name` the lecturer."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", header).split()
    found = labels.find(" ".join(words), *_ROOMS)
    for start in range(1, len(words)):
        found = found or labels.find(" ".join(words[start:]), "fields", "sections")
    if found is None and words[-1].casefold() in ("name", "value", "text", "label"):
        found = labels.find(" ".join(words[:-1]), *_ROOMS)
    return found


def _near(header: str, labels: Labels, cutoff: float) -> str | None:
    text = normalise_label(header)
    if len(text) < 4:
        return None
    known = _known(labels)
    best = process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=cutoff)
    if best is None and len(text) >= _LONG_WORD and text.isalpha():  # letters exchanged: `Langauge`
        return next((one for one in known if OSA.distance(text, one, score_cutoff=1) <= 1), None)
    return str(best[0]) if best else None


def _known(labels: Labels) -> list[str]:
    return [text for text, found in labels.meanings.items() if any(label.room in _ROOMS for label in found)]


def _column(header: str, meaning: Label | None, texts: Sequence[str]) -> Column:
    if meaning and meaning.room in ("fields", "sections"):
        return Column(header, "fields" if meaning.room == "fields" else "sections", meaning.name, meaning.language)
    long = bool(texts) and median(map(len, texts)) >= _LONG
    return Column(header, "sections" if long else "fields", own_name(header))


# --- identity ------------------------------------------------------------------------------------------------------


def _code(headers: Sequence[str], said: Mapping[str, Sequence[str]], whole: str | None) -> tuple[str, ...]:
    """The column of the code, or the two of which it is made: one with letters, one with numbers."""
    if whole is not None and _mostly(said[whole], _is_code) and not _mostly(said[whole], _NUMBER.fullmatch):
        return (whole,)
    parts = _code_parts()
    numbers = [header for header in headers if normalise_label(header) in parts["code_number"] or header.strip() == "#"]
    number = next((header for header in [*numbers, whole] if header and _mostly(said[header], _NUMBER.fullmatch)), None)
    if number:
        for header in headers:
            named = header != number and normalise_label(header) in parts["code_prefix"]
            if named and _mostly(said[header], _PREFIX.fullmatch) and _mostly(said[header], _is_short):
                return (header, number)
    return (whole,) if whole else ((number,) if number else ())


@lru_cache(maxsize=1)
def _code_parts() -> Mapping[str, frozenset[str]]:
    text = Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8")
    return {name: frozenset(map(normalise_label, words)) for name, words in yaml.safe_load(text).items()}


def _is_code(text: str) -> bool:
    """Whether a text is codes and nothing else; letters, digits and their separators, at least one digit."""
    return (
        len(text) <= 60
        and bool(re.search(r"\d", text))
        and parse_heading(text) is None
        and all(" " not in one or _short(one) for one in split_codes(text))
    )


def _short(text: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d_]{1,6}(?:/[^\W\d_]{1,6})*\s\d\w*", text))


def _is_short(text: str) -> bool:
    return len(text) <= 8


def _mostly(texts: Sequence[str], test: object) -> bool:
    assert callable(test)
    return bool(texts) and sum(bool(test(text)) for text in texts) >= 0.8 * len(texts)


def _no_title(headers: Sequence[str], labels: Labels, file: str) -> CourselensError:
    titles = [text for text, found in labels.meanings.items() if any(label.name == "title" for label in found)]
    near = [
        (best[1], header, best[0])
        for header in headers
        if not labels.all(header)
        and (best := process.extractOne(normalise_label(header), titles, scorer=fuzz.ratio, score_cutoff=_FAIR))
    ]
    hint = "Name one of them Title, or give its name to the title in a file for --labels"
    if near:
        _, header, label = max(near)
        hint = f"Did you mean {label.capitalize()!r} by {header!r}? Rename it, or add it in a file for --labels"
    return CourselensError("no column for the title", value=", ".join(headers), where=file, remedy=hint)
