"""Which part of a passage is shown: all of a short one, of a longer one the sentences that tell what is asked.

In: the text of a passage, a question understood, its course. Out: the heading and that part.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from courselens.course import Course
from courselens.search.concerns import concerns_of
from courselens.search.lexical import word_stems
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.telling import looked_for
from courselens.search.tokens import flat, fold, words

PRACTICAL = 3
"""What a word that tells something practical counts for where sentences are chosen to be shown."""
LONGEST = 700
"""Characters of a chunk that are shown as the answer; the passage holds the rest."""
FIRST_PART = 0.6
"""Share of that for the first of two parts of it."""
ADDRESS = re.compile(r"[\w.-]+@[\w-]+\.\w+")
"""An e-mail address."""

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|\n")
"""Between two sentences or lines."""


def writes(understood: Understood) -> bool:
    """Whether somebody is to be written to."""
    return any(word.text in words_of("contacting") for word in understood.told)


def excerpt(text: str, understood: Understood, course: Course, names: Collection[str] = ()) -> str:
    """What is shown of a passage: all of it, or its heading and the sentences where most of what is asked, and of the
    `names`, stands.
    """
    if len(text) <= LONGEST:
        return text
    heading, _, body = text.partition("\n")
    room = LONGEST - len(heading)
    told = [*understood.asking(course.values("lecturer")), *names]
    asked = {stem for word in told for stem in word_stems(fold(word))}
    found = [(word.start, stem) for word in words(body) for stem in word_stems(word.text) & asked]
    if writes(understood):
        found += [(match.start(), match.group()) for match in ADDRESS.finditer(body)]
    for concern in concerns_of(understood.beside):
        hits = [match.start() for match in concern.telling.finditer(flat(body))]
        found += [(at, f"{concern.name} {weight}") for at in hits for weight in range(PRACTICAL)]
    for wanted in filter(None, looked_for(understood.frame)):
        found += [(match.start(), wanted.pattern) for match in wanted.finditer(flat(body))]
    spans = _told_in(body, found, room)
    shown = " … ".join(body[start:end].strip() for start, end in spans)
    return f"{heading}\n{'… ' if spans[0][0] else ''}{shown}{' …' if spans[-1][1] < len(body) else ''}"


def _told_in(body: str, found: Sequence[tuple[int, str]], room: int) -> list[tuple[int, int]]:
    """Which part of `body`, of at most `room` characters, has most of what is `found` in it; two parts where those have
    more.
    """
    bounds = [0, *(match.end() for match in SENTENCE.finditer(body)), len(body)]

    def best(most: int, told: Sequence[tuple[int, str]]) -> tuple[set[str], tuple[int, int]]:
        ends = {one: max((end for end in bounds if one < end <= one + most), default=one + most) for one in bounds}
        last = next(one for one in bounds if len(body) - one <= most or one == bounds[-2])  # from there all fits
        held = {one: {stem for at, stem in told if one <= at < ends[one]} for one in bounds if one <= last}
        start = max(held, key=lambda one: (len(held[one]), -one))
        return held[start], (start, min(ends[start], len(body)))

    held, whole = best(room, found)
    if len(held) == len({stem for _, stem in found}):
        return [whole]
    first_held, first = best(int(FIRST_PART * room), found)
    left = [(at, stem) for at, stem in found if stem not in first_held and not first[0] <= at < first[1]]
    more, second = best(room - (first[1] - first[0]), left)
    apart = second[1] <= first[0] or second[0] >= first[1]
    return sorted((first, second)) if apart and len(first_held | more) > len(held) else [whole]
