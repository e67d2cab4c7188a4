"""Courses that ask for another one, what can be taken after it, and those that ask for nothing.

In: a question that names a course and asks what comes after it. Out: the courses whose prerequisites name it, by code
in any spelling or by its whole title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from courselens.dataset.types import Passage
from courselens.search.codes import CodeMention
from courselens.search.facts import Condition, Mask
from courselens.search.lexical import query_words
from courselens.search.names import NAMED
from courselens.search.places import phrase_pattern, words_of
from courselens.search.query import Understood
from courselens.search.stored import Index, year_order
from courselens.search.tokens import compact, fold, words

SECTION = "prerequisites"
DEEP = 1_000
"""Passages, best by the words of the course's name, that are read for it."""
SHORT = 90
"""Letters of a section that says no more than that nothing is asked for."""
_NOTHING = re.compile(r"(?:none|no|nothing|not? required|keine?|nichts|ingen|intet|-|n/a)\b|[-–]*$")
_NOTHING_AT_FIRST = re.compile(
    r"(?:no|keine?|ingen)\b[^.]*(?:prerequisit|required|voraussetz|vorkennt|forudsaet|forkund)"
)
_CLAUSES = re.compile(r"[.;]\s|\b(?:and|und|og|sowie|samt|plus)\b|&", re.IGNORECASE)
"""Between things that are all asked for."""
_OR = re.compile(r"\b(?:or|oder|eller)\b|/", re.IGNORECASE)
_PARTS = re.compile(r"[.;,(]\s?|\b(?:and|und|og|plus)\b", re.IGNORECASE)
"""Before what may be asked for besides."""
LEAST = 2
"""Words of a title that are told from any other words."""
LONG = 8
"""Letters of a title of one word that is, where it is written as the title is: `Derivatives`."""


def undemanding(index: Index, passage: Callable[[int], Passage]) -> Mask:
    """The courses (courses,) that ask for nothing before: without such a section, or with one that says so."""
    mask = np.ones(index.courses, dtype=bool)
    if SECTION in index.asked_names:
        told = (np.asarray(index.asked) == index.asked_names.index(SECTION)) & ~np.asarray(index.fact)
        for place in np.flatnonzero(told).tolist():
            text = fold(passage(place).text.partition("\n")[2]).strip()
            said = _NOTHING.match(text) if len(text) <= SHORT else _NOTHING_AT_FIRST.match(text)
            mask[index.owner(place)] &= said is not None
    return mask


def asks_what_follows(understood: Understood) -> bool:
    """Whether it is asked what comes after a course that is named: `what can I take after CSCI 221`."""
    named = understood.codes or understood.strength >= NAMED
    frame = " ".join(word.text for word in words(understood.frame))
    return bool(named) and phrase_pattern("coming_after").search(frame) is not None


def beside_codes(understood: Understood) -> tuple[Condition, ...]:
    """The conditions that stand beside the codes of a question: none of `ENVST 137` itself."""
    spans = [(code.start, code.end) for code in understood.codes]
    return tuple(
        one
        for one in understood.found.conditions
        if spans and not any(one.start < end and start < one.end for start, end in spans)
    )


def following(index: Index, passage: Callable[[int], Passage], understood: Understood, number: int | None) -> list[int]:
    """The courses that ask for course `number`, of other groups than its own, of each code the newest; where it is
    None, for the first code of the question, which no course of the catalogue has. Those that ask for nothing else,
    where the question says `only`.
    """
    found = dict[str, int]()
    course = index.course(number) if number is not None else None
    title = fold(course.title) if course and len(words(course.title)) >= LEAST else None
    word = _alone(course.title) if course is not None and title is None else None
    unknown = compact(understood.codes[0].code) if course is None else None
    asked = index.asked_names.index(SECTION) if SECTION in index.asked_names else -1
    alone = any(word.text in words_of("only") for word in understood.told)
    wanted = query_words(" ".join([*course.codes, course.title]) if course else understood.codes[0].code)
    for place in index.lexical.search([(word, 1.0) for word in wanted], DEEP).rows.tolist():
        owner = index.owner(place)
        own = number is not None and index.group[owner] == index.group[number]
        if index.fact[place] or index.asked[place] != asked or own:
            continue
        text = passage(place).text.partition("\n")[2]
        codes = index.names.codes.find(text, words(text))
        coded = any(number in one.courses if unknown is None else compact(one.code) == unknown for one in codes)
        if alone and not _suffices(text, codes, number, unknown):
            continue
        alike = title in fold(text) if title is not None else word is not None and word.search(text)
        if coded or alike:
            code, year = index.course(owner).code, year_order(index.course(owner).year)
            if code not in found or year > year_order(index.course(found[code]).year):
                found[code] = owner
    return sorted(owner for owner in found.values() if not _changed(index, owner, asked))


def _changed(index: Index, number: int, asked: int) -> bool:
    """Whether a newer edition of course `number` has prerequisites of its own: another text than is known to ask for
    what is sought.
    """
    year = year_order(index.course(number).year)
    editions = index.names.codes.known.get(compact(index.course(number).code), ())
    newer = [one for one in editions if year_order(index.course(one).year) > year]
    places = (place for one in newer for place in index.passages_of(one))
    return any(index.asked[place] == asked and not index.fact[place] for place in places)


def _suffices(text: str, codes: Sequence[CodeMention], number: int | None, unknown: str | None) -> bool:
    """Whether no code of what is asked for in `text` is needed besides that of course `number`, or the `unknown` one:
    there is none, or it is an alternative to it, as in `MATH 126 or MATH 128`.
    """
    clauses: dict[int, list[CodeMention]] = {}
    breaks = [found.start() for found in _CLAUSES.finditer(text)]
    for one in codes:
        clauses.setdefault(sum(at < one.start for at in breaks), []).append(one)
    bounds = [0, *breaks, len(text)]
    for place, named in clauses.items():
        own = any(number in one.courses if unknown is None else compact(one.code) == unknown for one in named)
        others = len({compact(one.code) for one in named}) > 1
        if not own or (others and not _OR.search(text, bounds[place], bounds[place + 1])):
            return False
    for found in phrase_pattern("asked_besides").finditer(fold(text)):  # `or permission of instructor` is not needed
        if not _OR.search(_PARTS.split(text[: found.start()])[-1]):
            return False
    return True


def _alone(title: str) -> re.Pattern[str] | None:
    """A title of one long word, in its own spelling."""
    return re.compile(rf"\b{re.escape(title)}\b") if len(title) >= LONG and title[:1].isupper() else None
