"""Conditions in plain words: "3 credit courses taught in German, no written exam" becomes filters over facts.

In: a question and the facts of the catalogue. Out: conditions with the catalogue's own values and the words that said
them, and the words that looked like a condition and matched nothing. A word is taken as a condition only in a fitting
place ("in German", "German courses", not "German history"); which words and places is data (`words/conditions.yaml`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from courselens.dataset.glossary import is_written
from courselens.search.amounts import amounts, bare_credits, levels, numbers_said, terms, years
from courselens.search.boards import Boards
from courselens.search.departments import Departments, topics_in_a_language
from courselens.search.disciplines import Disciplines
from courselens.search.exam_amounts import of_exams
from courselens.search.exams import CLOSED, EXAM, GROUP, INDIVIDUAL, KINDS
from courselens.search.facts import Condition, Facts
from courselens.search.joined import beside, joined, joins, overlap, overlaps
from courselens.search.phrases import (
    LONGEST_PHRASE,
    known_phrases,
    of_class_years,
    own_phrases,
    stemmed,
    stemmed_phrases,
    without_ending,
)
from courselens.search.places import (
    Around,
    Phrase,
    compound_of,
    exam_phrases,
    fits,
    is_year,
    ruled_out,
    speech_of,
    words_of,
)
from courselens.search.series import Series
from courselens.search.tokens import Word, flat, fold, words
from courselens.search.vocabulary import asking_words, stop_words

__all__ = ["Condition", "ConditionParser", "Found", "values_said"]

LONGEST = 80
"""Words of a question that are looked at."""
NAMED = "\N{WHITE SQUARE}"
"""Stands for each word of a title or code: no word, and no condition."""
NAMESAKES = 6
"""The most people for whom a name alone may stand."""
LOOSE = ("language", "level", "start", "type", "duration", "teaching_method", "exam_form")
"""Fields whose words may stand anywhere beside other conditions."""
SURELY = ("level",)
"""Fields whose words are a condition even where the catalogue says them of no course: it is told to be ignored."""
ALONE = {INDIVIDUAL: "exam_form", GROUP: "exam_rule"}
"""Where it is told that somebody works in a group, and alone."""
COMPOUND = ("level", "start", "type", "teaching_method")
"""Fields whose words begin compounds with courses: `masterkurse`."""


@dataclass(frozen=True, slots=True)
class Found:
    """What `parse` found: conditions, and the words that looked like one and matched nothing."""

    conditions: tuple[Condition, ...]
    ignored: tuple[str, ...]


REMEMBERED = 20_000
"""Phrases whose meaning is kept: questions are much alike."""


class ConditionParser:
    """Reads conditions with the values of one catalogue."""

    def __init__(self, facts: Facts, known: frozenset[str] = frozenset()) -> None:
        """`known` are words that mean something else than a name: those of titles."""
        self.facts = facts
        self.phrases = known_phrases()
        self.own = own_phrases(facts)
        self.departments = Departments(facts)
        self.disciplines = Disciplines(facts)
        self.boards = Boards(facts)
        self.series = Series(facts)
        self._meant = lru_cache(maxsize=REMEMBERED)(self._look_up)
        self._begins = {phrase[0] for phrase in (*self.phrases, *stemmed_phrases(), *self.own) if len(phrase) > 1}
        self.names = _name_words(facts.values.get("lecturer", {}))
        self.rare_names = frozenset(
            word
            for word, names in self.names.items()
            if len(names) <= NAMESAKES and len(word) > 3 and word not in known | asking_words() and not is_written(word)
        )

    def parse(
        self,
        text: str,
        *,
        taken: Sequence[tuple[int, int]] = (),
        named: Sequence[tuple[int, int]] = (),
        fields: Iterable[str] | None = None,
    ) -> Found:
        """Conditions in `text` outside the spans `taken` (a title, a code), of `fields` only where given; a year right
        after a span of `named` is one.
        """
        told = [
            Word(NAMED, word.start, word.end)
            if any(start < word.end and word.start < end for start, end in taken)
            else word
            for word in words(text)[:LONGEST]
        ]
        blank = _blanked(text, taken)[: told[-1].end + 1 if told else 0]
        made: list[Condition] = []
        ignored: list[str] = []

        def add(found: Iterable[Condition | str]) -> None:
            for one in found:
                if isinstance(one, str):
                    ignored.append(one)
                elif not any(one.field == other.field and overlap(one, other) for other in made):
                    made.append(one)

        add(terms(blank, text, self.facts))
        add(amounts(blank, text, self.facts))
        add(levels(blank, text, self.facts))
        add(of_exams(blank, text, self.facts))
        add(years(blank, text, self.facts, named))
        numbers = tuple(made)
        add(self.boards.named(text, told))
        add(filter(None, [self.series.said(text, told)]))
        add(of_class_years(text))
        names = [one for one in self._lecturers(told, text) if isinstance(one, str) or not overlaps(one, numbers)]
        known = [*numbers, *(one for one in names if not isinstance(one, str))]
        add(one for one in self._phrases(told, text, known) if isinstance(one, str) or not overlaps(one, numbers))
        add(one for one in names if isinstance(one, str) or not overlaps(one, made))
        add(self.departments.alone(text, words(text)[:LONGEST], made))
        add(self.disciplines.alone(text, words(text)[:LONGEST], made))
        if made:
            add(one for one in bare_credits(blank, text, self.facts) if not overlaps(one, made))
        wanted = set(fields) if fields is not None else None
        usable = []
        for one in (one for one in joined(made, text) if wanted is None or one.field in wanted):
            if one.field in self.facts.fields and (one.operator != "is" or one.mask(self.facts).any()):
                usable.append(one)
            else:
                ignored.append(one.said)
        kept = sorted(topics_in_a_language(usable, self.facts), key=lambda one: one.start)
        return Found(tuple(kept), tuple(dict.fromkeys(ignored)))

    def untold(self, said: str) -> bool:
        """Whether words that were ignored ask for what the catalogue tells of no course: a level where it has none."""
        if of_class_years(said, loosely=True):
            return True
        told = words(said)
        phrases = [tuple(word.text for word in told[start:]) for start in range(len(told))]
        fields = {field for phrase in phrases for field, _ in self.meanings(phrase)}
        return bool(fields) and fields.isdisjoint(self.facts.fields)

    def numbers(self, text: str) -> list[Condition]:
        """Credits, compared levels and terms in `text`, wherever they stand: they are no part of a title or code."""
        told = words(text)[:LONGEST]
        blank = _blanked(text, ())[: told[-1].end + 1 if told else 0]
        found = [read for read_all in (terms, amounts, levels) for read in read_all(blank, text, self.facts)]
        return [*(one for one in found if isinstance(one, Condition)), *self._dated(told, text)]

    def _dated(self, told: Sequence[Word], text: str) -> Iterable[Condition]:
        """Parts of a year with the year behind them: `interim 2025`, `fall of 2012`."""
        if not any(is_year(word.text) for word in told):
            return
        for place, size in itertools.product(range(len(told)), (2, 1)):
            around = Around(told, place, size, text) if place + size < len(told) else None
            year = around.dated if around is not None else 0
            if around is None or not year:
                continue
            for field, value in self.meanings(tuple(word.text for word in told[place : place + size])):
                one = self._condition(field, value, around) if field == "start" else None
                if isinstance(one, Condition):
                    yield replace(one, end=told[place + size + year - 1].end)

    def _phrases(self, told: Sequence[Word], text: str, known: Sequence[Condition]) -> list[Condition | str]:
        """Phrases in a fitting place, then those joined to one of them or standing beside other conditions."""
        found: list[Condition | str] = []
        left: list[tuple[int, int]] = []
        place = 0
        while place < len(told):
            size, first = self._phrase_at(told, place, text, found)
            if not size and first:
                left.append((place, first))
            place += max(1, size)
        found += self.departments.named(text, words(text)[:LONGEST])
        made = [one for one in found if isinstance(one, Condition)]
        all_said = len(told) > 1 and self._all_said(told, left, [*made, *known])
        changed = True
        while changed and left:
            changed = False
            for place, size in tuple(left):
                around = Around(told, place, size, text)
                for field, value in self.meanings(tuple(word.text for word in told[place : place + size])):
                    if field not in LOOSE or (field, value) == ("exam_form", "exam"):
                        continue
                    if field == "language" and self._of_department(around):
                        continue
                    together = any(one.field == field and joins(one, around) for one in made)
                    free = around.loose or size > 1
                    near = free and any(beside(one, around) for one in (*made, *known))
                    if together or near or all_said:
                        one = self._condition(field, value, around)
                        if isinstance(one, Condition) and not overlaps(one, made):
                            made.append(one)
                            found.append(one)
                            changed = True
                            break
                else:
                    continue
                left.remove((place, size))
        return found

    def _all_said(self, told: Sequence[Word], left: Sequence[tuple[int, int]], made: Sequence[Condition]) -> bool:
        """Whether conditions are all that is said: `multiple choice quiz`, `summer, online`."""
        held = {place + step for place, size in left for step in range(size)}
        small = stop_words() | words_of("joining") | words_of("courses") | words_of("only") | words_of("negation")
        return all(
            place in held or word.text in small or any(one.start <= word.start < one.end for one in made)
            for place, word in enumerate(told)
        )

    def meanings(self, phrase: Phrase) -> list[tuple[str, str]]:
        """Fields and values that a phrase means, the catalogue's own words first."""
        return [*((field, value) for field, value, _ in self.own.get(phrase, ())), *self._meant(phrase)]

    def _phrase_at(self, told: Sequence[Word], place: int, text: str, found: list[Condition | str]) -> tuple[int, int]:
        """Adds what the longest fitting phrase at `place` says; its size, and that of the longest phrase known."""
        longest = 0
        first = told[place].text
        begins = first in self._begins or without_ending(first) in self._begins
        for size in range(min(LONGEST_PHRASE, len(told) - place) if begins else 1, 0, -1):
            phrase = tuple(word.text for word in told[place : place + size])
            meanings = [*self.own.get(phrase, ()), *((field, value, False) for field, value in self._meant(phrase))]
            if not meanings:
                continue
            longest = longest or size
            around = Around(told, place, size, text)
            fitting = [
                (field, value)
                for field, value, own in meanings
                if fits(field, own, phrase, around) and not (field == "language" and self._of_department(around))
            ]
            made = [one for one in (self._condition(*each, around) for each in fitting) if one is not None]
            if made:
                found.append(next((one for one in made if isinstance(one, Condition)), made[0]))
                return size, longest
        return 0, longest

    def _of_department(self, around: Around) -> bool:
        """Whether a language is rather a department: `Spanish courses` of `SPAN`, not `taught in Spanish`."""
        spoken = (words_of("in") | words_of("taught") | words_of("teaching_language")) - {"language"}
        said = {around.before(), around.next}
        return spoken.isdisjoint(said) and self.departments.has_language(around.told[around.place : around.place + 1])

    def _look_up(self, phrase: Phrase) -> Sequence[tuple[str, str]]:
        """Fields and values that a phrase means: as it stands, inflected, or as the end of a compound."""
        found = self.phrases.get(phrase) or stemmed_phrases().get(stemmed(phrase))
        out = ruled_out(phrase)
        if out:
            return [("exam_form", out)]
        if found or len(phrase) > 1:
            return found or ()
        speech = [one for one in self.phrases.get((speech_of(phrase[0]) or "",), ()) if one[0] == "language"]
        if speech:
            return speech
        stem = compound_of(phrase[0])
        of_courses = [one for one in self.phrases.get((stem or "",), ()) if one[0] in COMPOUND]
        if of_courses or len(phrase[0]) < 10:
            return of_courses
        if phrase[0].startswith(tuple(words_of("guests"))):  # a `Gastvortrag` examines nobody
            return ()
        ends = [one[0] for one in exam_phrases() if len(one) == 1 and len(one[0]) > 6 and phrase[0].endswith(one[0])]
        return self.phrases[max(ends, key=len),] if ends else ()

    def _condition(self, field: str, value: str, around: Around) -> Condition | str | None:
        operator = around.operator
        said = around.said
        if field not in self.facts.values:
            return said if field in SURELY else None
        if field == "exam_form" and value in KINDS:
            forms = tuple(one for one in self.facts.values[field] if KINDS[value](one))
            told = operator == "not" or (forms and value != EXAM)
            return Condition(field, operator, forms, said, around.start, around.end) if told else None
        if value == CLOSED and any(word.text in words_of("any_of_all") for word in words(said)):
            operator = "only"  # `without any aids` is so in each part
        if operator == "only" and value in (INDIVIDUAL, GROUP):  # who does it alone does nothing in a group
            field, value, operator = ALONE[value], GROUP if value == INDIVIDUAL else INDIVIDUAL, "not"
        values = self._catalogue_values(field, value)
        if not values:
            return said
        return Condition(field, operator, tuple(values), said, around.start, around.end)

    def _catalogue_values(self, field: str, value: str) -> list[str]:
        """The catalogue's values that mean `value`: equal, or beginning with it (`Spring` → `Spring 2025`)."""
        known = self.facts.values.get(field, {})
        if value in known:  # `Mandatory (also offered as elective)` too
            return [value, *(one for one in known if one.startswith(f"{value} ("))]
        wanted = fold(value)
        own = [one for word, one in self.facts.own.get(field, {}).items() if fold(word) == wanted]
        return list(dict.fromkeys(own)) or [
            one for one in known if fold(one) == wanted or (len(wanted) > 3 and _holds(fold(one), wanted))
        ]

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
                found.append(_lecturer(pair, Around(told, place, 2, text)))
            elif before and len(word.text) > 2 and word.text not in stop_words() | by:
                found += self._surname(told, place, text)
            elif word.text in self.rare_names and _is_name(Around(told, place, 1, text), len(self.names[word.text])):
                found.append(_lecturer(self.names[word.text], Around(told, place, 1, text)))
        return found

    def _surname(self, told: Sequence[Word], place: int, text: str) -> list[Condition | str]:
        word = told[place]
        said = text[word.start : word.end]
        around = Around(told, place, 1, text)
        values = self.names.get(word.text) or (self._misspelt_name(word.text) if around.loose else None)
        if values:
            return [_lecturer(values, around)]
        named = said[:1].isupper() and told[place - 1].text in words_of("by_name")
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


