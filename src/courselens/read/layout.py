"""Lines of a page in, blocks of a `Document` out: what a line is follows from its place, its type, its neighbours.

Text in larger, bolder or differently coloured type is a heading; a wide gap at a shared place divides labels from
values; short lines end paragraphs; bullets and indents make lists. No phrase of any catalogue is used here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from courselens.read.document import Block, Hyphens, join_lines

BULLETS = "·•◦▪■□●○‣⁃∙➢➤►▶✓§-–—*"
_NUMBERED = re.compile(r"(?:\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_UNENDED = re.compile(r"(?:,|&|\b(?:and|og|und|of|for|in|til|af|für|von|the))$")
_ENDED = re.compile(r"[.!?:;…]['\"”»)]?$")


@dataclass(frozen=True, slots=True)
class Style:
    """What type looks like; `size` in points. Italics do not count: they mark words, not headings."""

    family: str
    size: float
    bold: bool
    colour: int

    @property
    def key(self) -> str:
        """One text for this look."""
        return f"{self.family} {self.size:g}{' bold' if self.bold else ''} #{self.colour:06x}"


@dataclass
class Line:
    """One line: words with the places where they begin and end (points from the left), baseline `y` from the bottom.

    `whole` says that all of it has one style, `divided` that it ends in a hyphen, `bullet` that its first word is one.
    """

    words: list[str]
    starts: list[float]
    ends: list[float]
    y: float
    style: Style
    whole: bool
    page: int
    divided: bool = False
    bullet: bool = False

    @cached_property
    def text(self) -> str:
        """The words, and the hyphen at the line end."""
        return " ".join(self.words) + ("-" if self.divided else "")

    @property
    def x(self) -> float:
        """Where the line begins."""
        return self.starts[0]

    @property
    def right(self) -> float:
        """Where the line ends."""
        return self.ends[-1]

    def part(self, first: int, last: int | None = None) -> Line:
        """The words from `first` up to `last`."""
        cut = slice(first, last)
        words, starts, ends = self.words[cut], self.starts[cut], self.ends[cut]
        return Line(words, starts, ends, self.y, self.style, self.whole, self.page, self.divided and last is None)

    def beside(self, other: Line) -> Line:
        """This line and the one right of it as one."""
        whole = self.whole and self.style == other.style
        if len(self.words) == 1 and is_bullet(self.words[0]):
            self = replace(self, style=other.style, bullet=True)
            whole = False
        words, starts, ends = self.words + other.words, self.starts + other.starts, self.ends + other.ends
        return Line(words, starts, ends, self.y, self.style, whole, self.page, other.divided, self.bullet)

    def gap(self, least: float) -> int | None:
        """Index of the first word after a gap of `least` times the type's size, None where there is none."""
        least *= self.style.size
        for index in range(1, len(self.words)):
            if self.starts[index] - self.ends[index - 1] > least:
                return index
        return None


def is_bullet(word: str) -> bool:
    """Whether a word is one character that marks list items."""
    return len(word) == 1 and (word in BULLETS or "\ue000" <= word <= "\uf8ff")


def blocks_of(lines: Sequence[Line]) -> Iterator[Block]:
    """The blocks that lines in reading order make."""
    if not lines:
        return
    layout = _Layout(lines)
    columns = _columns(lines)
    index = 0
    while index < len(lines):
        if index in columns:
            end = _row_end(lines, index, columns)
            yield layout.row(index, end, columns[index])
        else:
            end = layout.block_end(index, columns)
            yield layout.block(index, end)
        index = end


