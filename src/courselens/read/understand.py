"""Documents to courses: the one understanding of labels that pages, sheets and texts share.

Comes in: a `Document`, whatever file it was. Goes out: its courses, with canonical fields, exam parts and sections;
labels that nobody knows are kept under their own names. What it cannot decide by labels it decides by look: headings
of a style in which known labels stand are headings, other headings are part of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from courselens.course import Course, ExamPart, Field, Section, Source
from courselens.read.document import Block, Document
from courselens.read.exams import ExamBlock, exam_form, join_values
from courselens.read.identity import Identity, course_headings, find_year, split_codes, unmarked_heading
from courselens.read.labels import Label, Labels, own_name
from courselens.read.linetable import LineTable, cells_of
from courselens.read.lists import card_headings, table_courses, with_entries
from courselens.read.prose import taught_in
from courselens.read.structure import as_row, by_rows, structure
from courselens.read.values import clean, read_addresses, read_departments


def understand(document: Document, labels: Labels, source: Source) -> list[Course]:
    """The courses of a document, `group` left as the key; an empty list where there is none.

    A course has a code and at least one known field or section, or a title and two of them.
    """
    blocks = with_entries(structure(document.blocks, labels), labels)
    starts = course_headings(blocks) or unmarked_heading(blocks, labels)
    if not starts:
        starts = by_rows(document, [block for block in blocks if block.style not in ("header", "table")], labels)
        if not any(one.codes for one in starts.values()):
            listed = table_courses(document, blocks, labels, source)
            if listed:
                return listed
        starts = card_headings(blocks, labels) or by_rows(document, blocks, labels)
    made = []
    order = sorted(starts)
    for start, end in zip(order, [*order[1:], len(blocks)], strict=bool(order)):
        reader = _Reader(labels, listed=len(order) > 1)
        if len(order) == 1:
            # Facts may stand above the heading.
            reader.read(block for block in blocks[: max(start, 0)] if block.kind == "row" and labels.all(block.text))
        reader.read(blocks[start + 1 : end])
        before = [block.text for block in blocks[: max(order[0], 0)]]
        around = [*reversed(before), *reader.preamble, *document.running, document.title or "", starts[start].heading]
        reader.running(document.running)
        page = blocks[max(start, 0)].page
        course = reader.course(starts[start], around, replace(source, url=source.url or document.url), page)
        if course is not None:
            made.append(course)
    return made


def no_course(document: Document) -> str:
    """Why a document gave no course, as the reason for skipping it."""
    words = sum(len(block.text.split()) for block in document.blocks)
    if document.links and words < 60 + 12 * len(document.links):
        names = ", ".join(document.links[:4]) + (", …" if len(document.links) > 4 else "")
        return f"no course found; it lists links to {names}"
    return "no course found" if words else "no course found: it holds no text"


# --- one course ----------------------------------------------------------------------------------------------------


_DESCRIPTION = 80
"""Characters from which a paragraph under no heading is taken for the course's description."""
_SHORT_DESCRIPTION = 20
"""The same in a list of courses, where it follows the course's own heading."""
_LOOSE = 99
"""Level of a description that stands under no heading."""


@dataclass
class _Open:
    """What is being read: a section, a field told by a heading, or an identity (title_en) told by a heading."""

    kind: str
    name: str
    heading: str
    level: int
    page: int | None
    lines: list[str] = field(default_factory=list)
    doubt: bool = False


@dataclass
class _Told:
    """A field told by a paragraph (`Level: Bachelor`), and what was known of it before: more values may follow."""

    name: str
    label: str
    values: list[str]
    page: int | None
    before: Field | None


