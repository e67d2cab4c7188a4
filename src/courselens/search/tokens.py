"""Text as words: folded so that case, accents and Danish or German letters do not matter, with their places kept.

In: a text as a person or a catalogue wrote it. Out: words with spans into that text. Everything that compares words of
questions with words of catalogues folds them here, so that both sides agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ł": "l", "đ": "d", "’": "'"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_OFTEN = 0x2100
"""Letters before it, and signs of punctuation, come again and again."""
SHORT = 300
"""Characters of a text whose words are kept."""

BREAK = re.compile(r"[,;:.?!–](?!\d)|\s-\s")
"""Where a clause ends."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and its place in the text it came from: `text[start:end]`."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Lower case without accents: `Übungen` → `ubungen`, `Ø` → `o`, `ß` → `ss`."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What each letter is folded to; filled as letters are met, those of alphabets that catalogues are written in."""

    def __missing__(self, point: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(point).casefold().translate(_LETTERS))
        folded = "".join(letter for letter in plain if not unicodedata.combining(letter))
        if point < _OFTEN:
            self[point] = folded
        return folded


_FOLDED = _Folded()


def flat(text: str) -> str:
    """`fold`, but of the same length as `text`, so that places in one are places in the other: `æ` → `a`."""
    if text.isascii():
        return text.lower()
    return "".join(map(_flat_letter, text))


@lru_cache(maxsize=4096)
def _flat_letter(letter: str) -> str:
    return (fold(letter) or " ")[0]


def either(items: Iterable[object]) -> str:
    """A pattern of any of the items in a text made `flat`, the longest first."""
    return "|".join(re.escape(flat(str(item))) for item in sorted(map(str, items), key=len, reverse=True))


def words(text: str) -> list[Word]:
    """The words of `text` in order. Small roman numbers become digits, so that `II` and `2` are one word."""
    return list(_kept_words(text)) if len(text) <= SHORT else _cut(text)


@lru_cache(maxsize=512)
def _kept_words(text: str) -> tuple[Word, ...]:
    """Questions and their parts are cut into words at every step of understanding."""
    return tuple(_cut(text))


def _cut(text: str) -> list[Word]:
    found = []
    for match in _WORD.finditer(text):
        folded = fold(match.group())
        found.append(Word(_ROMAN.get(folded, folded), match.start(), match.end()))
    return found


def abbreviates(word: str, other: str) -> bool:
    """Whether a folded word has the first letter and further letters of another one, in order: `mgmt`, `management`."""
    letters = iter(other)
    return word[:1] == other[:1] and all(letter in letters for letter in word)


def compact(text: str) -> str:
    """Letters and digits only, folded: `KAN-CSOCV1036U` → `kancsocv1036u`, `8,276` → `8276`."""
    return "".join(match.group() for match in _WORD.finditer(fold(text)))