def _name_words(lecturers: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in lecturers:
        for word in words(name):
            if len(word.text) > 1 and word.text not in stop_words() | words_of("particles"):
                found.setdefault(word.text, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _blanked(text: str, taken: Sequence[tuple[int, int]]) -> str:
    letters = list(flat(text))
    for start, end in taken:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _lecturer(names: Iterable[str], around: Around) -> Condition:
    operator = "not" if around.operator == "not" else "is"
    said = around.text[around.start : around.end]
    return Condition("lecturer", operator, tuple(sorted(names)), said, around.start, around.end)


def _is_name(around: Around, bearers: int) -> bool:
    """Whether a name is meant, where the word is an ordinary one too or several are called so: `Back`, not `back
    testing`.
    """
    if bearers > 1:
        return around.alone or re.match(r"['’]s?\b", around.text[around.end :]) is not None
    ordinary = around.told[around.place].text in words_of("ordinary")
    return not ordinary or around.alone or (around.place > 0 and around.text[around.start].isupper())


def values_said(text: str, field: str) -> frozenset[str]:
    """Canonical values of `field` that `text` says, wherever they stand: for questions like "is it in English?"."""
    told = [word.text for word in words(text)]
    if field in ("ects", "credits"):
        return numbers_said(text)
    found = set()
    for place in range(len(told)):
        for size in range(1, LONGEST_PHRASE + 1):
            for name, value in known_phrases().get(tuple(told[place : place + size]), ()):
                if name == field and value not in KINDS:
                    found.add(value)
    return frozenset(found)
