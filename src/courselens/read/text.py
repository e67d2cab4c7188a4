"""Bytes to text, and plain text files to a `Document`: lines of their own that end nowhere are headings."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from courselens.errors import CourselensError
from courselens.read.document import LINE, Block, Document, Hyphens, join_lines
from courselens.read.values import clean

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = re.compile(
    "[^\x00-\x7f\xa0\xa7\xab\xb0\xb4\xb7\xbb\xbd\xc0-\xd6\xd8-\xf6\xf8-\xff"
    "\u0152\u0153\u0160\u0161\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac]"
)
"""What Windows-1252 text of Western Europe does not hold."""
_LABELLED = re.compile(r"[^:]{2,40}:\s\S")
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([a-zA-Z0-9_.:-]+)""")


def decode(data: bytes, file: str) -> str:
    """The text of a file: byte-order mark, else UTF-16 by its zeros, else UTF-8, else the encoding it declares, else
    Windows-1252 where that gives letters of Western Europe, else the one it looks like.

    Raises CourselensError when the bytes are no text.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    wide = _unmarked_wide(data[:4096])
    if wide:
        return _checked(data.decode(wide, "replace"), file)
    try:
        return _checked(_once(data.decode("utf-8")), file)
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:2048])
    if declared:
        try:
            name = codecs.lookup(declared.group(1).decode("ascii")).name
            # A page that declares UTF-8 and is not is old Windows text more often than damaged UTF-8.
            return _checked(data.decode("cp1252" if name in ("utf-8", "iso8859-1", "ascii") else name), file)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    western = data.decode("cp1252", "replace")
    if not _FOREIGN.search(western):
        return _checked(western, file)
    best = from_bytes(data[:200_000]).best()
    if best is None or best.encoding in ("utf_7",):
        raise _unreadable(file)
    return _checked(data.decode(best.encoding, "replace"), file)


def _unmarked_wide(data: bytes) -> str | None:
    """UTF-16 without its mark: of Western text every second byte is zero, and no other."""
    if len(data) < 16:
        return None
    even, odd = (data[start::2].count(0) / len(data[start::2]) for start in (0, 1))
    return "utf-16-le" if odd > 0.7 and even < 0.1 else "utf-16-be" if even > 0.7 and odd < 0.1 else None


def _once(text: str) -> str:
    """UTF-8 that was taken for Windows-1252 and encoded again (`lÃ¦ring`), put right where most of it is so."""
    if not re.search("[Ã-Åâ][\x80-\xbf\u0152-\u2122]", text):
        return text
    kept = 0

    def mend(match: re.Match[str]) -> str:
        nonlocal kept
        try:
            return b"".join(map(_western_byte, match.group())).decode("utf-8")
        except UnicodeError:
            kept += 1
            return match.group()

    mended, runs = re.subn("[^\x00-\x7f]+", mend, text)
    return mended if kept < 0.5 * runs else text


def _western_byte(char: str) -> bytes:
    # Five bytes have no letter in Windows-1252; programs pass them through as they are.
    return char.encode("latin-1" if "\x80" <= char <= "\x9f" else "cp1252")


def _checked(text: str, file: str) -> str:
    controls = len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text[:4096]))
    if controls > 8 and controls > 0.02 * min(len(text), 4096):
        raise _unreadable(file)
    return text


def _unreadable(file: str) -> CourselensError:
    return CourselensError("unreadable encoding", where=file, remedy="Save it as UTF-8 text, HTML or PDF")


def read_text(data: bytes, file: str) -> list[Document]:
    """The document that a plain text file holds, in a list.

    A line alone between others is a heading when it is short and ends no sentence; underlines (`====`) and `#` marks
    count. `Label: value` stays a paragraph, which `understand` reads as a row when it knows the label.
    """
    if not data.strip():
        raise CourselensError("empty file", where=file, remedy="Fetch it again")
    lines = decode(data, file).replace("\t", "    ").splitlines()
    hyphens = Hyphens([line for line in lines if line.strip()])
    blocks: list[Block] = []
    paragraph: list[str] = []

    def flush() -> None:
        if paragraph:
            blocks.append(Block("paragraph", clean(join_lines(map(clean, paragraph), hyphens))))
            paragraph.clear()

    index = 0
    width = max((len(line) for line in lines), default=0)
    while index < len(lines):
        line, text = lines[index], clean(lines[index])
        after = clean(lines[index + 1]) if index + 1 < len(lines) else ""
        marks = re.match(r"(#{1,6})\s+(\S.*)", text)
        if not text:
            flush()
        elif marks:
            flush()
            blocks.append(Block("heading", marks.group(2).strip("# "), level=len(marks.group(1)), style="#marks"))
        elif re.fullmatch(r"(=|-|~|\*){3,}", after) and len(text) <= 120:
            flush()
            blocks.append(Block("heading", text, level=1 if after[0] == "=" else 2, style=f"underlined {after[0]}"))
            index += 1
        elif re.match(r"\s*(?:[-*•·]|\d{1,2}[.)])\s+\S", line):
            flush()
            numbered = bool(re.match(r"\s*\d", line))
            words = text if numbered else text[1:].strip()
            blocks.append(Block("item", words, level=1, style="numbered" if numbered else ""))
        elif not paragraph and _alone(text) and (not after or (len(text) < 50 and not after[0].islower())):
            blocks.append(Block("heading", text, level=3, style=LINE, sure=False))
        else:
            paragraph.append(line)
            ended = len(line) < 0.6 * width and re.search(r"[.!?:]$", text)
            if ended or _LABELLED.match(text):
                flush()
        index += 1
    flush()
    return [Document(file, tuple(blocks))]


def _alone(text: str) -> bool:
    return len(text) <= 100 and not re.search(r"[.;,!?-]$", text) and not _LABELLED.match(text)
