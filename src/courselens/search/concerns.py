"""Practical things that students ask of a course: the room, a resit, who pays the flight, how long the paper must be.

In: a question without the course's name, and the passages of the course. Out: which of these it asks for, and which
passages tell it. They are told by few words, in another language or another section than one would expect, and most
sheets do not tell them at all; the words are data (`words/concerns.yaml`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from courselens.search.places import words_of
from courselens.search.telling import CLOCK, dates
from courselens.search.tokens import fold
from courselens.search.vocabulary import MENTION, load

_SIGNS: Mapping[str, Callable[[], re.Pattern[str]]] = {
    "ADDRESS": lambda: re.compile(r"\S@\S+\.\w"),
    "CLOCK": lambda: re.compile(rf"{CLOCK}(?!\.?\d)"),
    "DATE": dates,
}
"""What an address, a time of the day and a date look like in folded text."""
VAGUE = 0.44
"""What words count for that do not suffice, beside those that do: fitted with the weights of `field.py`."""
MOST = 5
"""Things that one question asks for: a pasted page would ask for them all."""
LETTERS = 3
"""Letters of a word by which most of what is not asked is passed over."""
_APART = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Concern:
    """A thing that is asked and told by words; who tells what is `sure` uses one of the words. What asks for it begins
    with letters that are in `begins`; `rows` are the labels of an examination's rows that tell it, what is `of_exam`
    is asked of nothing else, what is told `by_sentence` has no section of its own, and with the words of `unless`
    something else is asked.
    """

    name: str
    sure: bool
    begins: frozenset[str]
    asking: re.Pattern[str]
    telling: re.Pattern[str]
    signs: tuple[re.Pattern[str], ...] = ()
    rows: re.Pattern[str] | None = None
    of_exam: bool = False
    by_sentence: bool = False
    unless: re.Pattern[str] | None = None

    def asked_by(self, said: str) -> bool:
        """Whether a question in plain words asks for it."""
        return bool(self.asking.search(said)) and not (self.unless and self.unless.search(said))

    @property
    def weight(self) -> float:
        """How much it counts that a passage has its words, 1 where they suffice."""
        return 1.0 if self.sure else VAGUE

    def told_by(self, text: str) -> bool:
        """Whether `text`, the body of a passage, tells it."""
        folded = fold(text)
        return bool(self.telling.search(plain(folded))) or any(sign.search(folded) for sign in self.signs)

    def told_in(self, label: str) -> bool:
        """Whether the row of an examination that is called `label` tells it."""
        return self.rows is not None and self.rows.search(plain(fold(label))) is not None


def concerns_of(text: str) -> tuple[Concern, ...]:
    """What `text`, a question without the course's name, asks for: the first `MOST` of all that are known."""
    said = _trip().sub(r"\1", plain(fold(text)))
    begun = {word[:LETTERS] for word in said.split()}
    asked = (one for one in concerns() if not one.begins.isdisjoint(begun) and one.asked_by(said))
    return tuple(itertools.islice(asked, MOST))


def concern(name: str) -> Concern:
    """The one that is called so."""
    return next(one for one in concerns() if one.name == name)


def signs_of(items: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """What those of `items` look like in folded text that are no words: a date, a time of the day, an address."""
    return tuple(_SIGNS[item]() for item in items if item in _SIGNS)


@lru_cache(maxsize=1)
def _trip() -> re.Pattern[str]:
    """A course that is spoken of as the journey that it is: `the Peru trip`."""
    definite, journeys = ("|".join(sorted(words_of(name))) for name in ("definite", "journeys"))
    return re.compile(rf"\b((?:{definite}) {fold(MENTION)}) (?:{journeys})\b")


@lru_cache(maxsize=1)
def concerns() -> tuple[Concern, ...]:
    """All that are known."""
    made = []
    for name, told in load("concerns.yaml").items():
        both, asking, telling = (told.get(key, []) for key in ("words", "asking", "telling"))
        signs = signs_of(telling)
        telling = [item for item in telling if item not in _SIGNS]
        begins = frozenset(plain(fold(item)).split()[0][:LETTERS] for item in both + asking)
        patterns = pattern(both + asking), pattern(both + telling)
        rows = pattern(told["rows"]) if "rows" in told else None
        unless = pattern(told["unless"]) if "unless" in told else None
        sure, of_exam, by_sentence = (bool(told.get(key)) for key in ("sure", "of_exam", "by_sentence"))
        made.append(Concern(name, sure, begins, *patterns, signs, rows, of_exam, by_sentence, unless))
    return tuple(made)


def plain(folded: str) -> str:
    """The words of folded text, with one space between them."""
    return _APART.sub(" ", folded).strip()


def pattern(items: Sequence[str]) -> re.Pattern[str]:
    """A pattern of any of the items in words with one space between them."""
    return re.compile(rf"\b(?:{'|'.join(map(_item, items))})\b")


def _item(item: str) -> str:
    parts = []
    for word in item.split():
        if word == "*":
            parts.append(r"(?:\w+ ){0,2}\w+")
        elif word == "N":
            parts.append(r"\d+")
        else:
            pieces = [" ".join(_APART.sub(" ", fold(piece)).split()) for piece in word.split("*")]
            parts.append(r"\w*".join(pieces))
    return " ".join(parts)
