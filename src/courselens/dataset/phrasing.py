"""The phrasings of `questions.yaml` as values: what can be asked, in which languages, and which phrasings are held out.

Training draws on the `seen` phrasings only; dev and test are asked in the `held_out` ones, so that they measure how a
student's own words are understood, not how well templates were learnt. Search can use the phrasings as prototypes of
what a question asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from courselens.dataset.wording import load_data

OWN = "own"
"""The entry whose phrasings serve fields and sections that a catalogue has of its own."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask. `asked` is a field, a section or `own`; None for kinds `description` and `described`.

    `text` holds `{x}` (the course's name) and may hold `{v}`, `{label}`, `{topic}`, `{topics}`, `{rest}`.
    """

    kind: str
    asked: str | None
    language: str
    text: str
    held_out: bool


@cache
def all_phrasings() -> tuple[Phrasing, ...]:
    """Every phrasing that is shipped, those of the card excepted."""
    return tuple(_read(load_data("questions.yaml")))


@cache
def phrasings(kind: str, asked: str | None, language: str, held_out: bool) -> tuple[Phrasing, ...]:
    """The phrasings for `asked` in one language; those of `own` where the file has none for it."""
    found = _select(kind, asked, language, held_out)
    return found or _select(kind, OWN, language, held_out)


@cache
def card_templates() -> dict[str, str]:
    """The question templates of the reference model card by field, and `description`."""
    templates: dict[str, str] = load_data("questions.yaml")["card"]
    return templates


@cache
def hints(text: str) -> tuple[str, ...]:
    """Words (lower case) by which to choose among a section's chunks for the phrasing `text`; mostly none."""
    rows: list[list[str]] = load_data("questions.yaml")["hints"]
    said = text.lower()
    return tuple(word for row in rows if any(word in said for word in row) for word in row)


def _select(kind: str, asked: str | None, language: str, held_out: bool) -> tuple[Phrasing, ...]:
    wanted = (kind, asked, language, held_out)
    return tuple(one for one in all_phrasings() if (one.kind, one.asked, one.language, one.held_out) == wanted)


def _read(data: dict[str, Any]) -> Iterator[Phrasing]:
    for kind, group in (("field", data["fields"]), ("section", data["sections"])):
        for asked, languages in group.items():
            yield from _languages(kind, asked, languages)
    for kind in ("description", "described"):
        yield from _languages(kind, None, data[kind])


def _languages(kind: str, asked: str | None, languages: dict[str, dict[str, list[str]]]) -> Iterator[Phrasing]:
    for language, texts in languages.items():
        for text in texts["seen"]:
            yield Phrasing(kind, asked, language, text, held_out=False)
        for text in texts["held_out"]:
            yield Phrasing(kind, asked, language, text, held_out=True)
