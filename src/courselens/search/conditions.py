"""Conditions in plain words: "3 credit courses taught in German, no written exam" becomes filters over facts.

In: a question and the facts of the catalogue. Out: conditions with the catalogue's own values and the words that said
them, and the words that looked like a condition and matched nothing. A word is taken as a condition only in a fitting
place ("in German", "German courses", not "German history"); which words and places is data (`words/conditions.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA

from courselens.course import Value
from courselens.dataset.glossary import is_term
from courselens.search.facts import Facts, Mask
from courselens.search.places import Around, Phrase, exam_phrases, fits, words_of
from courselens.search.tokens import Word, flat, fold, words
from courselens.search.vocabulary import asking_words, conditions, stop_words

LONGEST_PHRASE = 6


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter: `operator` is `is`, `not`, `only`, `between` (both ends included), `>` or `<`.

    `said` are the question's words, `start` and `end` their place.
    """

    field: str
    operator: str
    values: tuple[Value, ...]
    said: str
    start: int = 0
    end: int = 0

    def mask(self, facts: Facts) -> Mask:
        """Courses that fulfil the condition; a course that does not say is never one of them."""
        if self.field in facts.numbers:
            numbers = facts.numbers[self.field]
            first = float(self.values[0])
            if self.operator == ">":
                return np.asarray(numbers > first)
            if self.operator == "<":
                return np.asarray(numbers < first)
            if self.operator == "between":
                return np.asarray((numbers >= first) & (numbers <= float(self.values[-1])))
            found = np.isin(numbers, np.array([float(value) for value in self.values], dtype=np.float32))
            return np.asarray(~found & ~np.isnan(numbers)) if self.operator == "not" else np.asarray(found)
        texts = [str(value) for value in self.values]
        having = facts.having(self.field, texts)
        if self.operator == "not":
            return facts.stating(self.field) & ~having
        if self.operator == "only":
            others = [
                value for value in facts.values.get(self.field, {}) if value not in texts and value != "Group work"
            ]
            return having & ~facts.having(self.field, others)
        return having

    def to_dict(self) -> dict[str, Any]:
        """The shape of an entry of `filters`; `operator` only where it is not plain equality."""
        out: dict[str, Any] = {"field": self.field, "value": list(self.values), "from": self.said}
        return out if self.operator == "is" else {**out, "operator": self.operator}


@dataclass(frozen=True, slots=True)
class Found:
    """What `parse` found: conditions, and the words that looked like one and matched nothing."""

    conditions: tuple[Condition, ...]
    ignored: tuple[str, ...]


