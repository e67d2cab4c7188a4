"""An HTML page in, a `Document` out: the content of the page without menus, scripts and footers.

Headings, definition lists, tables of two columns, lists and paragraphs become blocks in reading order. Only the
meaning of HTML is used, no class name of any catalogue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from courselens.errors import CourselensError
from courselens.read.document import Block, Document
from courselens.read.text import decode
from courselens.read.values import clean, linked_address

_DROPPED = frozenset(
    (
        *("script", "style", "noscript", "template", "nav", "footer", "head", "svg", "math", "iframe", "object"),
        *("select", "option", "input", "textarea", "canvas", "audio", "video", "map", "dialog", "button"),
    )
)
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog", "alert", "toolbar"))
_CHROME = re.compile(
    r"(?:^|[-_])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|cookies?|modal|pagination|skip|jumpbox|sitemap)(?:$|[-_])"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
        ),
        *("figure", "figcaption", "form", "header", "hr", "html", "li", "main", "ol", "p", "section", "summary"),
        *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "legend", "hgroup", "menu", "label"),
        *_HEADINGS,
    )
)
_NO_HEADING = "table, dl, ul, ol, p, h1, h2, h3, h4, h5, h6"
"""What no heading holds."""
_LONGEST_LABEL = 80
_OBFUSCATED = re.compile(r"\(?\s*\b\d{1,3}-(?:[0-9a-f]{2}){6,}\b\s*\)?")
_BULLET = re.compile(r"^[-–•·▪◦‣*]\s+(?=\S)")


def read_html(data: bytes, file: str) -> list[Document]:
    """The document that an HTML page holds, in a list (one page, one document, also with several courses).

    Raises CourselensError with the reason when the bytes are empty, no text, or nested beyond reason. A page without a
    course is a document like any other: `understand` finds nothing in it, and `no_course` tells why.
    """
    if not data.strip():
        raise CourselensError("empty file", where=file, remedy="Fetch it again")
    tree = LexborHTMLParser(decode(data, file))
    body = tree.body
    if body is None:
        return [Document(file, ())]
    html = tree.root
    title = tree.css_first("title")
    root = _content(body)
    walker = _Walker(most=0.5 * len(root.text(deep=True) or ""))
    links = tuple(dict.fromkeys(text for text in (_text(link) for link in root.css("a[href]")) if text))
    try:
        walker.walk(root)
    except RecursionError as error:
        raise CourselensError("page nested too deeply", where=file, remedy="Mend its markup") from error
    walker.flush()
    return [
        Document(
            file,
            tuple(walker.blocks),
            title=_text(title) or None if title is not None else None,
            language=(html.attributes.get("lang") if html is not None else None) or None,
            url=_canonical(tree),
            links=links,
        )
    ]


def _canonical(tree: LexborHTMLParser) -> str | None:
    link = tree.css_first('link[rel="canonical"]')
    url = link.attributes.get("href") if link is not None else None
    return url if url and url.startswith("http") else None


def _content(body: LexborNode) -> LexborNode:
    """`<main>` where it holds a good part of the page, else the body."""
    total = len(body.text(deep=True) or "")
    for selector in ("main", '[role="main"]', "article"):
        found = body.css(selector)
        if len(found) == 1 and len(found[0].text(deep=True) or "") > 0.15 * total:
            return found[0]
    return body


def _name(node: LexborNode) -> str:
    return (node.tag or "").lower()


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _dropped(node: LexborNode) -> bool:
    """Whether an element is no content: scripts, menus, footers, dialogs; never one that holds a page's heading."""
    name = _name(node)
    if name in ("script", "style", "head", "template", "noscript"):
        return True
    attributes = node.attributes
    marks = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().split()
    drop = (
        name in _DROPPED
        or (attributes.get("role") or "").lower() in _ROLES
        or (attributes.get("aria-hidden") or "").lower() == "true"
        or "hidden" in attributes
        or any(_CHROME.search(mark) for mark in marks)
    )
    if name == "header" and not drop:
        drop = node.css_first("h1, h2, h3") is None and node.parent is not None and _name(node.parent) == "body"
    if drop and name == "button":
        return not _toggles(node)
    return drop and (name in _DROPPED or node.css_first("h1") is None)


def _toggles(node: LexborNode) -> bool:
    """Whether an element opens and closes a part of the page: then it is that part's heading."""
    attributes = node.attributes
    opens = "aria-controls" in attributes or "data-toggle" in attributes or "data-bs-toggle" in attributes
    return opens and bool(_text(node))


