"""Disciplines that are all a question for courses is about: `courses in statistics or math`, `hvilke fag i psykologi`.

In: the values of the field, a question's words, the other conditions found. Out: conditions on `discipline`, which has
its values in the languages of the pages: `Statistics` and `Statistik` are one, and `law` is any kind of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from courselens.dataset.glossary import is_written
from courselens.search.facts import Condition, Facts
from courselens.search.joined import within
from courselens.search.places import Phrase, words_of
from courselens.search.plural import asks_for_courses
from courselens.search.tokens import Word, words
from courselens.search.translation import english
from courselens.search.vocabulary import asking_words

LONGEST = 4
"""Words of a discipline's name."""
LANGUAGES = ("da", "de")
"""Languages of disciplines that are no English."""
ENDING = 6
"""Letters of a word that may end one that is a kind of it: `economics`, `microeconomics`."""
BEGINNING = 4
"""Letters of a word that may stand for one that begins so: `math`."""


class Disciplines:
    """Reads the disciplines of one catalogue."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.values: dict[Phrase, set[str]] = {}
        same: dict[Phrase, set[str]] = {}
        said: dict[Phrase, set[Phrase]] = {}
        for value in facts.values.get("discipline", {}):
            own, in_english = _phrase(value), _in_english(value)
            same.setdefault(in_english, set()).add(value)
            said.setdefault(in_english, set()).update((own, in_english))
        for in_english, values in same.items():
            for phrase in (*said[in_english], in_english[-1:]):  # no discipline need be called `law` alone
                self.values.setdefault(phrase, set()).update(values)

    def alone(self, text: str, told: Sequence[Word], made: Sequence[Condition]) -> list[Condition]:
        """One condition on all the disciplines that the words name, where they say nothing else beside the conditions
        `made` and a word for courses, and some course fulfils both: else they are a topic as any other.
        """
        any_number = any(word.text in words_of("of_any_number") for word in told)
        if not self.values or not (any_number or asks_for_courses(told)):
            return []
        small = _small()
        rest = [word for word in told if word.text not in small and not within(word, made)]
        found: set[str] = set()
        left = rest
        while left:
            size, values = self._first(left)
            if not values:
                return []
            found |= values
            left = left[size:]
        if not found:
            return []
        start, end = rest[0].start, rest[-1].end
        told_by = Condition("discipline", "is", tuple(sorted(found)), text[start:end], start, end)
        masks = [one.mask(self.facts) for one in (told_by, *made) if one.field in self.facts.fields]
        return [told_by] if np.all(masks, axis=0).any() else []

    def _first(self, told: Sequence[Word]) -> tuple[int, frozenset[str]]:
        """How many of the words from the first on name a discipline, and its values."""
        for size in range(min(LONGEST, len(told)), 0, -1):
            phrase = tuple(word.text for word in told[:size])
            values = self.values.get(phrase) or self.values.get(_in_english(" ".join(phrase)))
            if values:
                return size, frozenset(values)
        said = told[0].text
        single = {one[0]: held for one, held in self.values.items() if len(one) == 1}
        ending = (held for one, held in single.items() if len(said) >= ENDING and one.endswith(said))
        kinds = frozenset[str]().union(*ending)
        beginning = said.removesuffix("s")
        begun = {frozenset(held) for one, held in single.items() if one.startswith(beginning)}
        short = len(beginning) >= BEGINNING and not is_written(said)
        return 1, begun.pop() if short and not kinds and len(begun) == 1 else kinds


def _phrase(text: str) -> Phrase:
    return tuple(word.text for word in words(text))


def _in_english(text: str) -> Phrase:
    """The words in English, where the glossary knows all of them."""
    said = _phrase(text)
    translated = (_phrase(" ".join(english(text, one))) for one in LANGUAGES)
    return next((phrase for phrase in translated if len(phrase) >= len(said) > 0), said)


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    lists = ("courses", "offering", "asking_some", "joining", "disciplines", "wishing", "something", "about")
    return asking_words().union(*map(words_of, lists))
