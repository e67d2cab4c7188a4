"""The hand-written material of the sample catalogue, loaded from the data files of this folder.

YAML goes in; typed, frozen subjects and the phrases of two languages come out. A bilingual text is a pair: English,
Danish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "da")
"""The languages of pages; a bilingual entry of the material holds its texts in this order."""

_FOLDER = Path(__file__).with_name("material")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a subject: its `name`, and what it is `about` as an indirect question ("how batches are followed")."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject's material in one language."""

    name: str
    topics: tuple[Topic, ...]
    methods: tuple[str, ...]
    theories: tuple[str, ...]
    materials: tuple[str, ...]
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of study. `wordings` by language; Danish is absent where no Danish material was written.

    `names` is the subject's name in both languages; `related` holds the names of neighbouring subjects.
    """

    id: str
    code: str
    area: str
    names: tuple[str, str]
    related: tuple[tuple[str, str], ...]
    wordings: Mapping[str, Wording]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that courses are drawn from. `phrases` by language, `page` is `page.yaml` as it stands."""

    subjects: tuple[Subject, ...]
    phrases: Mapping[str, Mapping[str, Any]]
    page: Mapping[str, Any]


@lru_cache(maxsize=1)
def load_material() -> Material:
    """All material of the package, subjects in the order of their ids."""
    raw = [entry for file in sorted(_FOLDER.glob("subjects_*.yaml")) for entry in _load(file)]
    names = {entry["id"]: (entry["name"][0], entry["name"][1]) for entry in raw}
    subjects = sorted((_subject(entry, names) for entry in raw), key=lambda subject: subject.id)
    return Material(tuple(subjects), _load(_FOLDER / "phrases.yaml"), _load(_FOLDER / "page.yaml"))


def _load(file: Path) -> Any:
    with file.open(encoding="utf-8") as text:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _subject(entry: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> Subject:
    languages = range(len(LANGUAGES)) if len(entry["topics"][0]) == 4 else range(1)
    return Subject(
        id=entry["id"],
        code=entry["code"],
        area=entry["area"],
        names=names[entry["id"]],
        related=tuple(names[other] for other in entry["related"] if other in names),
        wordings={LANGUAGES[number]: _wording(entry, number) for number in languages},
    )


def _wording(entry: Mapping[str, Any], number: int) -> Wording:
    def pick(name: str) -> tuple[str, ...]:
        return tuple(_text(item, number) for item in entry[name])

    return Wording(
        name=entry["name"][number],
        topics=tuple(Topic(topic[2 * number], topic[2 * number + 1]) for topic in entry["topics"]),
        methods=pick("methods"),
        theories=pick("theories"),
        materials=pick("materials"),
        tasks=pick("tasks"),
    )


def _text(item: str | Sequence[str], number: int) -> str:
    return item if isinstance(item, str) else item[number]
