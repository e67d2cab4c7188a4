"""What catalogues call things: label texts in, canonical names of fields and sections out.

The words stand in a data file (`labels.yaml`), so that a university adds its own with one more file and no code. HTML
pages, PDF sheets, text files and columns of tables are all understood through the one `Labels` made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from rapidfuzz import fuzz, process, utils

from courselens.course import Field, Value
from courselens.errors import CourselensError
from courselens.read.values import Rule, Vocabulary, clean, read_values

Room = Literal["identity", "fields", "sections", "exam", "parts"]
ROOMS: tuple[Room, ...] = ("identity", "fields", "sections", "exam", "parts")

RESERVED = frozenset(
    (
        *("key", "code", "codes", "title", "title_en", "year", "group", "exam", "sections", "contacts"),
        *("own", "labels", "pages", "heading", "text_language", "source"),
    )
)
"""Names of a course's JSON that no field of a catalogue may take."""


LONGEST = 200
"""Characters of the longest text that may be a label."""


@dataclass(frozen=True, slots=True)
class Label:
    """One meaning of a label text: `name` is canonical within its `room`; `language` is that of the words found.

    `role` is set where a label tells people's role (`Course coordinator` fills `lecturer` as `coordinator`).
    """

    room: Room
    name: str
    language: str
    role: str | None = None


@dataclass(frozen=True)
class Labels:
    """The labels and values of all languages, made by `load_labels`."""

    meanings: Mapping[str, tuple[Label, ...]]
    rules: Mapping[str, Rule]
    exam_rules: Mapping[str, Rule]
    vocabulary: Vocabulary
    stop_words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def find(self, text: str, *rooms: Room) -> Label | None:
        """The meaning of a label text, or None. With `rooms`, only meanings in these, the first room first.

        A number in front (`1. Examination`) and a parenthesis behind (`Exam (Statistics)`) do not matter.
        """
        for form in _forms(text):
            found = self.meanings.get(form)
            if found:
                for room in rooms or ROOMS:
                    for label in found:
                        if label.room == room:
                            return label
        return None

    def all(self, text: str) -> tuple[Label, ...]:
        """Every meaning of a label text (`Credits` is a field and a row of an exam block)."""
        for form in _forms(text):
            if form in self.meanings:
                return self.meanings[form]
        return ()

    def field(self, text: str) -> str | None:
        """Canonical name of the field that a label means: `Sprog` → `language`; None where it means none."""
        found = self.find(text, "fields")
        return found.name if found else None

    def section(self, text: str) -> str | None:
        """Canonical name of the section that a label means: `Lern-Ziele` → `objectives`; None where it means none."""
        found = self.find(text, "sections")
        return found.name if found else None

    def identity(self, text: str) -> str | None:
        """`code`, `title`, `title_en` or `year` for a label of a course's identity, else None."""
        found = self.find(text, "identity")
        return found.name if found else None

    def canonical(
        self, name: str, raw: str | Iterable[str], *, label: str | None = None, page: int | None = None
    ) -> Field | None:
        """The field `name` with canonical values read from `raw` (one text, or one text for each element).

        None where the text holds no value (`--`, `See exam description` for a number). The field is `ects` where
        `credits` are given in ECTS. A name that is no field of the data file is kept, its values as written.
        """
        rule = self.rules.get(name, Rule(name, "list"))
        role = None
        if label:
            meaning = self.find(label, "fields")
            role = meaning.role if meaning and meaning.name == name else None
        items = [raw] if isinstance(raw, str) else list(raw)
        read = read_values(rule, items, self.vocabulary, role=role)
        if not read.values:
            return None
        if name == "credits" and any("ects" in item.casefold() for item in [*items, label or ""]):
            name = "ects"
        return Field(name, read.values, read.own, clean(label) if label else None, page)

    def exam_values(self, name: str, raw: str | Iterable[str]) -> tuple[Value, ...]:
        """Canonical values of a row of an exam block (`form`, `weight` in percent, `grouping`, …)."""
        items = [raw] if isinstance(raw, str) else list(raw)
        return read_values(self.exam_rules.get(name, Rule(name, "text")), items, self.vocabulary).values

    def kind(self, name: str) -> str:
        """How the values of a field are read; `list` for one that no data file describes."""
        rule = self.rules.get(name)
        return rule.kind if rule else "list"

    def suggest(self, text: str, *rooms: Room) -> str | None:
        """The known label nearest to `text`, for "did you mean"; None when nothing is near."""
        known = [text for text, room in self._texts if not rooms or room in rooms]
        best = process.extractOne(text, known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=75)
        return str(best[0]) if best else None

    @cached_property
    def _texts(self) -> list[tuple[str, Room]]:
        return [(text, label.room) for text, labels in self.meanings.items() for label in labels]


def normalise_label(text: str) -> str:
    """A label without case, spaces, hyphens and punctuation: `Lern-Ziele:` → `lernziele`."""
    return re.sub(r"[\W_]+", "", text.casefold())


def own_name(text: str) -> str:
    """The snake_case name under which an unknown label is kept: `Skema gruppe:` → `skema_gruppe`."""
    name = re.sub(r"[\W_]+", "_", clean(text).casefold()).strip("_")[:60].strip("_") or "other"
    return f"{name}_" if name in RESERVED else name


def load_labels(extra: Path | None = None) -> Labels:
    """The labels that ship with courselens, and those of the file `extra` on top.

    A label of `extra` replaces the meaning that the same words have in the same room. Raises CourselensError that
    names the key when the file is unreadable or has another shape.
    """
    made = _Builder()
    made.add(_parse(Path(__file__).with_name("labels.yaml")), "labels.yaml")
    if extra is not None:
        made.add(_parse(extra), str(extra))
    return made.labels()


