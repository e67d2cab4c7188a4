"""Departments that a catalogue knows by a short form, said in words: `history department`, `100-level history`.

In: the values of the field, a question's words, the other conditions found. Out: conditions on `department`. A full
name is a phrase as any other (`conditions.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from courselens.search.codes import short_forms
from courselens.search.facts import Condition, Facts
from courselens.search.joined import within
from courselens.search.places import Around, value_words, words_of
from courselens.search.tokens import Word, abbreviates, fold
from courselens.search.vocabulary import stop_words

MOST = 4
"""Words that may name departments and nothing else."""
LEAST = 3
"""Letters of a short form that words are taken for."""
_SHORT = re.compile(r"[A-Z]{2,8}")
_SMALL = (
    *("courses", "offering", "taught", "asking_some", "levels", "units", "negation", "joining", "grades", "but"),
    "wishing",
)
"""Lists of words that may stand beside departments and conditions."""


class Departments:
    """Reads the departments of one catalogue."""

    def __init__(self, facts: Facts) -> None:
        values = (value for value in facts.values.get("department", {}) if _SHORT.fullmatch(value))
        self.short = {fold(value): value for value in values if len(value) >= LEAST}

    def named(self, text: str, told: Sequence[Word]) -> list[Condition]:
        """Those beside the word department, and those right before courses with no other word of a topic: `history
        department`, `100-level history courses` where the catalogue has `HIST`, but not `art history courses`.
        """
        found = []
        cue, courses = words_of("departments"), words_of("plural_courses")
        for place, word in enumerate(told) if self.short else ():
            around = Around(told, place, 1, text)
            before = around.before()
            beside = around.next in cue or (before in ("of", "for") and around.before(2) in cue)
            alone = around.next in courses and (before in _small() or before == "" or before.isdigit())
            if beside or (alone and word.text not in value_words()):
                _, value = self._first(told[place : place + 1])
                if value:
                    found.append(Condition("department", around.operator, (value,), around.said, word.start, word.end))
        return found

    def alone(self, text: str, told: Sequence[Word], made: Sequence[Condition]) -> list[Condition]:
        """Those that are all that is said beside the conditions `made` and a word for courses: `100-level history`."""
        told_texts = {word.text for word in told}
        if not self.short or not (made or told_texts & words_of("plural_courses")):
            return []
        rest = [word for word in told if word.text not in _small() and not within(word, made)]
        if len(rest) > MOST or told_texts & words_of("teaching_language"):  # `taught in Norwegian` is no department
            return []
        found = []
        while rest:
            size, value = self._first(rest)
            if value is None:
                return []
            start, end = rest[0].start, rest[size - 1].end
            found.append(Condition("department", "is", (value,), text[start:end], start, end))
            rest = rest[size:]
        return found

    def _first(self, told: Sequence[Word]) -> tuple[int, str | None]:
        """How many of the words from the first on say a department, and which: `HIST` of history, `SOAN` of sociology
        and anthropology, `RUSSN` of russian.
        """
        for size in (2, 1):
            said = [word.text for word in told[:size]]
            forms = short_forms(said) if len(said) == size else []
            value = next((self.short[form] for form in forms if form in self.short), None)
            if value:
                return size, value
        first = told[0].text
        cut = [code for code in self.short if len(code) > LEAST and abbreviates(code, first)] if forms else []
        return 1, self.short[max(cut, key=len)] if cut else self.short.get(first)


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    return frozenset().union(stop_words(), *map(words_of, _SMALL))