class _Layout:
    """What is usual in this document: body type, margins, line distance; and what follows from them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.hyphens = Hyphens([line.text for line in lines])
        weights: Counter[Style] = Counter()
        for line in lines:
            weights[line.style] += len(line.text)
        self.body = weights.most_common(1)[0][0]
        self.left = min(line.x for line in lines)
        self.right = max(line.right for line in lines)
        gaps = [self._gap(index) for index in range(1, len(lines))]
        self.leading = median([gap for gap in gaps if 0.8 < gap < 2] or [1.3])
        self.items = [self._is_item(line) for line in lines]
        self.headings = [self._is_heading(line) and not item for line, item in zip(lines, self.items, strict=True)]
        self.margins = self._margins()
        # Bold type within a paragraph stresses words.
        for index in range(1, len(lines)):
            if self.headings[index] and not self._stands_out(lines[index].style) and self._flows(index):
                self.headings[index] = self.headings[index - 1]
        self._stressed()
        self.bullets = sorted({round(line.x) for line, item in zip(lines, self.items, strict=True) if item})
        ranks = {self._rank(line.style) for line, heading in zip(lines, self.headings, strict=True) if heading}
        self.levels = {rank: level for level, rank in enumerate(sorted(ranks, reverse=True), 1)}

    def _stressed(self) -> None:
        """A bold line that flows on into a line that is no heading is no heading either, nor are those before it."""
        for index in range(len(self.lines) - 1, 0, -1):
            above = self.lines[index - 1]
            bold = self.headings[index - 1] and not self._stands_out(above.style)
            if bold and not self.headings[index] and not self.items[index] and self._flows(index):
                self.headings[index - 1] = False

    def _rank(self, style: Style) -> tuple[float, bool, str]:
        return (style.size, style.bold, style.key)

    def _stands_out(self, style: Style) -> bool:
        """Larger than the body, or of another family and colour: more than a stressed word."""
        body = self.body
        return style.size > body.size + 0.4 or (style.family != body.family and style.colour != body.colour)

    def _is_heading(self, line: Line) -> bool:
        """A whole line in larger, bolder or otherwise different type (another colour alone marks links)."""
        style = line.style
        if not line.whole or len(line.text) > 200 or style.size < self.body.size - 0.1:
            return False
        return self._stands_out(style) or (style.bold and not self.body.bold)

    def _is_item(self, line: Line) -> bool:
        if len(line.words) < 2:
            return False
        if line.bullet and not line.words[0].isdigit():
            return True
        return line.x > self.left + 5 and bool(_NUMBERED.match(line.text))

    def _margins(self) -> list[float]:
        """The right margin at each line: that of its stretch between headings where some lines reach it."""
        margins = [self.right] * len(self.lines)
        start = 0
        for end in range(1, len(self.lines) + 1):
            if end < len(self.lines) and not self.headings[end]:
                continue
            rights = [line.right for line in self.lines[start:end]]
            reach = max(rights)
            near = sum(reach - right < 0.05 * (self.right - self.left) for right in rights)
            if near >= 3 and reach > 0.85 * self.right:
                margins[start:end] = [reach] * (end - start)
            start = end
        return margins

    def _gap(self, index: int) -> float:
        """Distance of a line from the one above, in its own size; large across pages and upwards."""
        above, line = self.lines[index - 1], self.lines[index]
        down = above.y - line.y
        return down / line.style.size if above.page == line.page and down > 0 else 99.0

    def _room(self, index: int) -> bool:
        """Whether the first word of this line would have fitted on the line above: then the break is meant."""
        above, line = self.lines[index - 1], self.lines[index]
        free = self.margins[index - 1] - above.right
        wide = 0.06 * (self.right - self.left)
        return free > wide and free > line.ends[0] - line.starts[0] + 0.6 * line.style.size

    def _flows(self, index: int) -> bool:
        """Whether this line follows the one above at the usual distance, and that one is full."""
        return self._gap(index) <= min(self.leading * 1.15, 2.5) and not self._room(index)

    def _goes_on(self, start: int, index: int) -> bool:
        """Whether this line goes on with the paragraph, item or heading of the line above, which began at `start`."""
        above, line = self.lines[index - 1], self.lines[index]
        if self.items[index] or self.headings[index] != self.headings[index - 1]:
            return False
        if self.headings[index]:
            return line.style == above.style and self._gap(index) < 1.6 and not self._room(index)
        if above.page != line.page:
            # Over a page break only a full line that ends no sentence goes on, or an item whose text hangs.
            hangs = self.items[start] and self.lines[start].bullet and line.x > self.lines[start].x + 3
            ended = _ENDED.search(above.text) is not None and not above.divided and not hangs
            return not self._room(index) and not ended and abs(line.style.size - above.style.size) < 0.1
        if self._gap(index) > min(self.leading * 1.15, 2.5):
            return False
        return above.divided or not self._room(index) or self._mid_sentence(start, index)

    def _mid_sentence(self, start: int, index: int) -> bool:
        """Whether a break with room to spare falls within a sentence: a small letter after a long line that ends none.

        Not in a list without marks, whose lines begin small one and all.
        """
        above, first = self.lines[index - 1], self.lines[start].text.lstrip("(«„“\"'")
        long = above.right - above.x > 0.45 * (self.right - self.left) or above.text.endswith(",")
        long = long or (self.items[start] and index > start + 1)
        begins = self.items[start] or not first[:1].islower()
        small = self.lines[index].text[0].islower() and not _NUMBERED.match(self.lines[index].text)
        return long and begins and small and not _ENDED.search(above.text)

    def block_end(self, start: int, columns: dict[int, float]) -> int:
        """The end of the block that begins at line `start`."""
        end = start + 1
        first = self.lines[start]
        while end < len(self.lines) and end not in columns and self._goes_on(start, end):
            line = self.lines[end]
            outdented = self.items[start] and line.page == first.page and line.x < first.x - 1
            if outdented and (first.bullet or not self._flows(end)):
                break
            end += 1
        return end

    def block(self, start: int, end: int) -> Block:
        """The heading, item or paragraph of these lines."""
        first = self.lines[start]
        if self.headings[start]:
            text = join_lines((line.text for line in self.lines[start:end]), self.hyphens)
            level, sure = self.levels[self._rank(first.style)], self._stands_out(first.style)
            return Block("heading", text, level=level, style=first.style.key, sure=sure, page=first.page)
        if not self.items[start]:
            text = join_lines((line.text for line in self.lines[start:end]), self.hyphens)
            return Block("paragraph", text, page=first.page)
        texts = [(first.part(1) if first.bullet else first).text]
        text = join_lines([*texts, *(line.text for line in self.lines[start + 1 : end])], self.hyphens)
        depth = sum(x < first.x - 3 for x in self.bullets) + 1
        return Block("item", text, level=depth, style="" if first.bullet else "numbered", page=first.page)

    def row(self, start: int, end: int, place: float) -> Block:
        """The label and the values of these lines; a value goes on over lines that are full."""
        first = self.lines[start]
        cut = next(index for index, x in enumerate(first.starts) if x >= place - 0.1)
        cells: list[str] = []
        rest: Line | None = first.part(cut)
        while rest is not None:
            at = rest.gap(1.8)
            cells.append(" ".join(rest.words[:at]) + ("-" if rest.divided and not at else ""))
            rest = rest.part(at) if at else None
        for index in range(start + 1, end):
            line, above = self.lines[index], self.lines[index - 1]
            goes_on = not line.text[0].isupper() or above.divided or _UNENDED.search(above.text)
            if goes_on or not self._room(index):
                cells[-1] = self.hyphens.join(cells[-1], line.text)
            else:
                cells.append(line.text)
        return Block("row", " ".join(first.words[:cut]), tuple(cells), page=first.page)


# --- label/value rows ----------------------------------------------------------------------------------------------


def _columns(lines: Sequence[Line]) -> dict[int, float]:
    """For each line that is a row: where its first value begins.

    A row has a gap of about its type's size at a place that another row near it shares, or a very wide gap.
    """
    places: dict[int, float] = {}
    for index, line in enumerate(lines):
        found = line.gap(0.8)
        if found == 1 and (line.bullet or _NUMBERED.match(f"{line.words[0]} x")):
            continue
        if found and len(" ".join(line.words[:found])) <= 80:
            places[index] = line.starts[found]
    rows: dict[int, float] = {}
    for index, place in places.items():
        near = [other for other in range(index - 4, index + 5) if other != index and other in places]
        if any(abs(places[other] - place) < 1.5 for other in near) or lines[index].gap(4.0):
            rows[index] = place
    wide = {place for index, place in rows.items() if lines[index].gap(1.8)}
    return {index: place for index, place in rows.items() if any(abs(place - other) < 1.5 for other in wide)}


def _row_end(lines: Sequence[Line], start: int, columns: dict[int, float]) -> int:
    """A row goes on over lines that begin where its value begins."""
    end = start + 1
    while end < len(lines) and end not in columns:
        line, above = lines[end], lines[end - 1]
        near = line.page == above.page and 0 < above.y - line.y < 1.9 * line.style.size
        if not near or abs(line.x - columns[start]) > 1.5:
            break
        end += 1
    return end