@lru_cache(maxsize=1 << 14)
def _forms(text: str) -> tuple[str, ...]:
    """How a label may stand in the table: as it is, and without a number before and a parenthesis behind it."""
    if len(text) > LONGEST:
        return ()
    text = clean(text)
    bare = re.sub(r"^\s*\(?[0-9]{1,2}[.)]?\s+|\s*\([^()]*\)\s*:?\s*$|\s*[:*†]+\s*$", "", text)
    bare = re.sub(r"\s*\([^()]*\)\s*$", "", bare)
    return (normalise_label(text), normalise_label(bare)) if bare and bare != text else (normalise_label(text),)


class _Builder:
    """Gathers the files into one `Labels`, checking the shape of each entry."""

    def __init__(self) -> None:
        self.meanings: dict[str, list[Label]] = {}
        self.kinds: dict[Room, dict[str, str]] = {"fields": {}, "exam": {}}
        self.values: dict[Room, dict[str, dict[str, str]]] = {"fields": {}, "exam": {}}
        self.absent: set[str] = set()
        self.months: dict[str, int] = {}
        self.stop_words: dict[str, set[str]] = {}

    def add(self, data: Mapping[str, Any], where: str) -> None:
        allowed = {*ROOMS, "absent", "months", "stop_words"}
        for key in data:
            if key not in allowed:
                raise _wrong(f"unknown key {key!r}", where, f"Use {', '.join(sorted(allowed))}.")
        plain: tuple[Room, ...] = ("identity", "sections", "parts")
        for room in plain:
            for name, labels in _mapping(data.get(room), f"{where}: {room}").items():
                self._labels(room, name, labels, f"{where}: {room}.{name}")
        rooms: tuple[Room, ...] = ("fields", "exam")
        for room in rooms:
            for name, entry in _mapping(data.get(room), f"{where}: {room}").items():
                self._field(room, name, _mapping(entry, f"{where}: {room}.{name}"), f"{where}: {room}.{name}")
        self.absent |= {text.casefold() for text in _strings(data.get("absent"), f"{where}: absent")}
        for number, names in enumerate(data.get("months") or (), 1):
            self.months |= dict.fromkeys(_strings(names, f"{where}: months"), number)
        for language, words in _mapping(data.get("stop_words"), f"{where}: stop_words").items():
            self.stop_words.setdefault(language, set()).update(_strings(words, f"{where}: stop_words.{language}"))

    def _field(self, room: Room, name: str, entry: Mapping[str, Any], where: str) -> None:
        for key in entry:
            if key not in {"kind", "as", "role", "labels", "values"}:
                raise _wrong(f"unknown key {key!r}", where, "Use kind, as, role, labels, values.")
        target = str(entry.get("as", name))
        kind = entry.get("kind")
        if kind is not None and kind not in Rule.KINDS:
            raise _wrong(f"unknown kind {kind!r}", where, f"Use one of {', '.join(sorted(Rule.KINDS))}.")
        if kind is not None:
            self.kinds[room][target] = kind
        words = self.values[room].setdefault(target, {})
        for value, said in _mapping(entry.get("values"), f"{where}.values").items():
            words |= {clean(text).casefold(): str(value) for text in [*_strings(said, f"{where}.values"), str(value)]}
        self._labels(room, target, entry.get("labels"), where, entry.get("role"))

    def _labels(self, room: Room, name: str, labels: object, where: str, role: str | None = None) -> None:
        for language, texts in _mapping(labels, where).items():
            for text in _strings(texts, f"{where}.{language}"):
                known = self.meanings.setdefault(normalise_label(text), [])
                # One meaning a room and language: the later file decides.
                known[:] = [one for one in known if (one.room, one.language) != (room, language)]
                known[:] = [one for one in known if one.room != room or one.name == name]
                known.append(Label(room, name, language, role))

    def labels(self) -> Labels:
        rules: dict[Room, dict[str, Rule]] = {"fields": {}, "exam": {}}
        for room, kinds in self.kinds.items():
            for name, kind in kinds.items():
                words = self.values[room].get(name) or self.values["fields"].get(name, {})
                rules[room][name] = Rule(name, kind, words)
        # Exam forms are one vocabulary, whether a field or a row of an exam block gives them.
        forms = self.values["exam"].get("form", {})
        if "exam_form" in rules["fields"]:
            rules["fields"]["exam_form"] = Rule(
                "exam_form", "words", forms | self.values["fields"].get("exam_form", {})
            )
        return Labels(
            meanings={text: tuple(labels) for text, labels in self.meanings.items()},
            rules=rules["fields"],
            exam_rules=rules["exam"],
            vocabulary=Vocabulary(frozenset(self.absent), dict(self.months)),
            stop_words={language: frozenset(words) for language, words in self.stop_words.items()},
        )


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = yaml.load(path.read_text(encoding="utf-8"), loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CourselensError(
            "unreadable labels",
            value=f"{type(error).__name__}: {error}",
            where=path,
            remedy="Give a YAML file in UTF-8",
        ) from error
    return _mapping(data, str(path))


def _mapping(data: object, where: str) -> Mapping[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise _wrong(f"a mapping is expected, not {data!r:.60}", where, "See labels.yaml for the shape.")
    return data


def _strings(data: object, where: str) -> list[str]:
    if data is None:
        return []
    if not isinstance(data, list) or not all(isinstance(item, (str, int, float)) for item in data):
        raise _wrong(f"a list of texts is expected, not {data!r:.60}", where, "See labels.yaml for the shape.")
    return [str(item) for item in data]


def _wrong(what: str, where: str, remedy: str) -> CourselensError:
    return CourselensError("labels file not understood", value=what, where=where, remedy=remedy.rstrip("."))
