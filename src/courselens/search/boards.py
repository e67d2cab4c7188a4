"""Study boards that a question names: in full, by a short form, in the other language of the pages.

In: the values of the field and a question's words. Out: conditions on `study_board`. `The digital design board` is the
Study Board for Digital Design, and `Studienævnet for Jura` and the Study Board for Law are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from courselens.search.facts import Condition, Facts
from courselens.search.places import Around, Phrase, words_of
from courselens.search.tokens import Word, words
from courselens.search.translation import english

LONGEST = 8
"""Words of a board's name, small ones among them."""
LANGUAGES = ("da", "de")
"""Languages of boards that are no English."""


class Boards:
    """Reads the study boards of one catalogue."""

    def __init__(self, facts: Facts) -> None:
        self.values: dict[Phrase, list[str]] = {}
        for value in facts.values.get("study_board", {}):
            told = words(value)
            if name := _name(told) if any(word.text in words_of("boards") for word in told) else ():
                self.values.setdefault(name, []).append(value)

    def named(self, text: str, told: Sequence[Word]) -> list[Condition]:
        """Those whose name stands right before or behind the word for a board, with all the values that mean it."""
        places = [place for place, word in enumerate(told) if self.values and word.text in words_of("boards")]
        found = (self._at(text, told, place) for place in places)
        return [one for one in found if one is not None]

    def _at(self, text: str, told: Sequence[Word], place: int) -> Condition | None:
        for start, end in _spans(told, place):
            values = self.values.get(_name(told[start:end]))
            if values:
                around = Around(told, start, end - start, text)
                return Condition("study_board", around.operator, tuple(values), around.said, around.start, around.end)
        return None


def _spans(told: Sequence[Word], place: int) -> Iterator[tuple[int, int]]:
    """Words from the board at `place` on, and those up to it, the longest first."""
    small = words_of("linking")
    whole = place > 0 and f"{told[place - 1].text} {told[place].text}" in words_of("boards")
    for end in range(min(len(told), place + 1 + LONGEST), place + 1, -1):
        if told[end - 1].text not in small:
            yield place - whole, end
    for start in range(max(0, place - LONGEST), place):
        if told[start].text not in small:
            yield start, place + 1


@lru_cache(maxsize=1)
def _bodies() -> frozenset[str]:
    """The words of what boards are called, and those that link words of a name."""
    return words_of("linking") | {word for one in words_of("boards") for word in one.split()}


def _name(told: Sequence[Word]) -> Phrase:
    """The words of a board's name that tell it from others, in English where the glossary knows them."""
    return tuple(word for one in told if one.text not in _bodies() for word in _in_english(one.text))


@lru_cache(maxsize=4096)
def _in_english(word: str) -> Phrase:
    translated = (tuple(english(word, language)) for language in LANGUAGES)
    return next(filter(None, translated), (word,))
