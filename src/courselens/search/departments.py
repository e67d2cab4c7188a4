"""Departments that a catalogue knows by a short form, said in words: `history department`, `100-level history`.

In: the values of the field, a question's words, the other conditions found. Out: conditions on `department`. A full
name is a phrase as any other (`conditions.py`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from courselens.search.facts import Condition, Facts
from courselens.search.joined import within
from courselens.search.names import nicknames
from courselens.search.places import WITH_VALUES, Around, value_words, words_of
from courselens.search.tokens import Word, abbreviates, fold
from courselens.search.vocabulary import stop_words

MANY = 0.5
"""Share of courses that tell a language from which a word for one is one."""
MOST = 6
"""Words that may name departments and nothing else."""
LONGEST = 4
"""Words of a department's name, but for small ones."""
MISSPELT = 6
"""Letters of a word from which a slip in it is mended."""
LEAST = 3
"""Letters of a short form that words are taken for."""
_SHORT = re.compile(r"[A-Z]{2,8}")
_CLAUSE = re.compile(r"[,;.?!:]\s")
_SMALL = (
    *("courses", "offering", "taught", "asking_some", "levels", "units", "negation", "joining", "grades", "but"),
    *("wishing", "something", "terms", "types", "beside_departments"),
)
"""Lists of words that may stand beside departments and conditions."""


class Departments:
    """Reads the departments of one catalogue."""

    def __init__(self, facts: Facts) -> None:
        values = (value for value in facts.values.get("department", {}) if _SHORT.fullmatch(value))
        self.short = {fold(value): value for value in values if len(value) >= LEAST}
        types = (fold(value) for value in (*facts.values.get("type", {}), *facts.own.get("type", {})))
        told = "language" in facts.fields and bool(facts.stating("language").mean() >= MANY)
        self.languages = not told  # `Spanish courses` are those of SPAN where few courses tell a language
        fields = (field for field in WITH_VALUES if field in facts.fields and (told or field != "language"))
        self.values = value_words(tuple(fields))
        self.courses = words_of("plural_courses") | {f"{one}s" for one in types if one.isalpha()}

    def knows(self, told: Sequence[Word]) -> bool:
        """Whether the words say a department."""
        return bool(self.short) and self._first(told)[1] is not None

    def has_language(self, told: Sequence[Word]) -> bool:
        """Whether a word for a language says a department rather than what is spoken."""
        return self.languages and self.knows(told)

    def named(self, text: str, told: Sequence[Word]) -> list[Condition]:
        """Those beside the word department, and those right before courses with no other word of a topic: `history
        department`, `100-level history courses` where the catalogue has `HIST`, but not `art history courses`.
        """
        found: list[Condition] = []
        cue = words_of("departments")
        place = 0
        while place < len(told) and self.short:
            size, value = self._first(told[place:])
            around = Around(told, place, size, text)
            before = around.before()
            beside = around.next in cue or before in cue or (before in ("of", "for") and around.before(2) in cue)
            alone = around.next in self.courses and (before in _small() or before == "" or before.isdigit())
            if value and (beside or (alone and told[place].text not in self.values)):
                found.append(Condition("department", around.operator, (value,), around.said, around.start, around.end))
                place += size - 1
            place += 1
        return found

    def alone(self, text: str, told: Sequence[Word], made: Sequence[Condition]) -> list[Condition]:
        """Those that are all that is said beside the conditions `made` and a word for courses, in the question or in a
        clause of it with a condition: `100-level history`, `history, but level 300`.
        """
        told_texts = {word.text for word in told}
        if not self.short or not (made or told_texts & self.courses) or self._spoken(told):
            return []
        clauses = [list(told)]
        breaks = [found.end() for found in _CLAUSE.finditer(text)]
        if breaks:
            parts = itertools.groupby(told, key=lambda word: sum(word.start >= one for one in breaks))
            clauses += [part for part in (list(words) for _, words in parts) if any(within(one, made) for one in part)]
        return next(filter(None, (self._all(text, clause, made) for clause in clauses)), [])

    def _spoken(self, told: Sequence[Word]) -> bool:
        """Whether it is said in which language courses are given, which names no department: `taught in Norwegian`, but
        not `Norwegian language courses`.
        """
        return any(
            word.text in words_of("teaching_language")
            and not {one.text for one in told[place + 1 :][:1]} & self.courses
            for place, word in enumerate(told)
        )

    def _all(self, text: str, told: Sequence[Word], made: Sequence[Condition]) -> list[Condition]:
        """The departments that the words `told` name, where they say nothing else beside the conditions `made`."""
        small = _small() | self.courses
        rest = [word for word in told if word.text not in small and not within(word, made)]
        found: list[Condition] = []
        while rest and len(rest) <= MOST:
            size, value = self._first(rest)
            if value is None:
                return []
            around = Around(told, told.index(rest[0]), size, text)
            operator = "not" if around.operator == "not" else "is"
            said = around.said if operator == "not" else text[rest[0].start : rest[size - 1].end]
            found.append(Condition("department", operator, (value,), said, rest[0].start, rest[size - 1].end))
            rest = rest[size:]
        return found if not rest else []

    def _first(self, told: Sequence[Word]) -> tuple[int, str | None]:
        """How many of the words from the first on say a department, and which: `HIST` of history, `SOAN` of sociology
        and anthropology, `FMS` of film and media studies.
        """
        first = told[0].text
        if first not in self.short and len(nicknames().get(first, ())) == 1:  # `bio` where the catalogue has BIOL
            first = nicknames()[first][0]
            told = [replace(told[0], text=first), *told[1:]]
        for size in range(min(LONGEST + 2, len(told)), 0, -1):
            said = [_mended(word.text) for word in told[:size] if word.text not in words_of("joining")]
            if told[size - 1].text in words_of("joining") or not 0 < len(said) <= LONGEST:
                continue
            subjects = words_of("department_subjects") | (
                words_of("department_parts") if len(said) > 1 else frozenset()
            )
            if not {*said} <= subjects | words_of("sciences") or first in words_of("sciences"):
                continue
            fitting = [code for code in self.short if _cut_short(code, said)]
            if fitting:
                return size, self.short[max(fitting, key=lambda code: (_made_of(code, said), len(code), code))]
        return 1, self.short.get(first)


