"""Tables set as lines: cells divided by ` -- ` under a header of known labels, rows that wrap.

Comes in: the header's labels and the lines below it. Goes out: the cells of each row.
"""

from __future__ import annotations

import re

from courselens.read.values import clean


def cells_of(text: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\s--(?=\s|$)", text)]


class LineTable:
    """Lines divided by ` -- ` under a header of known labels; a row may wrap over several lines."""

    def __init__(self, header: list[str], page: int | None, heading: str | None) -> None:
        self.header = header
        self.page = page
        self.heading = heading
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        self.lines.append(clean(text))

    def rows(self) -> list[list[str]]:
        """The cells of each row. A line opens a row where it begins as the first one does and the last row is full."""
        joined: list[str] = []
        begins = _like(self.lines[0].split(" ")[0]) if self.lines else re.compile("(?!)")
        for line in self.lines:
            # A full line may hold the beginning of the next row.
            for piece in re.split(rf"\s(?={begins.pattern}\s)", line):
                full = bool(joined) and len(cells_of(joined[-1])) >= len(self.header)
                if not joined or (full and begins.match(piece)):
                    joined.append(piece)
                else:
                    joined[-1] += f" {piece}"
        return [self._fitted(cells_of(line)) for line in joined]

    def _fitted(self, cells: list[str]) -> list[str]:
        """As many cells as the header has: of more, empty ones at the end are none, and the first holds a divider."""
        width = len(self.header)
        while len(cells) > width and not cells[-1].strip("- "):
            cells = cells[:-1]
        over = len(cells) - width
        return [" -- ".join(cells[: over + 1]), *cells[over + 1 :]] if over > 0 else cells


def _like(word: str) -> re.Pattern[str]:
    """Words made as this one is: `8,049,1.00` is like `8,050,1.01`. A word of letters alone is like none."""
    pieces = re.findall(r"\d+|[^\W\d_]+|.", word)
    if not any(piece.isdigit() for piece in pieces):
        return re.compile("(?!)")
    made = (r"\d+" if piece.isdigit() else r"[^\W\d_]+" if piece.isalpha() else re.escape(piece) for piece in pieces)
    return re.compile("".join(made))
