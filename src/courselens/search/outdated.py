"""Which courses of a title are out of date: another one of nearly the same title is given now.

In: the titles that a question says, and the years and groups of their courses. Out: courses that are not meant, unless
a year is named: departments are renamed, and titles grow a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from courselens.search.facts import Mask
from courselens.search.names import TitleMention
from courselens.search.naming import FULL

NEARLY = 0.15
"""Strength within which two titles that the same words say fit nearly as well."""
APART = 3
"""Years between two courses from which the older one is not given any more."""


def superseded(
    titles: Sequence[TitleMention], year: Callable[[int], int], group: Callable[[int], int], newest: Mask
) -> list[int]:
    """Of the `titles` nearly as good as the best one, the courses that are `APART` years older than one that the same
    words say: `data structures` in two longer titles. What is said in full gives way only to its own next edition
    (`group`), whatever that is called: `Hatha Yoga` to `Classical Hatha Yoga`.
    """
    good = [one for one in titles if one.strength >= titles[0].strength - NEARLY]
    current = [one for one in good if newest[one.course]]
    return [
        old.course
        for old in good
        if any(
            {*old.places} <= {*new.places}
            and year(new.course) - year(old.course) >= APART
            and (old.cover < FULL or group(new.course) == group(old.course))
            for new in current
        )
    ]
