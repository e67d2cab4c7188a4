"""The courses of an opened index as lists and menus need them: key, codes, title, year; nothing that is long.

In: an index. Out: one `Entry` a course in the index's order, lookups by key and by course group, and type-ahead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courselens.search.answer import Reference
from courselens.search.codes import code_spellings
from courselens.search.stored import Index
from courselens.search.tokens import compact, fold, words


@dataclass(frozen=True, slots=True)
class Entry:
    """A course by its `number`, its place in the index. `newest`: no later year of its course group exists."""

    number: int
    reference: Reference
    title_en: str | None
    group: int
    newest: bool
    typed: str
    """What type-ahead looks in: folded words of the titles and compact codes, each after a space."""
    title_key: str


class Entries:
    """All courses of an index, in memory."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.all = entries
        self.by_key: Mapping[str, Entry] = {entry.reference.key: entry for entry in entries}
        groups: dict[int, list[Entry]] = defaultdict(list)
        for entry in entries:
            groups[entry.group].append(entry)
        self.groups: Mapping[int, Sequence[Entry]] = groups
        self.by_title = sorted(entries, key=lambda entry: (entry.title_key, entry.reference.key))

    @classmethod
    def of(cls, index: Index) -> Entries:
        """Read every course of `index` once."""
        made = []
        for number in range(index.courses):
            line = index.course_lines[number]
            codes = tuple(line["codes"])
            reference = Reference(line["key"], line["code"], codes, line["year"], line["title"])
            told = [word.text for word in words(f"{line['title']} {line['title_en'] or ''}")]
            typed = " " + " ".join([*told, *(spelling for code in codes for spelling in code_spellings(code))])
            made.append(
                Entry(
                    number,
                    reference,
                    line["title_en"],
                    int(index.group[number]),
                    bool(index.newest[number]),
                    typed,
                    fold(line["title"]),
                )
            )
        return cls(made)

    def suggest(self, text: str, most: int) -> list[Entry]:
        """Courses whose title or code holds words that begin as `text` is typed; the newest year of each only."""
        parts = [f" {word.text}" for word in words(text)[:12]]
        code = f" {compact(text)}" if any(letter.isdigit() for letter in text) else None
        if not parts:
            return []
        found = [
            entry
            for entry in self.all
            if entry.newest and (all(part in entry.typed for part in parts) or (code and code in entry.typed))
        ]
        start = "".join(parts)
        found.sort(key=lambda entry: (not entry.typed.startswith(start), start not in entry.typed, entry.title_key))
        return found[:most]
