"""A PDF file in, a `Document` out.

Bytes become lines with their places and type here; `layout.py` makes blocks of them.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from courselens.errors import CourselensError
from courselens.read.document import Document
from courselens.read.layout import Line, Style, blocks_of, is_bullet
from courselens.read.values import clean

_TOKEN = re.compile(r"[^ \t\u2002-\u200a\u3000]+")
_LINE = re.compile("[^\r\n\ufffe\x02]+")
_NUMBER = r"\d+(?:\s*(?:/|of|von|af)\s*\d+)?"
_PAGE_NUMBER = re.compile(
    rf"\s*(?:\b(?:page|seite|side|p\.|s\.)\s*{_NUMBER}|\d+\s*(?:/|of|von|af)\s*\d+|^\d+)\s*$", re.I
)
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)


def read_pdf(data: bytes, file: str) -> list[Document]:
    """The document that the bytes of a PDF file hold, in a list (one file, one document).

    Raises CourselensError with the reason: not a PDF, encrypted, damaged, empty, or without text (a scan).
    """
    if not data.strip():
        raise CourselensError("empty file", where=file, remedy="Fetch it again")
    if b"%PDF-" not in data[:1024]:
        raise CourselensError("not a PDF", where=file, remedy="Name the file by what it is, or fetch it again")
    try:
        with pdfium.PdfDocument(data) as pdf:
            pages = [_read_page(pdf, number) for number in range(len(pdf))]
    except pdfium.PdfiumError as error:
        # pdfium's message may tell of an earlier file; only an encrypted one has this key.
        encrypted = b"/Encrypt" in data and any(word in str(error).casefold() for word in ("password", "security"))
        what = "encrypted PDF" if encrypted else "damaged PDF"
        remedy = "Save it without a password" if encrypted else "Fetch it again, or print it to a new PDF"
        raise CourselensError(what, value=str(error), where=file, remedy=remedy) from error
    if not any(pages):
        raise CourselensError("no text in this PDF", where=file, remedy="If it is a scan, run it through OCR first")
    body, running = _without_running(pages)
    return [Document(file, tuple(blocks_of(body)), pages=len(pages), running=running)]


def _read_page(pdf: pdfium.PdfDocument, number: int) -> list[Line]:
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        return _in_reading_order(list(_Page(text_page, number + 1).lines()))
    finally:
        text_page.close()
        page.close()


class _Page:
    """Reads lines out of one text page, asking pdfium only at the ends of words: calls are what reading costs."""

    def __init__(self, text_page: pdfium.PdfTextPage, number: int) -> None:
        self.raw = text_page.raw
        self.number = number
        count = max(text_page.count_chars(), 0)
        self.text = text_page.get_text_range() if count else ""
        if len(self.text) != count:
            codes = [raw.FPDFText_GetUnicode(self.raw, index) for index in range(count)]
            self.text = "".join(chr(code) if code < 0x110000 else " " for code in codes)
        self._box = raw.FS_RECTF()
        self._box_ref = ctypes.byref(self._box)
        self._origin = (ctypes.c_double(), ctypes.c_double())
        self._matrix = raw.FS_MATRIX()
        self._colour = tuple(ctypes.c_uint() for _ in range(4))
        self._fonts: dict[int, tuple[str, bool]] = {}

    def lines(self) -> Iterator[Line]:
        """Lines in the order of the file; pdfium marks a hyphen at a line end by U+FFFE or 0x02."""
        for match in _LINE.finditer(self.text):
            end = match.end()
            divided = end < len(self.text) and self.text[end] in "\ufffe\x02"
            line = self._line(match.start(), match.group(), divided)
            if line is not None:
                yield line

    def _line(self, offset: int, text: str, divided: bool) -> Line | None:
        words, starts, ends, places = [], [], [], []
        box = self._box
        for match in _TOKEN.finditer(text):
            word = clean(match.group())
            if not word:
                continue
            first, last = offset + match.start(), offset + match.end() - 1
            raw.FPDFText_GetLooseCharBox(self.raw, first, self._box_ref)
            starts.append(box.left)
            if last > first:
                raw.FPDFText_GetLooseCharBox(self.raw, last, self._box_ref)
            ends.append(box.right)
            words.append(word)
            places.append((first, last))
        if not words:
            return None
        # The first word may be a bullet in a font of its own.
        lone = len(words) > 1 and len(words[0]) == 1
        style = self._style(places[1 if lone else 0][0])
        bullet = lone and (is_bullet(words[0]) or self._style(places[0][0]).family != style.family)
        style = style if bullet or not lone else self._style(places[0][0])
        whole = not bullet and style == self._style(places[-1][1]) and style == self._style(places[len(places) // 2][0])
        raw.FPDFText_GetCharOrigin(self.raw, places[1 if bullet else 0][0], *self._origin)
        y = self._origin[1].value
        return Line(words, starts, ends, y, style, whole, self.number, divided, bullet)

    def _style(self, index: int) -> Style:
        font = raw.FPDFTextObj_GetFont(raw.FPDFText_GetTextObject(self.raw, index))
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address not in self._fonts:
            self._fonts[address] = self._font(index)
        family, bold = self._fonts[address]
        scaled = raw.FPDFText_GetMatrix(self.raw, index, self._matrix)
        scale = abs(self._matrix.d) or abs(self._matrix.b) or 1.0 if scaled else 1.0
        size = raw.FPDFText_GetFontSize(self.raw, index) * scale
        raw.FPDFText_GetFillColor(self.raw, index, *self._colour)
        red, green, blue, _ = (part.value for part in self._colour)
        return Style(family, round(size * 2) / 2, bold, red << 16 | green << 8 | blue)

    def _font(self, index: int) -> tuple[str, bool]:
        buffer, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self.raw, index, buffer, 128, flags)
        name = buffer.value.decode("utf-8", "replace").split("+")[-1]
        bold = bool(_BOLD.search(name)) or raw.FPDFText_GetFontWeight(self.raw, index) >= 600
        return re.split(r"[,-]|(?<=[a-z])(?=Bold|Italic|Oblique|Regular)", name)[0], bold


# --- order of reading, running headers and footers -----------------------------------------------------------------


def _in_reading_order(lines: list[Line]) -> list[Line]:
    """Top to bottom, pieces on one baseline merged; pages set in columns keep the order of the file."""
    lines = _with_raised(lines)
    if _two_columns(lines):
        return lines
    merged: list[Line] = []
    for level in _baselines(lines):
        last: Line | None = None
        for line in sorted(level, key=lambda line: line.x):
            if last is not None and line.x >= last.right - 1:
                merged[-1] = last = last.beside(line)
            else:
                merged.append(line)
                last = line
    return merged


def _baselines(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines from top to bottom, those of one height together."""
    level: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if level and level[0].y - line.y >= 0.35 * line.style.size:
            yield level
            level = []
        level.append(line)
    if level:
        yield level