def _text(node: LexborNode) -> str:
    """All text of an element on one line."""
    pieces: list[str] = []
    _gather(node, pieces)
    return clean(_OBFUSCATED.sub(" ", "".join(pieces)))


def _gather(node: LexborNode, pieces: list[str]) -> None:
    for child in _children(node):
        name = _name(child)
        if name == "-text":
            pieces.append(child.text(deep=False) or "")
        elif name == "br":
            pieces.append("\n")
        elif name not in _DROPPED and not name.startswith("-") and name != "!doctype":
            space = name in _BLOCKS
            pieces.append(" " if space else "")
            _gather(child, pieces)
            pieces.append(" " if space else "")


def _lines(node: LexborNode) -> list[str]:
    """The texts of an element's own elements and lines: `<div>Bachelor</div><div>Master</div>` are two."""
    walker = _Walker()
    for part in _glued(node) or [node]:
        walker.walk(part)
        walker.flush()
    return [
        f"{block.text}: {'; '.join(block.values)}" if block.kind == "row" else block.text for block in walker.blocks
    ]


def _glued(node: LexborNode) -> list[LexborNode]:
    """Inline elements of one kind with nothing between them, each a value: `<span>Danish</span><span>German</span>`."""
    inner = [child for child in _children(node) if _name(child) != "-comment"]
    parts = [child for child in inner if _name(child) != "-text"]
    said = any(_name(child) == "-text" and (child.text(deep=False) or "").strip() for child in inner)
    same = len({_name(child) for child in parts}) == 1 and _name(parts[0]) in ("span", "a", "em", "i", "strong", "b")
    return parts if len(parts) > 1 and not said and same else []


@dataclass
class _Walker:
    """Walks an element and gathers its blocks; `inline` holds the text of the paragraph that is being read.

    An element with more than `most` characters is content, whatever it is called.
    """

    most: float = math.inf
    blocks: list[Block] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    bold: int = 0
    plain: int = 0
    depth: int = 0

    def walk(self, node: LexborNode) -> None:
        for child in _children(node):
            self._node(child)

    def flush(self) -> None:
        """End the paragraph; one that is bold throughout may be a heading."""
        text = clean(_OBFUSCATED.sub(" ", "".join(self.inline)))
        heading = self.bold > 0 and self.plain == 0 and len(text) <= 120
        self.inline, self.bold, self.plain = [], 0, 0
        if not text:
            return
        if heading and not self.depth:
            self.blocks.append(Block("heading", text, level=6, style="bold", sure=False))
        elif self.depth or _BULLET.match(text):
            self.blocks.append(Block("item", _BULLET.sub("", text, count=1), level=max(1, self.depth)))
        else:
            self.blocks.append(Block("paragraph", text))

    def _node(self, node: LexborNode) -> None:
        name = _name(node)
        if name == "-text":
            self._say(node.text(deep=False) or "", False)
        elif name == "br":
            self.flush()
        elif name.startswith(("-", "!")) or self._drops(node):
            return
        elif name in _HEADINGS or node.attributes.get("role") == "heading":
            self._heading(node, _HEADINGS.get(name, 2), name)
        elif name in ("summary", "legend") or (name in ("a", "button") and _toggles(node)):
            self._heading(node, 2, f"{name} toggle")
        elif name == "dl":
            self.flush()
            self._definitions(node)
        elif name == "table":
            self.flush()
            self._table(node)
        elif name in ("ul", "ol"):
            self.flush()
            self._list(node)
        elif name in ("b", "strong"):
            self._strong(node)
        elif name == "a":
            self.walk(node)
            address = linked_address(node.attributes.get("href") or "")
            self.inline += [f" ({address})"] if address and "@" not in (node.text(deep=True) or "@") else []
        elif name in _BLOCKS:
            self.flush()
            self.walk(node)
            self.flush()
        else:
            self.walk(node)

    def _drops(self, node: LexborNode) -> bool:
        return _dropped(node) and (_name(node) in _DROPPED or len(node.text(deep=True) or "") <= self.most)

    def _say(self, text: str, bold: bool) -> None:
        self.inline.append(text)
        size = len(text.strip(" \t\r\n\u00a0:"))
        self.bold += size if bold else 0
        self.plain += 0 if bold else size

    def _strong(self, node: LexborNode) -> None:
        if any(_name(inner) in _BLOCKS or _name(inner) == "br" for inner in node.css("*") if inner != node):
            self.walk(node)
        else:
            self._say(_spaced(node), True)

    def _heading(self, node: LexborNode, level: int, style: str) -> None:
        self.flush()
        text = _text(node)
        children = list(_children(node))
        first = next((at for at, child in enumerate(children) if child.css_first(_NO_HEADING) is not None), None)
        before = "".join(map(_spaced, children[:first]))
        if first is not None and (clean(before) or node.css_first("table") is not None):
            # A heading that is never closed: the page follows within it.
            text = clean(before)
        else:
            first = None
        if text:
            self.blocks.append(Block("heading", text, level=level, style=style))
        for child in children[first:] if first is not None else ():
            self._node(child)
        self.flush()

    def _definitions(self, node: LexborNode) -> None:
        label: str | None = None
        values: list[str] = []

        def done() -> None:
            if label:
                self.blocks.append(Block("row", label, tuple(values)))
            values.clear()

        for child in node.css("dt, dd"):
            if _inside(child, node, "dl"):
                continue
            if _name(child) == "dt":
                done()
                label = _text(child)
            else:
                values += _lines(child)
        done()

    def _list(self, node: LexborNode) -> None:
        items = [child for child in _children(node) if _name(child) == "li" and not _dropped(child)]
        pairs = _number_pairs([_text(item) for item in items])
        if pairs:
            self.blocks += pairs
            return
        self.depth += 1
        for child in _children(node):
            self._node(child)
            self.flush()
        self.depth -= 1

    def _table(self, node: LexborNode) -> None:
        rows = [row for row in node.css("tr") if not _inside(row, node, "table")]
        cells = [[cell for cell in _children(row) if _name(cell) in ("td", "th")] for row in rows]
        if any(_lays_out(cell) for row in cells for cell in row):
            # A table that lays the page out; rows of it may still be labels and values.
            for row in cells:
                if len(row) == 2 and not any(map(_lays_out, row)) and len(_text(row[0])) <= _LONGEST_LABEL:
                    self._table_row(row, header=False)
                    continue
                for cell in row:
                    self.walk(cell)
                    self.flush()
            return
        cells = _filled_columns(cells)
        caption = node.css_first("caption")
        if caption is not None and _text(caption):
            self._heading(caption, 6, "caption")
        for number, row in enumerate(cells):
            self._table_row(row, header=number == 0 and len(cells) > 2 and all(_name(cell) == "th" for cell in row))

    def _table_row(self, row: list[LexborNode], *, header: bool) -> None:
        if not row:
            return
        label = _text(row[0])
        if len(row) == 1:
            self.walk(row[0])
            self.flush()
        elif len(row) == 2 and label:
            self.blocks.append(Block("row", label, tuple(_lines(row[1])), style="header" if header else ""))
        elif any(_text(cell) for cell in row):
            values = tuple(_text(cell) for cell in row[1:])
            self.blocks.append(Block("row", label, values, style="header" if header else "table"))