class ConditionParser:
    """Reads conditions with the values of one catalogue."""

    def __init__(self, facts: Facts, known: frozenset[str] = frozenset()) -> None:
        """`known` are words that mean something else than a name: those of titles."""
        self.facts = facts
        self.phrases = _known_phrases()
        self.own = _own_phrases(facts)
        self.names = _name_words(facts.values.get("lecturer", {}))
        self.rare_names = frozenset(
            word
            for word, names in self.names.items()
            if len(names) == 1 and len(word) > 3 and word not in known | asking_words() and not is_term(word)
        )

    def parse(self, text: str, *, taken: Sequence[tuple[int, int]] = (), fields: Iterable[str] | None = None) -> Found:
        """Conditions in `text` outside the spans `taken` (a title, a code), of `fields` only where given."""
        told = [
            Word(fold(word.text), word.start, word.end)
            for word in words(text)
            if not any(start < word.end and word.start < end for start, end in taken)
        ]
        told = told[:80]
        blank = _blanked(text, taken)
        made = [*self._numbers(blank, text), *self._years(blank, text)]
        ignored: list[str] = []
        for found in (*self._phrases(told, text), *self._lecturers(told, text)):
            if isinstance(found, str):
                ignored.append(found)
            elif not any(found.start < one.end and one.start < found.end for one in made):
                made.append(found)
        wanted = set(fields) if fields is not None else None
        kept = [one for one in _joined(made, text) if wanted is None or one.field in wanted]
        usable = []
        for one in kept:
            if one.field in self.facts.fields and (one.operator != "is" or one.mask(self.facts).any()):
                usable.append(one)
            else:
                ignored.append(one.said)
        return Found(tuple(sorted(usable, key=lambda one: one.start)), tuple(dict.fromkeys(ignored)))

    def _numbers(self, blank: str, text: str) -> list[Condition]:
        field = self.facts.credit_field
        if field not in self.facts.numbers:
            return []
        found = []
        for match in _credit_pattern().finditer(blank):
            low = _number(match["low"] or match["word"])
            high = _number(match["high"]) if match["high"] else None
            before, after = (match["before"] or "").strip(), (match["after"] or "").strip()
            operator, values = _compare(low, high, before, after, plus=bool(match["plus"]))
            end = match.end()
            found.append(Condition(field, operator, values, _said(text, match.start(), end), match.start(), end))
        return found

    def _years(self, blank: str, text: str) -> list[Condition]:
        years = self.facts.values.get("year", {})
        found = []
        for match in re.finditer(r"\b((?:19|20)\d\d)(?:\s*[/\-–]\s*((?:19|20)?\d\d))?\b", blank):
            values = [year for year in years if _same_year(year, match[1], match[2])]
            if values:
                said = _said(text, match.start(), match.end())
                found.append(Condition("year", "is", tuple(values), said, match.start(), match.end()))
        return found

    def _phrases(self, told: Sequence[Word], text: str) -> list[Condition | str]:
        found: list[Condition | str] = []
        place = 0
        while place < len(told):
            size = self._phrase_at(told, place, text, found)
            place += max(1, size)
        return found

    def _phrase_at(self, told: Sequence[Word], place: int, text: str, found: list[Condition | str]) -> int:
        for size in range(min(LONGEST_PHRASE, len(told) - place), 0, -1):
            phrase = tuple(word.text for word in told[place : place + size])
            for field, value, own in (
                *self.own.get(phrase, ()),
                *((f, v, False) for f, v in self._meant(phrase)),
            ):
                around = Around(told, place, size, text)
                if not fits(field, own, phrase, around):
                    continue
                made = self._condition(field, value, around)
                if made is not None:
                    found.append(made)
                    return size
        return 0

    def _meant(self, phrase: Phrase) -> Sequence[tuple[str, str]]:
        """Fields and values that a phrase means: as it stands, inflected, or as the end of a compound."""
        found = self.phrases.get(phrase) or _stemmed_phrases().get(_stemmed(phrase))
        if found or len(phrase) > 1 or len(phrase[0]) < 10:
            return found or ()
        ends = [one[0] for one in exam_phrases() if len(one) == 1 and len(one[0]) > 6 and phrase[0].endswith(one[0])]
        return self.phrases[max(ends, key=len),] if ends else ()

    def _condition(self, field: str, value: str, around: Around) -> Condition | str | None:
        if field not in self.facts.values:
            return None
        operator = around.operator
        said = around.said
        if field == "exam_form" and value == "exam":
            exams = [one for one in self.facts.values[field] if "exam" in fold(one)]
            return Condition(field, "not", tuple(exams), said, around.start, around.end) if operator == "not" else None
        values = self._catalogue_values(field, value)
        if not values:
            return said
        if operator == "not" and field == "language" and around.after_only:
            operator = "is"
        return Condition(field, operator, tuple(values), said, around.start, around.end)

    def _catalogue_values(self, field: str, value: str) -> list[str]:
        """The catalogue's values that mean `value`: equal, or beginning with it (`Spring` → `Spring 2025`)."""
        known = self.facts.values[field]
        if value in known:
            return [value]
        wanted = fold(value)
        return [one for one in known if fold(one) == wanted or (len(wanted) > 3 and _holds(fold(one), wanted))]

    def _lecturers(self, told: Sequence[Word], text: str) -> list[Condition | str]:
        if not self.names:
            return []
        found: list[Condition | str] = []
        by = words_of("by")
        for place, word in enumerate(told):
            following = told[place + 1].text if place + 1 < len(told) else ""
            pair = self.names.get(word.text, frozenset()) & self.names.get(following, frozenset())
            before = place > 0 and told[place - 1].text in by
            if pair and following != word.text:
                end = told[place + 1].end
                found.append(Condition("lecturer", "is", tuple(sorted(pair)), text[word.start : end], word.start, end))
            elif before and len(word.text) > 2 and word.text not in stop_words():
                found += self._surname(told, place, text)
            elif word.text in self.rare_names:
                values = tuple(sorted(self.names[word.text]))
                found.append(Condition("lecturer", "is", values, text[word.start : word.end], word.start, word.end))
        return found

    def _surname(self, told: Sequence[Word], place: int, text: str) -> list[Condition | str]:
        word = told[place]
        said = text[word.start : word.end]
        values = self.names.get(word.text) or self._misspelt_name(word.text)
        if values:
            return [Condition("lecturer", "is", tuple(sorted(values)), said, word.start, word.end)]
        named = said[:1].isupper() and told[place - 1].text in ("by", "prof", "professor", "dr", "dozent", "dozentin")
        return [said] if named else []

    def _misspelt_name(self, word: str) -> frozenset[str]:
        if len(word) < 5:
            return frozenset()
        near = [name for name in self.names if abs(len(name) - len(word)) <= 1 and name[0] == word[0]]
        close = [name for name in near if OSA.distance(name, word) <= 1]
        return self.names[close[0]] if len(close) == 1 else frozenset()


