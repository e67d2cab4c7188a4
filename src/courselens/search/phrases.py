"""Phrases that mean a value of a field: those of `words/conditions.yaml`, and the catalogue's own.

In: the facts of a catalogue. Out: folded phrases with the fields and values that they mean.
"""

from __future__ import annotations

import re
from functools import lru_cache

from courselens.search.facts import Facts
from courselens.search.places import Phrase, words_of
from courselens.search.tokens import either, flat, words
from courselens.search.vocabulary import conditions

LONGEST_PHRASE = 6
"""Words of a phrase."""
YEARS = 4
"""Years of study that are told apart."""
_TURNED = re.compile(r"(department|school|institute|faculty|centre|center) (?:of|for) (.+)$", re.IGNORECASE)


def own_phrases(facts: Facts) -> dict[Phrase, list[tuple[str, str, bool]]]:
    found: dict[Phrase, list[tuple[str, str, bool]]] = {}
    fields = (
        "department",
        "discipline",
        "study_board",
        "type",
        "level",
        "start",
        "duration",
        "teaching_method",
        "exam_form",
    )
    for field in fields:
        for value in (*facts.values.get(field, {}), *facts.own.get(field, {})):
            phrase = tuple(word.text for word in words(value))
            turned = _TURNED.match(value)
            if turned:  # the `law school` is the School of Law
                other = tuple(word.text for word in words(f"{turned[2]} {turned[1]}"))
                found.setdefault(other, []).append((field, value, True))
            if 0 < len(phrase) <= LONGEST_PHRASE:
                found.setdefault(phrase, []).append((field, value, True))
                if field == "type" and len(phrase) == 1:
                    found.setdefault((phrase[0] + "s",), []).append((field, value, True))
                if field == "level" and re.fullmatch(r"\d+00", phrase[0]):
                    found.setdefault((phrase[0] + "s",), []).append((field, value, True))  # `history 200s`
                if field == "start" and phrase[0] == "interim":
                    found |= {(month,): [(field, value, True)] for month in words_of("interim")}
                elif field == "start" and (phrase[0] in words_of("interim") or phrase[:2] == ("j", "term")):
                    found |= {short: [(field, value, True)] for short in (("jterm",), ("j", "term"), ("interim",))}
    return found


@lru_cache(maxsize=1)
def known_phrases() -> dict[Phrase, list[tuple[str, str]]]:
    fields = ("language", "level", "start", "type", "duration", "teaching_method", "exam_form", "exam_rule")
    found: dict[Phrase, list[tuple[str, str]]] = {}
    for field in fields:
        for value, phrases in conditions()[field].items():
            for phrase in phrases:
                found.setdefault(tuple(word.text for word in words(str(phrase))), []).append((field, value))
    return found


@lru_cache(maxsize=1)
def stemmed_phrases() -> dict[Phrase, list[tuple[str, str]]]:
    """The same without the endings of German adjectives: `mündlicher Prüfung` is `mündliche Prüfung`."""
    return {stemmed(phrase): found for phrase, found in known_phrases().items()}


def of_class_years(text: str, *, loosely: bool = False) -> list[str]:
    """What `text` says of the years of study that courses are open to, which no field tells: `open to first-years`;
    `loosely` where courses are asked for: `for freshmen`, `that seniors can take`.
    """
    return [text[found.start() : found.end()] for found in _class_years(loosely).finditer(flat(text))]


@lru_cache(maxsize=2)
def _class_years(loosely: bool) -> re.Pattern[str]:
    denied, allowed, years = (_spaced(name) for name in ("negation", "closed_to", "class_years"))
    said = rf"(?:(?:{denied})\s+)?(?:{allowed})\s+(?:\w+\s+){{0,2}}?{_listed(years)}"
    if loosely:
        whole = _listed(_spaced("whole_years"))
        said += rf"|(?:{_spaced('meant_for')})\s+{whole}|{whole}\s+(?:{_spaced('may_take')})"
    only = either(conditions()["only"])
    return re.compile(rf"\b(?:{said})(?!\w)(?:\s+(?:{only})\b)?")


def _listed(years: str) -> str:
    """A pattern of one of the `years`, or of several: `juniors and seniors`."""
    one, small = rf"(?:{years})\b(?:\s+student\w*)?", either(conditions()["joining"])
    return rf"{one}(?:(?:,\s*|\s+(?:{small})\s+){one})*"


def _spaced(name: str) -> str:
    """A pattern of the phrases of an entry, with spaces or hyphens between their words."""
    return either(conditions()[name]).replace(r"\ ", r"[\s\-]+")


def years_of_study(text: str) -> tuple[int, ...]:
    """The years of study that a text names, from 0 on."""
    return tuple(sorted({int(str(found.lastgroup)[1:]) for found in _year().finditer(text)}))


@lru_cache(maxsize=1)
def _year() -> re.Pattern[str]:
    named = (
        rf"(?P<y{place}>{either(said).replace(chr(92) + ' ', r'[ -]')})"
        for place, said in enumerate(conditions()["years_of_study"].values())
    )
    return re.compile(rf"\b(?:{'|'.join(named)})\b(?! of )")


def stemmed(phrase: Phrase) -> Phrase:
    return tuple(map(without_ending, phrase))


@lru_cache(maxsize=20_000)
def without_ending(word: str) -> str:
    return re.sub(r"(?<=\w{4})(?:e|en|em|er|es)$", "", word)
