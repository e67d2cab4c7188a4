"""Who a lecturer is: what courses tell of the people who teach them.

In: a question that names a lecturer and no course. Out: the passage that tells what is asked. Pages introduce their
lecturers in a section of their own or in any other, so the passage is found by the name and by what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from courselens.course import Course
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
NOT_INTRODUCING = frozenset({"literature", "exam"})
"""Sections where a lecturer is an author or an examiner."""
FULL_NAME = 2
"""Words of a name that stand where somebody is introduced."""
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
    if asks_after(understood):
        return frozenset(word.text for word in words(told[0].said))
    said = {word.text for word in understood.told}
    gives = not said.isdisjoint(words_of("giving") - {"macht"})  # `was macht er beruflich?`
    if not said.isdisjoint(words_of("courses")) or (gives and not asks_who(understood)):
        return frozenset()
    return frozenset(word.text for word in words(told[0].said))


def asks_after(understood: Understood) -> bool:
    """Whether `who is` stands right before a lecturer's name."""
    starts = {one.start for one in understood.found.conditions if one.field == "lecturer"}
    told, titles = understood.told, words_of("by_name")
    for place in range(len(told)) if starts else ():
        said = {told[place].text, " ".join(word.text for word in told[max(0, place - 1) : place + 1])}
        following = next((word for word in told[place + 1 :] if word.text not in titles), None)
        if not said.isdisjoint(words_of("who_is")) and following is not None and following.start in starts:
            return True
    return False


def asks_who(understood: Understood) -> bool:
    """Whether it is asked in so many words who somebody is."""
    gives = words_of("taught") | words_of("giving") - {"macht", "lehrt"}
    if any(word.text in gives for word in understood.told):
        return False
    said = " ".join(word.text for word in understood.told)
    return any(phrase_pattern(one).search(said) for one in ("who_is", "of_person"))


def section_on_lecturer(understood: Understood, course: Course, passages: Iterable[Passage]) -> str | None:
    """The section of `course` that introduces its lecturer, where that is asked: `who is Eling of that course`,
    `the background of the lecturer of …`.
    """
    said = {word.text for one in understood.found.conditions if one.field == "lecturer" for word in words(one.said)}
    told = " ".join(word.text for word in words(understood.beside))
    beyond = (found.group() for found in phrase_pattern("of_person").finditer(told))
    if not asks_after(understood) and all(one in words_of("of_chair") for one in beyond):
        return None
    names = [frozenset(word.text for word in words(str(value))) for value in course.values("lecturer")]
    asked = [one for one in names if one & said] or names
    chunks = (one for one in passages if one.kind == "chunk" and one.section not in NOT_INTRODUCING)
    return next((one.section for one in chunks if _introduces(one, asked)), None)


def _introduces(passage: Passage, people: Sequence[frozenset[str]]) -> bool:
    """Whether `passage` says the full name of one of the `people` below its heading."""
    told = {word.text for word in words(passage.text.partition("\n")[2])}
    return any(name and len(name & told) >= min(FULL_NAME, len(name)) for name in people)


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