def _lays_out(cell: LexborNode) -> bool:
    """Whether a cell holds parts of a page rather than a value."""
    return cell.css_first("h1, h2, h3, h4, h5, h6, table, dl") is not None


def _filled_columns(rows: list[list[LexborNode]]) -> list[list[LexborNode]]:
    """The rows without columns that are empty in all of them, which only keep a distance."""
    width = max(map(len, rows), default=0)
    empty = [
        column
        for column in range(1, width)
        if width > 2 and not any(_text(row[column]) for row in rows if len(row) > column)
    ]
    return [[cell for column, cell in enumerate(row) if column not in empty] for row in rows] if empty else rows


def _spaced(node: LexborNode) -> str:
    pieces: list[str] = []
    if _name(node) == "-text":
        return node.text(deep=False) or ""
    _gather(node, pieces)
    return "".join(pieces)


def _inside(node: LexborNode, root: LexborNode, name: str) -> bool:
    """Whether another element `name` stands between `node` and `root`."""
    parent = node.parent
    while parent is not None and parent != root:
        if _name(parent) == name:
            return True
        parent = parent.parent
    return False


def _number_pairs(items: Iterable[str]) -> list[Block]:
    """A list that alternates words and numbers is a table: `Lectures`, `98`, `Exam`, `1` → rows."""
    texts = list(items)
    if len(texts) < 4 or len(texts) % 2:
        return []
    labels, values = texts[::2], texts[1::2]
    number = re.compile(r"\d[\d.,]*\s*%?")
    if not all(number.fullmatch(value) for value in values[1:]) or any(number.fullmatch(label) for label in labels):
        return []
    first = 0 if number.fullmatch(values[0]) else 1
    return [Block("row", label, (value,)) for label, value in zip(labels[first:], values[first:], strict=True)]
