"""What divides a document: which headings are headings, and which blocks are label/value rows.

Comes in: blocks as a page or sheet shows them. Goes out: the same blocks with an author's own headings turned into
text, and the course of a page whose heading has no code. Apart from `understand.py`, because it decides by look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from courselens.read.document import LINE, Block, Document
from courselens.read.identity import Identity, parse_heading, split_codes
from courselens.read.labels import Labels
from courselens.read.values import clean


def structure(blocks: Sequence[Block], labels: Labels) -> list[Block]:
    """The blocks, headings that do not divide the document turned into paragraphs."""
    seen: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.kind == "heading" and not parse_heading(block.text):
            seen[block.style].append(block)
    known = {style: sum(_known(block.text, labels) for block in found) for style, found in seen.items()}
    sure = [style for style, found in seen.items() if found[0].sure and known[style]]
    sections = {style: {labels.section(block.text) for block in found} - {None} for style, found in seen.items()}
    main = max(sure, key=lambda style: (len(sections[style]), known[style]), default=None)
    dividing = {main} if main else set()
    for style in sure:
        # Smaller headings within the main ones are an author's own more often than not, even where a label is known.
        share = known[style] / len(seen[style])
        if main and seen[style][0].level > seen[main][0].level:
            inner = sum(_known(block.text, labels) and not labels.section(block.text) for block in seen[style])
            if share >= 0.75 and inner >= 0.5 * known[style]:
                dividing.add(style)
        elif share >= 0.5:
            dividing.add(style)
    if sum(known[style] for style in dividing) < 3:
        # Where nothing but bold type divides the text, bold lines do.
        bold = [style for style, found in seen.items() if not found[0].sure and known[style] >= 0.5 * len(found)]
        dividing.update(style for style in bold if known[style])
    levels = [seen[style][0].level for style in dividing]
    tagged = all(block.page is None for block in blocks)

    def divides(block: Block) -> bool:
        if parse_heading(block.text):
            return True
        if block.style in dividing:
            return block.style != LINE or _known(block.text, labels)
        if not levels:
            return block.sure
        return tagged and block.sure and block.level <= max(levels)

    return [
        replace(block, kind="paragraph") if block.kind == "heading" and not divides(block) else block
        for block in blocks
    ]


def _known(text: str, labels: Labels) -> bool:
    return bool(labels.all(text)) or bool(":" in text and labels.all(text.split(":")[0]))


def by_rows(document: Document, blocks: Sequence[Block], labels: Labels) -> dict[int, Identity]:
    """A course without a code in its heading: the code stands in a row, the title in a row or the first heading."""
    said: dict[str, str] = {}
    known = 0
    for block in blocks:
        label, values = as_row(block, labels)
        if label and values:
            identity = labels.identity(label)
            if identity:
                said.setdefault(identity, clean(values[0]))
            known += bool(labels.all(label))
        elif block.kind == "heading":
            known += bool(labels.find(block.text, "fields", "sections"))
    headings = [
        (index, block.text)
        for index, block in enumerate(blocks)
        if block.kind == "heading" and not labels.all(block.text)
    ]
    index, heading = headings[0] if headings else (-1, document.title or "")
    title = said.get("title") or heading
    if not title or known < (1 if "code" in said else 2):
        return {}
    named = parse_heading(title) if "code" not in said else None
    if named:
        return {index: named}
    codes = split_codes(said["code"]) if "code" in said else ()
    return {index: Identity(codes, clean(title), None, clean(heading or title))}


def as_row(block: Block, labels: Labels) -> tuple[str | None, tuple[str, ...]]:
    """Label and values of a row, or of a text `Label: value` whose label is known; (None, ()) for anything else."""
    if block.kind == "row":
        return block.text, block.values
    label, colon, value = block.text.partition(":")
    if colon and value.strip() and len(label) <= 60 and labels.all(label) and not labels.all(block.text):
        return label, (value.strip(),)
    dated = re.match(r"([^\d:]{3,40})\s(\d.*)", block.text) if len(block.text) < 60 else None
    meaning = labels.find(dated.group(1), "fields") if dated else None
    if dated and meaning and labels.kind(meaning.name) == "date":
        return dated.group(1), (dated.group(2),)
    return None, ()