class _Reader:
    """Reads the blocks of one course, in order."""

    def __init__(self, labels: Labels, *, listed: bool = False) -> None:
        self.labels = labels
        self.least = _SHORT_DESCRIPTION if listed else _DESCRIPTION
        self.fields: dict[str, Field] = {}
        self.sections: list[Section] = []
        self.parts: list[ExamPart] = []
        self.exam_ects: list[Field] = []
        self.said: dict[str, str] = {}
        self.people: list[str] = []
        self.languages: Counter[str] = Counter()
        self.preamble: list[str] = []
        self.open: _Open | None = None
        self.exam: ExamBlock | None = None
        self.table: LineTable | None = None
        self.container: str | None = None
        self.pending: str | None = None
        self.told: _Told | None = None

    def read(self, blocks: Iterable[Block]) -> None:
        given = list(blocks)
        following: list[Block | None] = [*given[1:], None]
        for block, after in zip(given, following, strict=False):
            if block.kind == "heading":
                self._heading(block, after)
            else:
                self._content(block, after)
        self._close()

    # headings

    def _heading(self, block: Block, after: Block | None) -> None:
        label, values = as_row(block, self.labels)
        if label:
            self._close()
            self._row(block, label, values)
            return
        if self.exam and self._names_exam(block, after) and not self._leaves_exam(block.text):
            self._close_open()
            if _is_row(after) and not self.labels.all(block.text):
                self.exam.name(block.text)
            else:
                self.exam.open(block.text)
            return
        self._close()
        meaning = self._meaning(block.text)
        name = meaning.name if meaning else own_name(block.text)
        if meaning:
            self.languages[meaning.language] += 1
        self.container = None
        if meaning and meaning.room == "parts":
            if name in ("exam", "exam_part"):
                self.exam = ExamBlock(clean(block.text), block.level, block.page, self.labels)
            elif name == "container":
                self.container = clean(block.text)
            else:
                self.open = _Open("noise" if name == "noise" else "sections", name, block.text, block.level, block.page)
                self.open.name = own_name(block.text)
        else:
            kind = meaning.room if meaning else "sections"
            self.open = _Open(kind, name, clean(block.text), block.level, block.page, doubt=meaning is None)

    def _meaning(self, text: str) -> Label | None:
        found = self.labels.find(text, "parts", "sections", "fields", "identity")
        if found and found.room == "parts" and found.name == "exam_row":
            return self.labels.find(text, "sections", "fields") or found
        return found

    def _names_exam(self, block: Block, after: Block | None) -> bool:
        """Whether a heading stands within the exam block: a deeper one, or a name above rows of an exam."""
        if self.exam is None or block.level > self.exam.level:
            return self.exam is not None
        row = after is not None and _is_row(after) and self.labels.find(after.text, "exam") is not None
        return row and block.level == self.exam.level and not self.labels.all(block.text)

    def _leaves_exam(self, text: str) -> bool:
        """Whether a deeper heading ends the exam block: it holds other headings, or tells a fact about the course."""
        inside = self.labels.find(text, "exam") or self.labels.find(text, "parts")
        if inside and (inside.room == "exam" or inside.name == "exam_row"):
            return False
        outside = self.labels.find(text, "parts", "fields", "identity")
        return bool(outside)

    # content

    def _content(self, block: Block, after: Block | None) -> None:
        if self.table is not None and block.kind != "row":
            self.table.add(block.text)
            return
        if self.exam and not self.open:
            if block.kind == "row":
                self.exam.row(block.text, block.values)
            elif _is_row(after) and _is_name(block.text) and not self.labels.all(block.text):
                self.exam.name(block.text)
            else:
                self.exam.text(_line(block))
            return
        label, values = as_row(block, self.labels)
        if self.open and block.kind == "paragraph" and self._dates(block.text):
            self._close_open()
            self.pending = block.text
            return
        if self.open:
            if label and (self.open.level == _LOOSE or self._is_fact(block, label, values)):
                self._row(block, label, values)
            else:
                self.open.lines.append(_line(block))
            return
        if label:
            self._row(block, label, values)
        elif not self._opens_table(block):
            self._loose(block)

    def _is_fact(self, block: Block, label: str, values: tuple[str, ...]) -> bool:
        """Within a section, a row is a fact of the course only where its label means a field and its value reads.

        In running text only a date of change is one; it ends what is open.
        """
        meaning = self.labels.find(label, "fields", "identity")
        if meaning is None or self.labels.section(label) or self.open is None or self.open.kind == "noise":
            return False
        if block.kind != "row":
            dated = self.labels.kind(meaning.name) == "date" and len(block.text) < 60
            dated = dated and self.labels.canonical(meaning.name, values) is not None
            if dated:
                self._close_open()
            return dated
        return meaning.room == "identity" or self.labels.canonical(meaning.name, values) is not None

    def _dates(self, text: str) -> bool:
        """Whether a text is the label of a date, which stands in the next paragraph."""
        meaning = self.labels.find(text, "fields") if len(text) < 40 else None
        return meaning is not None and self.labels.kind(meaning.name) == "date"

    def _loose(self, block: Block) -> None:
        """Text under no heading: what introduces the course is its description."""
        text = block.text
        self.preamble.append(text)
        if self.pending is not None:
            label, self.pending = self.pending, None
            self._row(block, label, (text,))
            return
        if self._tells_more(block):
            return
        named = self.labels.find(text, "identity", "fields") if len(text) < 60 else None
        if named:
            self.pending = text
            return
        if len(text) > self.least and not self.container and block.kind == "paragraph":
            heading = self.container or ""
            self.open = _Open("sections", "content", heading, _LOOSE, block.page, [_line(block)])

    def _tells_more(self, block: Block) -> bool:
        """Whether a paragraph is one more value of the field that the paragraphs before it tell; then it is read."""
        told, text = self.told, block.text
        if told is None:
            return False
        rule, kind = self.labels.rules.get(told.name), self.labels.kind(told.name)
        more = kind in ("people", "list") and len(text) <= 120 and not text.endswith(".")
        if rule and kind == "words":
            more = len(text) <= 60 and (block.kind == "item" or rule.pattern.match(text) is not None)
        if not more or self.labels.all(text):
            self.told = None
            return False
        told.values.append(text)
        self.fields.pop(told.name, None)
        if told.before:
            self.fields[told.name] = told.before
        self._field(told.name, told.values, told.label, told.page)
        return True

    def _opens_table(self, block: Block) -> bool:
        cells = cells_of(block.text)
        if len(cells) < 2 or sum(self.labels.field(cell) is not None for cell in cells) < 2:
            return False
        self.table = LineTable([clean(cell) for cell in cells], block.page, self.container)
        return True

    # rows

    def _row(self, block: Block, label: str, values: tuple[str, ...]) -> None:
        self.told = None
        label = clean(label).rstrip(":")
        meaning = self.labels.find(label, "identity", "fields", "sections", "exam", "parts")
        if meaning:
            self.languages[meaning.language] += 1
        if meaning and meaning.room == "identity":
            text = clean(values[0]) if values else ""
            if not self.labels.vocabulary.is_absent(text):
                self.said.setdefault(meaning.name, text)
        elif meaning and meaning.room == "sections":
            self._section(meaning.name, label, "\n".join(map(clean, values)), block.page)
        elif meaning and meaning.room == "parts" and meaning.name == "noise":
            return
        else:
            name = meaning.name if meaning and meaning.room == "fields" else own_name(label)
            before = self.fields.get(name)
            self._field(name, values, label, block.page)
            if block.kind != "row" and self.least == _DESCRIPTION:
                self.told = _Told(name, label, list(values), block.page, before)

    def _field(self, name: str, values: Sequence[str], label: str, page: int | None) -> None:
        found = self.labels.canonical(name, values, label=label, page=page)
        if found is None:
            if self.labels.kind(name) == "number":  # `Course capacity: No limit` says what no number does
                self._section(name, label, "\n".join(map(clean, values)), page)
            return
        known = self.fields.get(found.name)
        self.fields[found.name] = _merge(known, found) if known else found
        if self.labels.kind(name) == "people":
            self.people += values

    def _section(self, name: str, heading: str, text: str, page: int | None) -> None:
        text = re.sub(r"\n{2,}", "\n", text).strip()
        if not self.labels.vocabulary.is_absent(text):
            self.sections.append(Section(name, heading, text, page))

    # closing

    def _close(self) -> None:
        self._close_open()
        self.pending = self.told = None
        if self.table is not None:
            self._close_table(self.table)
            self.table = None
        if self.exam is not None:
            self.parts += self.exam.parts()
            for said in self.exam.facts.get("ects", ()):
                found = self.labels.canonical("ects", said, page=self.exam.page)
                self.exam_ects += [found] if found else []
            for said in self.exam.facts.get("grading_scale", ()):
                self._field("grading_scale", said, "", self.exam.page)
            section = self.exam.section()
            if section:
                self.sections.append(section)
            self.exam = None

    def _close_open(self) -> None:
        said, self.open = self.open, None
        if said is None or said.kind == "noise":
            return
        lines = [line for line in said.lines if line.strip()]
        if said.kind == "identity":
            if lines:
                self.said.setdefault(said.name, clean(lines[0]))
        elif said.kind == "fields" and lines:
            values = [re.sub(r"^- ", "", line) for line in lines]
            if self.labels.section(said.heading) and sum(map(len, lines)) > 160:
                self._section(self.labels.section(said.heading) or said.name, said.heading, "\n".join(lines), said.page)
            else:
                self._field(said.name, values, said.heading, said.page)
        elif lines:
            short = said.doubt and len(lines) <= 3 and all(len(line) <= 80 for line in lines)
            if short and self.fields:
                self._field(said.name, [re.sub(r"^- ", "", line) for line in lines], said.heading, said.page)
            else:
                self._section(said.name, said.heading, "\n".join(lines), said.page)

    def _close_table(self, table: LineTable) -> None:
        rows = table.rows()
        for column, label in enumerate(table.header):
            name = self.labels.field(label)
            cells = [row[column] for row in rows if column < len(row)]
            if column == 0 and table.heading:
                own = self.labels.field(table.heading) or own_name(table.heading)
                self._field(own, cells, table.heading, table.page)
            elif name:
                self._column(name, label, cells, [row[0] for row in rows], table.page)

    def _column(self, name: str, label: str, cells: list[str], firsts: list[str], page: int | None) -> None:
        """One column of a table of sittings; which row says what is kept in the own words."""
        for cell, first in zip(cells, firsts, strict=True):
            found = self.labels.canonical(name, cell, label=label, page=page)
            if found and len(cells) > 1 and len(set(cells)) > 1:
                own = found.own or tuple(map(str, found.values))
                found = replace(found, own=tuple(f"{said} ({first})" for said in own))
            if found:
                known = self.fields.get(found.name)
                self.fields[found.name] = _merge(known, found) if known else found

    # the course

    def running(self, texts: Iterable[str]) -> None:
        """Facts in running headers and footers: `Fact sheet version: 3.0 as of 25/02/2025`."""
        for text in texts:
            label, _, value = text.partition(":")
            meaning = self.labels.find(label, "fields")
            if meaning and value and meaning.name not in self.fields:
                self._field(meaning.name, (value,), label, None)

    def course(self, identity: Identity, around: list[str], source: Source, page: int | None) -> Course | None:
        """The course, None where too little is known to call it one."""
        codes = identity.codes
        if "code" in self.said and not codes:
            codes = split_codes(self.said["code"])
        known = len(self.fields) + len(self.sections) + len(self.parts)
        if known < (1 if codes else 2) or not identity.title:
            return None
        year, term = identity.year, None
        if self.said.get("year"):
            year = find_year([f"{self.said['year']}"], self.labels)[0] or self.said["year"]
        elif year is None:
            year, term = find_year(around, self.labels)
        if term and "start" not in self.fields:
            self._field("start", (term,), "", page)
        if "ects" not in self.fields and len(self.exam_ects) == 1:
            self.fields["ects"] = self.exam_ects[0]
        title = identity.title
        if identity.credits and not {"ects", "credits"} & self.fields.keys():
            self._field("credits", (identity.credits,), "", page)
        elif identity.whole:
            title = identity.whole
        form = exam_form(self.parts)
        if form and "exam_form" not in self.fields:
            self.fields["exam_form"] = form
        language = taught_in(self.sections, self.labels) if "language" not in self.fields else None
        if language is not None:
            self.fields["language"] = language
        people = self.fields.get("lecturer")
        of_people = read_departments(people.own) if people and "department" not in self.fields else None
        if people and of_people and of_people.values:
            self.fields["department"] = Field("department", of_people.values, of_people.own, page=people.page)
        code = codes[0] if codes else ""
        key = " ".join(part for part in (code or title, year) if part)
        return Course(
            key=key,
            code=code,
            codes=codes,
            title=title,
            year=year,
            source=replace(source, page=page),
            group=key,
            title_en=self.said.get("title_en"),
            heading=identity.heading,
            text_language=self._text_language(),
            fields=self.fields,
            exam=tuple(self.parts),
            sections=tuple(self.sections),
            contacts=read_addresses(self.people, people.values if people else ()),
        )

    def _text_language(self) -> str | None:
        """By the words of the sections; where these are few, by the labels."""
        words = Counter(re.findall(r"[^\W\d_]+", " ".join(section.text for section in self.sections).casefold()))
        hits = {language: sum(words[word] for word in stops) for language, stops in self.labels.stop_words.items()}
        if sum(hits.values()) >= 20:
            return max(hits, key=lambda language: hits[language])
        return self.languages.most_common(1)[0][0] if self.languages else None


def _is_row(block: Block | None) -> bool:
    return block is not None and block.kind == "row"


def _is_name(text: str) -> bool:
    """Whether a paragraph may be a name: short, and no sentence."""
    return len(text) <= 100 and not re.search(r"[.;!?]$", text)


def _line(block: Block) -> str:
    if block.kind == "row":
        said = [clean(value) for value in block.values if clean(value)]
        return f"{clean(block.text).rstrip(':')}: {join_values(said)}" if said else clean(block.text)
    text = clean(block.text)
    return f"- {text}" if block.kind == "item" and block.style != "numbered" else text


def _merge(known: Field, more: Field) -> Field:
    """Both fields as one: values united, own words kept beside their values."""
    own = dict(zip(known.values, known.own or map(str, known.values), strict=False))
    for value, said in zip(more.values, more.own or map(str, more.values), strict=False):
        own[value] = f"{own[value]}; {said}" if value in own and said not in own[value] else own.get(value, said)
    plain = all(str(value) == said for value, said in own.items())
    return replace(known, values=tuple(own), own=() if plain else tuple(own.values()))
