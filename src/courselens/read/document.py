"""The one intermediate form of pages, sheets and texts: headings, label/value rows, paragraphs and list items.

`html.py`, `pdf.py` and `text.py` make a `Document`; `understand.py` turns it into courses. Menus, scripts, running
headers and footers are gone by then, and what a heading looked like is kept only as an opaque `style`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

LINE = "line"
"""Style of headings that nothing tells but their standing alone: only those with a known label count."""

Kind = Literal["heading", "row", "paragraph", "item"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document, in reading order.

    `text` is the heading, paragraph or list item, or the label of a row; `values` are a row's values, one for each
    element or line of the source. `level` ranks headings (1 is highest) and nests list items (from 1). Headings that
    look alike share a `style`; `sure` is false where only bold type makes a line a heading. `page` counts from 1.
    """

    kind: Kind
    text: str
    values: tuple[str, ...] = ()
    level: int = 0
    style: str = ""
    sure: bool = True
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content. `title` and `language` are what the file says of itself; `links` are texts of its links.

    `running` holds what stands at the top or bottom of every page (once).
    """

    file: str
    blocks: tuple[Block, ...]
    title: str | None = None
    language: str | None = None
    url: str | None = None
    pages: int | None = None
    running: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


# --- words divided at line ends ------------------------------------------------------------------------------------

_LINKING = frozenset(("und", "oder", "and", "or", "og", "eller", "bzw", "sowie", "bis", "to", "samt", "och", "et"))
_PREFIXES = frozenset(
    (
        *("self", "non", "co", "re", "pre", "post", "multi", "cross", "ex", "semi", "anti", "inter", "well", "e"),
        *("de", "sub", "meta", "pro"),
    )
)
_DIVIDED = re.compile(r"[^\W_][-‐‑]\s*$")
_WORD = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")


class Hyphens:
    """Decides, by the words of the document itself, whether a hyphen at a line end belongs to the word.

    A real compound (`Re-exam`, `Supply- und Demand`) keeps it; a word divided by the typesetter loses it. `lines` are
    all lines of the document.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.words: Counter[str] = Counter()
        for line in lines:
            found = _WORD.findall(line.casefold())
            # The last piece of a divided line and the first of the next are no evidence of words.
            self.words.update(found[:-1] if line.rstrip().endswith("-") else found)
        divided = [_halves(first, second) for first, second in pairwise(lines) if _DIVIDED.search(first)]
        joined = sum(self._known(left, right) == "joined" for left, right in divided if left and right)
        # Typesetters that divide words do so on many lines; real compounds seldom meet a line end.
        self.divides = joined > 0 or len(divided) > max(3, 0.03 * len(lines))

    def join(self, first: str, second: str) -> str:
        """The text of two successive lines of one paragraph."""
        first, second = first.rstrip(), second.lstrip()
        if first.endswith("\u00ad"):
            return first[:-1] + second
        if not _DIVIDED.search(first):
            return f"{first} {second}" if first and second else first + second
        left, right = _halves(first, second)
        if not right or right in _LINKING:
            return f"{first} {second}"
        address = re.search(r"[/@:]|www|\d", first.split(" ")[-1])
        if not second[0].islower() or left in _PREFIXES or address:
            return first + second
        known = self._known(left, right)
        if known == "joined" or (known is None and self.divides and left not in self.words):
            return first[:-1] + second
        return first + second

    def _known(self, left: str, right: str) -> str | None:
        joined, compound = self.words[left + right], self.words[f"{left}-{right}"]
        if joined == compound:
            return None
        return "joined" if joined > compound else "compound"


def _halves(first: str, second: str) -> tuple[str, str]:
    left = re.search(r"([^\W_]+)[-‐‑]\s*$", first)
    right = re.match(r"\s*([^\W_]+\.?)", second)
    return (left.group(1).casefold() if left else "", right.group(1).casefold().rstrip(".") if right else "")


def join_lines(lines: Iterable[str], hyphens: Hyphens) -> str:
    """The lines of one paragraph as one text."""
    text = ""
    for line in lines:
        text = hyphens.join(text, line) if text else line
    return text
