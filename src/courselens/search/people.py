"""Who a lecturer is: what courses tell of the people who teach them.

In: a question that names a lecturer and no course. Out: the passage that tells what is asked. Pages introduce their
lecturers in a section of their own or in any other, so the passage is found by the name and by what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from courselens.dataset.types import Passage
from courselens.search.decide import Asked, asks
from courselens.search.lexical import word_stems
from courselens.search.places import phrase_pattern, words_of
from courselens.search.query import Understood
from courselens.search.rank import Near
from courselens.search.stored import Index
from courselens.search.tokens import fold, words
from courselens.search.vocabulary import MENTION, asking_words

OF_ANYTHING = frozenset({None, "content", "objectives", "further", "lecturer", "literature"})
"""What a question about a person may be taken to ask of a course."""
_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’-]+(?: [A-ZÀ-ÖØ-Þ][\w'’-]+)+")
MOST = 20
"""Courses of a lecturer that are looked through."""


@dataclass(frozen=True, slots=True)
class Person:
    """A lecturer who is asked after, by `names`, folded, and the `place` of the passage that tells of them."""

    names: frozenset[str]
    place: int


def told_of_person(
    index: Index, passage: Callable[[int], Passage], understood: Understood, asked: Asked, near: Near
) -> Person | None:
    """The passage in which a course tells who its lecturer is (`who is Dick?`), or whatever is asked of one in words
    that stand there (`of which club is Dick president?`); None where nobody is asked after, or nothing told.
    """
    names = asked_person(understood)
    if not names:
        return None
    wanted = []
    if not asks_who(understood):
        wanted = [word.text for word in understood.told if word.text not in names | asking_words()]
        if not (wanted and asks(understood) and asked.field in OF_ANYTHING):
            return None
    taught = next(one for one in understood.found.conditions if one.field == "lecturer").mask(index.facts)
    found = [
        place
        for number in np.flatnonzero(taught)[:MOST].tolist()
        for place in index.passages_of(number)
        if not index.fact[place]
        and passage(place).section != "literature"  # where they are but authors
        and tells_of(passage(place).text, names, wanted)
    ]
    return Person(names, max(found, key=lambda place: float(near.passages[0, place]))) if found else None


def asked_person(understood: Understood) -> frozenset[str]:
    """The names, folded, of the lecturer after whom it may be asked rather than what they teach; none else."""
    told = [one for one in understood.found.conditions if one.field == "lecturer"]
    if len(told) != 1 or understood.named or understood.plural:
        return frozenset()
    said = {word.text for word in understood.told}
    gives = not said.isdisjoint(words_of("giving") - {"macht"})  # `was macht er beruflich?`
    if not said.isdisjoint(words_of("courses")) or (gives and not asks_who(understood)):
        return frozenset()
    return frozenset(word.text for word in words(told[0].said))


def asks_who(understood: Understood) -> bool:
    """Whether it is asked in so many words who somebody is."""
    gives = words_of("taught") | words_of("giving") - {"macht", "lehrt"}
    if any(word.text in gives for word in understood.told):
        return False
    return bool(phrase_pattern("of_person").search(" ".join(word.text for word in understood.told)))


def names_said(frame: str) -> list[str]:
    """What a question says beside the course's name as names are written, in two words or more: `Christian Hansen`."""
    names = []
    for found in _NAME.finditer(re.sub(rf"\b{MENTION}\b", ",", frame)):
        told = found.group().split()
        while told and fold(told[0]) in asking_words():  # `Who`, which begins the question
            told = told[1:]
        names += [" ".join(told)] if len(told) > 1 else []
    return names


def tells_of(text: str, names: frozenset[str], asked: Collection[str] = ()) -> bool:
    """Whether a passage speaks of the person of those `names`, below its heading, and says half of the words `asked`,
    in some form.
    """
    told = {word.text for word in words(text.partition("\n")[2])}
    if not names <= told:
        return False
    stems = {stem for word in told for stem in word_stems(word)}
    return sum(not stems.isdisjoint(word_stems(fold(word))) for word in asked) * 2 >= len(asked)
