"""Series of courses, with which their titles begin: `Consultancy Project: Digital Finance`.

In: the series that the facts of an index hold, and a question's words. Out: the condition on one that the question
says: `which consultancy projects are there`, `courses in the area responsibility`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from courselens.search.facts import SERIES, Condition, Facts
from courselens.search.lexical import word_stems
from courselens.search.places import Around, words_of
from courselens.search.tokens import Word, words


class Series:
    """Reads the series of one catalogue in questions."""

    def __init__(self, facts: Facts) -> None:
        self.names: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        """Names, with what is printed, by each form of their first words."""
        for value in facts.values.get(SERIES, {}):
            for name in filter(None, (tuple(word.text for word in words(part)) for part in re.split(r"[/|]", value))):
                for form in _forms(name[0]):
                    self.names[form].append((name, value))

    def said(self, text: str, told: Sequence[Word]) -> Condition | None:
        """The series that the words name and of which they ask for courses, with all the values that mean it.

        A name of two words or more is meant where it is said in the plural, or a word for courses or series stands
        beside it; one of a single word (`law`) is a topic as well, so that only a word for series makes it one.
        """
        found: dict[tuple[int, int], list[str]] = {}
        for place, word in enumerate(told) if self.names else ():
            for name, value in (one for form in _forms(word.text) for one in self.names.get(form, ())):
                if _stands_at(told, place, name) and _meant(text, told, place, name):
                    found.setdefault((place, len(name)), []).append(value)
        if not found:
            return None
        place, size = max(found, key=lambda one: (one[1], -one[0]))
        values = tuple(dict.fromkeys(found[place, size]))
        cues = words_of("series_words")
        linked = place > 1 and told[place - 1].text in words_of("linking")
        begin = place - 1 - linked
        if begin >= 0 and told[begin].text in cues:
            place, size = begin, size + place - begin
        size += place + size < len(told) and told[place + size].text in cues
        around = Around(told, place, size, text)
        operator = "not" if around.operator == "not" else "is"
        return Condition(SERIES, operator, values, around.said, around.start, around.end)


def _stands_at(told: Sequence[Word], place: int, name: Sequence[str]) -> bool:
    said = told[place : place + len(name)]
    return len(said) == len(name) and not any(
        _forms(one).isdisjoint(_forms(word.text)) for one, word in zip(name, said, strict=True)
    )


def _meant(text: str, told: Sequence[Word], place: int, name: Sequence[str]) -> bool:
    end = place + len(name)
    if re.match(r"\s*[:–—]", text[told[end - 1].end :]):  # a title follows
        return False
    before = [one.text for one in told[:place] if one.text not in words_of("linking")][-1:]
    beside = {*before, *(one.text for one in told[end : end + 1])}
    if not beside.isdisjoint(words_of("series_words")):
        return len(name) > 1 or any(one.text in words_of("courses") for one in told)
    last, said = name[-1], told[end - 1].text
    plural = len(said) > len(last) and said.startswith(last[:-1])
    return len(name) > 1 and (plural or not beside.isdisjoint(words_of("plural_courses")))


@lru_cache(maxsize=4096)
def _forms(word: str) -> frozenset[str]:
    """The word and its stems: it is one of a name in another form where both have one of them."""
    return word_stems(word) | {word}
