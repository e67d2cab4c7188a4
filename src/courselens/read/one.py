"""One file in, its courses or the reason for none out: decides what the file is, and calls its reader.

Pure but for reading the file, so that it runs in worker processes as well as in this one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from courselens.course import Course, Skipped, Source
from courselens.errors import CourselensError
from courselens.read.document import Document
from courselens.read.html import read_html
from courselens.read.labels import Labels
from courselens.read.pdf import read_pdf
from courselens.read.sources import system_reason
from courselens.read.table import TABLES, read_rows
from courselens.read.text import read_text
from courselens.read.understand import no_course, understand

MAX_PAGE = 64 * 1024 * 1024
"""Bytes of the largest page, sheet or text; a course has a few kilobytes, so a larger file is something else."""

MAX_TABLE = 2 * 1024 * 1024 * 1024
"""Bytes of the largest table; it is held in memory while it is read."""

_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".asp", ".aspx", ".php", ".jsp")
_TEXTS = (".txt", ".text", ".md")
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|main|article|table|h1|h2|div|p|ul|title|meta)\b", re.IGNORECASE
)
_MAGIC = (
    (b"PK\x03\x04", "an Office file or ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a rich text file"),
    (b"SQLite format 3", "a database"),
)
_READERS: Mapping[str, Callable[[bytes, str], list[Document]]] = {
    "html": read_html,
    "pdf": read_pdf,
    "text": read_text,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a file gave: courses, or the `reason` for none; `skipped` are rows of a table that gave none.

    `unchanged`: the file's bytes are known and were not parsed.
    """

    name: str
    courses: tuple[Course, ...] = ()
    reason: str | None = None
    sha256: str | None = None
    unchanged: bool = False
    error: CourselensError | None = None
    skipped: tuple[Skipped, ...] = ()


def read_one(path: Path, name: str, labels: Labels, known: frozenset[str] = frozenset()) -> Outcome:
    """Read one file. Never raises for what the file is; `error` keeps what a reader raised, for a source given by name.

    `known` are SHA-256 digests of files whose courses the caller has from an earlier read.
    """
    digest = None
    try:
        size = path.stat().st_size
        limit = MAX_TABLE if path.suffix.lower() in TABLES else MAX_PAGE
        if size > limit:
            return Outcome(name, reason=f"too large: {size / 2**20:,.0f} MiB, the limit is {limit / 2**20:,.0f} MiB")
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest in known:
            return Outcome(name, sha256=digest, unchanged=True)
        return _parse(data, name, path.suffix.lower(), labels, digest)
    except OSError as error:
        return Outcome(name, reason=system_reason(error))
    except CourselensError as error:
        detail = f": {error.value}" if error.value not in (None, "") else ""
        return Outcome(name, reason=f"{error.what}{detail}", sha256=digest, error=error)
    except MemoryError:
        return Outcome(name, reason="too large for the memory of this machine", sha256=digest)
    except Exception as error:  # one page that a reader cannot bear must not stop ten thousand others
        return Outcome(name, reason=f"the reader failed: {type(error).__name__}: {error}", sha256=digest)


def _parse(data: bytes, name: str, ending: str, labels: Labels, digest: str) -> Outcome:
    kind = kind_of(data, name, ending)
    if kind == "table":
        table = read_rows(data, name, labels)
        courses = [with_source(course, sha256=digest) for course in table.courses]
        reason = None if courses else "no course found: the table has no rows with a title"
        return Outcome(name, tuple(courses), reason, digest, skipped=table.skipped)
    documents = _READERS[kind](data, name)
    courses = [course for one in documents for course in understand(one, labels, Source(name, sha256=digest))]
    why = "; ".join(dict.fromkeys(no_course(one) for one in documents)) or "no course found"
    return Outcome(name, tuple(courses), None if courses else why, digest)


def with_source(course: Course, *, file: str | None = None, sha256: str | None = None) -> Course:
    """The course with another file name or digest in its source."""
    source = replace(course.source, file=file or course.source.file, sha256=sha256 or course.source.sha256)
    return replace(course, source=source)


def kind_of(data: bytes, name: str, ending: str) -> str:
    """`html`, `pdf`, `text` or `table`: by the content where it tells, else by the ending.

    Raises CourselensError with the reason for a file that is nothing of these, or not what its ending says.
    """
    if not data.strip():
        raise CourselensError("empty file", where=name, remedy="Fetch it again")
    looks = _looks(data)
    if ending == ".pdf" and looks != "pdf":
        what = f"not a PDF but {_NAMES[looks]}" if looks in _NAMES else "not a PDF"
        raise CourselensError(what, where=name, remedy="Fetch it again")
    if looks in ("pdf", "parquet"):
        return "pdf" if looks == "pdf" else "table"
    if ending in TABLES:
        if looks == "html" or ending in (".parquet", ".pq"):
            what = f"not a table but {_NAMES[looks]}" if looks in _NAMES else "not a Parquet file"
            raise CourselensError(what, where=name, remedy="Fetch it again")
        return "table"
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise CourselensError(
                f"{what}, which is not read", where=name, remedy="Save it as HTML, PDF, text, CSV, JSON or Parquet"
            )
    if looks == "html" or ending in _PAGES:
        return "html"
    if ending in _TEXTS:
        return "text"
    shown = ending or "no ending"
    raise CourselensError(f"unsupported ending ({shown})", where=name, remedy="Give HTML, PDF, text or a table")


_NAMES = {"html": "an HTML page", "pdf": "a PDF", "parquet": "a Parquet file"}


def _looks(data: bytes) -> str:
    head = data[:4096]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PAR1"):
        return "parquet"
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<") and (_HTML.search(start) or start.startswith(b"<?xml")):
        return "html"
    return "other"