def _holds(value: str, wanted: str) -> bool:
    """Whether a value begins or ends with the words wanted: `spring 2025` with `spring`."""
    return value.startswith(wanted + " ") or value.endswith(" " + wanted)


def _own_phrases(facts: Facts) -> dict[Phrase, list[tuple[str, str, bool]]]:
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
        for value in facts.values.get(field, {}):
            phrase = tuple(word.text for word in words(value))
            if 0 < len(phrase) <= LONGEST_PHRASE:
                found.setdefault(phrase, []).append((field, value, True))
                if field == "type" and len(phrase) == 1:
                    found.setdefault((phrase[0] + "s",), []).append((field, value, True))
    return found


def _name_words(lecturers: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in lecturers:
        for word in words(name):
            if len(word.text) > 1 and word.text not in stop_words():
                found.setdefault(word.text, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


@lru_cache(maxsize=1)
def _known_phrases() -> dict[Phrase, list[tuple[str, str]]]:
    fields = ("language", "level", "start", "type", "duration", "teaching_method", "exam_form")
    found: dict[Phrase, list[tuple[str, str]]] = {}
    for field in fields:
        for value, phrases in conditions()[field].items():
            for phrase in phrases:
                found.setdefault(tuple(word.text for word in words(str(phrase))), []).append((field, value))
    return found


@lru_cache(maxsize=1)
def _stemmed_phrases() -> dict[Phrase, list[tuple[str, str]]]:
    """The same without the endings of German adjectives: `mündlicher Prüfung` is `mündliche Prüfung`."""
    return {_stemmed(phrase): found for phrase, found in _known_phrases().items()}


def _stemmed(phrase: Phrase) -> Phrase:
    return tuple(re.sub(r"(?<=\w{4})(?:e|en|em|er|es)$", "", word) for word in phrase)


@lru_cache(maxsize=1)
def _credit_pattern() -> re.Pattern[str]:
    data = conditions()

    def either(items: Iterable[object]) -> str:
        return "|".join(re.escape(flat(str(item))) for item in sorted(map(str, items), key=len, reverse=True))

    before = either(
        [*data["at_least"], *data["at_most"], *data["more_than"], *data["less_than"], "between", "zwischen", "mellem"]
    )
    after = either(
        word
        for name in ("at_least", "at_most")
        for word in data[name]
        if str(word).split()[0] in ("or", "oder", "eller", "and")
    )
    spelled = either(word for spellings in data["numbers"].values() for word in spellings)
    number = r"\d{1,3}(?:[.,]\d{1,2})?"
    return re.compile(
        rf"(?<![\w.,])(?:(?P<before>{before})\s+)?(?:(?P<low>{number})|(?P<word>\b(?:{spelled})\b))(?P<plus>\+)?"
        rf"(?:\s*(?:-|–|to|bis|til|and|und|og|or|oder|eller)\s*(?P<high>{number}))?"
        rf"(?:\s+(?P<after>{after}))?[\s\-]*(?:{either(data['units'])})\b(?:\s+(?P<late>{after}))?"
    )


def _compare(low: float, high: float | None, before: str, after: str, *, plus: bool) -> tuple[str, tuple[Value, ...]]:
    data = conditions()
    flatly = {
        name: {flat(str(word)) for word in data[name]} for name in ("at_least", "at_most", "more_than", "less_than")
    }
    if high is not None:
        return "between", (low, high)
    if plus or before in flatly["at_least"] or after in flatly["at_least"]:
        return "between", (low, 999.0)
    if before in flatly["at_most"] or after in flatly["at_most"]:
        return "between", (0.0, low)
    if before in flatly["more_than"]:
        return ">", (low,)
    if before in flatly["less_than"]:
        return "<", (low,)
    return "is", (low,)


def _number(text: str) -> float:
    if text[0].isdigit():
        return float(text.replace(",", "."))
    return next(float(number) for number, said in conditions()["numbers"].items() if text in map(flat, map(str, said)))


def _same_year(year: str, first: str, second: str | None) -> bool:
    numbers = re.findall(r"(?:19|20)\d\d", year)
    if second is None:
        return bool(numbers) and first in numbers[:1] if len(numbers) > 1 else first in numbers
    return numbers[:1] == [first] and (len(numbers) < 2 or numbers[1].endswith(second[-2:]))


def _blanked(text: str, taken: Sequence[tuple[int, int]]) -> str:
    letters = list(flat(text))
    for start, end in taken:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _said(text: str, start: int, end: int) -> str:
    return text[start:end].strip()


def _joined(made: Sequence[Condition], text: str) -> list[Condition]:
    """Conditions on one field with plain equality become one (`English or German`), others stay.

    Two forms of examination joined by `and` are both wanted.
    """
    joined: dict[str, Condition] = {}
    out = []
    for one in sorted(made, key=lambda one: one.start):
        both = one.field == "exam_form" and one.field in joined and _both(text[joined[one.field].end : one.start])
        if one.operator != "is" or one.field not in joined or both:
            out.append(one)
            if one.operator == "is":
                joined[one.field] = one
            continue
        first = joined[one.field]
        values = tuple(dict.fromkeys((*first.values, *one.values)))
        said = first.said if first.said == one.said else f"{first.said}, {one.said}"
        merged = Condition(one.field, "is", values, said, first.start, one.end)
        out[out.index(first)] = merged
        joined[one.field] = merged
    return out


def _both(between: str) -> bool:
    return any(word.text in ("and", "und", "og", "plus") for word in words(between))


def values_said(text: str, field: str) -> frozenset[str]:
    """Canonical values of `field` that `text` says, wherever they stand: for questions like "is it in English?"."""
    told = [word.text for word in words(text)]
    if field in ("ects", "credits"):
        numbers = (_number(match["low"] or match["word"]) for match in _credit_pattern().finditer(flat(text)))
        return frozenset(f"{number:g}" for number in numbers if number is not None)
    found = set()
    for place in range(len(told)):
        for size in range(1, LONGEST_PHRASE + 1):
            for name, value in _known_phrases().get(tuple(told[place : place + size]), ()):
                if name == field and value != "exam":
                    found.add(value)
    return frozenset(found)