def _with_raised(lines: Sequence[Line]) -> list[Line]:
    """Lines with raised or lowered pieces (`4th ed.`) put back: these go on where the piece before them ends."""
    out: list[Line] = []
    for line in lines:
        last = out[-1] if out else None
        near = last is not None and abs(last.y - line.y) < 0.7 * max(line.style.size, last.style.size)
        if last is not None and near and -1 < line.x - last.right < 0.25 * last.style.size and not last.divided:
            words = [*last.words[:-1], last.words[-1] + line.words[0]]
            glued = replace(last, words=words, ends=[*last.ends[:-1], line.ends[0]])
            out[-1] = glued.beside(line.part(1)) if len(line.words) > 1 else glued
        else:
            out.append(line)
    return out


def _two_columns(lines: Sequence[Line]) -> bool:
    """Whether running text stands in two columns: many long lines begin right of the middle, beside others."""
    if not lines:
        return False
    left, right = min(line.x for line in lines), max(line.right for line in lines)
    middle = (left + right) / 2
    long = [line for line in lines if line.right - line.x > 0.3 * (right - left)]
    beyond = [line for line in long if line.x >= middle - 5]
    return len(beyond) > 6 and len(beyond) > 0.25 * len(long)


def _without_running(pages: Sequence[Sequence[Line]]) -> tuple[list[Line], tuple[str, ...]]:
    """Lines without what stands at the top or bottom of (nearly) every page, and these texts once."""
    heights = [line.y for page in pages for line in page]
    low, high = min(heights), max(heights)
    band = 0.1 * (high - low)
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.style.size] += len(line.text)
    body_size = sizes.most_common(1)[0][0]

    def edge(line: Line) -> bool:
        return line.y <= low + band or line.y >= high - band

    def form(line: Line) -> str:
        return f"{round(line.y / 3)} " + re.sub(r"\d+", "#", line.text)

    seen = Counter(text for page in pages for text in {form(line) for line in page if edge(line)})
    often = {text for text, count in seen.items() if len(pages) > 1 and count >= max(2, 0.6 * len(pages))}

    def runs(line: Line) -> bool:
        last = line.y <= low + 0.5 and line.style.size < body_size + 0.1
        return (last and bool(_PAGE_NUMBER.search(line.text))) or (edge(line) and form(line) in often)

    body: list[Line] = []
    running: list[Line] = []
    for page in pages:
        for line in page:
            (running if runs(line) else body).append(line)
    return body, tuple(dict.fromkeys(_PAGE_NUMBER.sub("", line.text) for line in running))