def topics_in_a_language(found: Sequence[Condition], facts: Facts) -> list[Condition]:
    """The conditions `found` without a department called as a language where another language is said in which it has
    no course: `Japanese courses in English` may be of any department.
    """
    spoken = [one.mask(facts) for one in found if one.field == "language"]
    languages = value_words(("language",))

    def of_any(one: Condition) -> bool:
        named = one.field == "department" and fold(one.said) in languages
        return named and any(not (mask & one.mask(facts)).any() for mask in spoken)

    return [one for one in found if not of_any(one)]


def _cut_short(code: str, said: Sequence[str]) -> bool:
    """Whether a folded short form is made of letters of all the words `said`, in order; the last of several may be
    left out where it says nothing of a subject or the first word stands in full: `amst` and `amer` of American studies,
    `asian` of Asian studies, `swrk` of social work.
    """
    first, *rest = said
    if not rest:
        return first.startswith(code) or (len(code) > LEAST and abbreviates(code, first))
    return code == first or ({*rest} <= words_of("sciences") and _cut_short(code, [first])) or _made_of(code, said)


def _made_of(code: str, said: Sequence[str]) -> bool:
    """Whether letters are those of all the words `said`, some of each."""
    if not said:
        return not code
    first, *rest = said
    return any(_cuts(code[:size], first) and _made_of(code[size:], rest) for size in range(1, len(code) + 1))


def _cuts(letters: str, word: str) -> bool:
    """Whether letters begin a word, or are more than two of it: `sci` and `wrk`."""
    return word.startswith(letters) or (len(letters) >= LEAST and abbreviates(letters, word))


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    """A misspelt subject as it is spelt: `philosphy`."""
    known = words_of("department_subjects")
    if len(word) < MISSPELT or word in known | words_of("sciences") | words_of("department_parts"):
        return word
    best = process.extractOne(word, [one for one in known if one[0] == word[0]], scorer=OSA.distance, score_cutoff=1)
    return str(best[0]) if best else word


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    return stop_words().union(*map(words_of, _SMALL))
