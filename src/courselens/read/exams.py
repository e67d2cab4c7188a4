"""The exam block of a course: its rows in, `ExamPart`s and the text of the block out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from courselens.course import ExamPart, Field, Section
from courselens.read.labels import Labels
from courselens.read.values import clean

_DURATION = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:min\w*\.?|hours?|hrs?\.?|timers?|stunden?|std\.?|days?|dages?|tage?|weeks?|uger?|wochen?)\b",
    re.IGNORECASE,
)


def join_values(values: Sequence[str]) -> str:
    """The values of a row on one line: short ones are a list, sentences follow each other."""
    return ("; " if all(len(value) <= 60 for value in values) else " ").join(values)


@dataclass
class _Part:
    """Rows by their meaning, further ones by their label, and the labels seen."""

    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    details: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def with_more(self, more: _Part) -> _Part:
        """This part with rows that belong to it after all."""
        return _Part(more.rows | self.rows, self.details | more.details, self.seen | more.seen)


@dataclass
class ExamBlock:
    """Gathers one block; `heading` as printed, `level` that of its heading (deeper headings belong to it)."""

    heading: str
    level: int
    page: int | None
    labels: Labels
    part: _Part = field(default_factory=_Part)
    before: _Part | None = None
    lines: list[str] = field(default_factory=list)
    key: str | None = None
    facts: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    finished: list[ExamPart] = field(default_factory=list)

    def row(self, label: str, values: tuple[str, ...]) -> None:
        """A label with its values; the first row of a meaning counts, further ones are details."""
        self.key = None
        label = clean(label).rstrip(":")
        values = tuple(value for value in map(clean, values) if value)
        said = tuple(value for value in values if not self.labels.vocabulary.is_absent(value))
        if not said:
            return
        if self.before and label in self.before.seen:
            # The rows before the name say the same: they were another part.
            self.finished += self._made(self.before)
            self.before = None
        elif label in self.part.seen and len(self.part.seen) > 1:
            # The same row again: the block tells of another part.
            self._settle()
            self.finished += self._made(self.part)
            self.part = _Part()
        self.part.seen.add(label)
        self.lines.append(f"{label}: {join_values(said)}")
        meaning = self.labels.find(label, "exam")
        if meaning and meaning.name not in self.part.rows and self._read(meaning.name, said):
            self.part.rows[meaning.name] = said
            self.facts.setdefault(meaning.name, []).append(said)
        else:
            self.part.details.setdefault(label, []).extend(said)

    def name(self, text: str) -> None:
        """A name above rows, perhaps of another part: of one whose rows are those before the name again."""
        self._settle()
        if self.part.seen:
            self.before, self.part = self.part, _Part()
        self.open(text)

    def _settle(self) -> None:
        """Rows below a name are of the part before it, where they say nothing that it says."""
        if self.before:
            self.part, self.before = self.before.with_more(self.part), None

    def _read(self, name: str, values: tuple[str, ...]) -> bool:
        """Whether the values can be read; `Peer Review` says neither individual nor group, and stays a detail."""
        found = self.labels.exam_values(name, values)
        if name == "grouping":
            return any(value in self.labels.exam_rules[name].words.values() for value in found)
        return name in ("duration",) or bool(found)

    def open(self, heading: str) -> None:
        """A heading within the block: what follows is told under it."""
        self.key = clean(heading)
        self.lines.append(f"\n{self.key}")

    def text(self, text: str) -> None:
        """A paragraph or item of the block; `Question language: English` is a row."""
        text = text.strip()
        if self.labels.vocabulary.is_absent(text):
            return
        label, colon, value = text.partition(":")
        if colon and value.strip() and len(label) < 60 and self.labels.find(label, "exam", "parts"):
            key = self.key
            self.row(label, (value,))
            self.key = key
            return
        self.lines.append(text)
        if self.key:
            self.part.details.setdefault(self.key, []).append(text)

    def parts(self) -> list[ExamPart]:
        """The parts that the block tells of: one for each set of rows, and one for each form that a row names."""
        self._settle()
        return self.finished + self._made(self.part)

    def _made(self, part: _Part) -> list[ExamPart]:
        rows = part.rows
        if not rows.keys() & {"form", "weight", "duration", "grouping"}:
            return []
        weights = self.labels.exam_values("weight", rows.get("weight", ()))
        known = set(self.labels.exam_rules["grouping"].words.values())
        said = self.labels.exam_values("grouping", rows.get("grouping", ()))
        grouping = [value for value in said if value in known]
        duration = clean(" ".join(rows.get("duration", ()))) or None
        details = {key: "\n".join(values) for key, values in part.details.items()}
        made = []
        for own in rows.get("form") or (None,):
            forms = self.labels.exam_values("form", own) if own else ()
            told = _DURATION.search(own) if own else None
            made.append(
                ExamPart(
                    form=str(forms[0]) if forms else own,
                    own=own,
                    weight=float(weights[0]) if weights else None,
                    duration=duration or (told.group() if told else None),
                    grouping=str(grouping[0]) if grouping else None,
                    details=details,
                    page=self.page,
                )
            )
        return made

    def section(self) -> Section | None:
        """The block as text, one row a line; None where it says nothing."""
        lines: list[str] = []
        for line in self.lines:
            # A heading under which nothing stands is not told.
            if line.startswith("\n") and lines and lines[-1].startswith("\n"):
                lines.pop()
            lines.append(line)
        if lines and lines[-1].startswith("\n"):
            lines.pop()
        text = "\n".join(line.strip() for line in lines)
        return Section("exam", self.heading, text, self.page) if text else None


def exam_form(parts: list[ExamPart]) -> Field | None:
    """The distinct canonical forms of the parts, as the field `exam_form`."""
    forms = {part.form: part.own or part.form for part in reversed(parts) if part.form}
    ordered = list(dict.fromkeys(part.form for part in parts if part.form))
    if not ordered:
        return None
    own = tuple(forms[form] for form in ordered)
    return Field("exam_form", tuple(ordered), own if own != tuple(ordered) else (), page=parts[0].page)
