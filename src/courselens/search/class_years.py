"""The years of study that courses are open to: no field tells them, but sentences of many courses do.

In: all passages of an index, read once, and what a question wants (`open to first-years`). Out: masks over the courses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from courselens.search.excerpt import SENTENCE
from courselens.search.facts import Mask
from courselens.search.phrases import YEARS, years_of_study
from courselens.search.stored import Index
from courselens.search.tokens import either, flat
from courselens.search.vocabulary import conditions
from courselens.search.wishes import OpenTo


@dataclass(frozen=True, slots=True)
class ClassYears:
    """Which courses say that they are open to a year of study, and which that they are not: (courses, `YEARS`)."""

    open: np.ndarray
    closed: np.ndarray

    @staticmethod
    def of(index: Index) -> ClassYears:
        """What the passages of `index` tell."""
        told = ClassYears(*(np.zeros((index.courses, YEARS), dtype=bool) for _ in range(2)))
        for place in np.flatnonzero(~np.asarray(index.fact)).tolist():
            text = index.passage(place).text.partition("\n")[2]
            for sentence in SENTENCE.split(text) if _limits().search(flat(text)) else ():
                told.add(index.owner(place), flat(sentence))
        return told

    def add(self, course: int, sentence: str) -> None:
        """What a sentence, in letters made flat, says of whom a course is open to."""
        years = list(years_of_study(sentence))
        cue = _limits().search(sentence)
        if not years or cue is None:
            return
        others = [one for one in range(YEARS) if one not in years]
        if _denied().search(sentence):
            self.closed[course, years] = True
        elif cue["standing"] and min(years):  # a sophomore's standing is what a junior has too
            self.open[course, min(years) :] = True
            self.closed[course, : min(years)] = True
        else:
            self.open[course, years] = True
            if cue["standing"] or _alone().search(sentence):
                self.closed[course, others] = True

    def saying(self, wanted: OpenTo) -> Mask:
        """The courses that say themselves what is wanted."""
        years = list(wanted.years)
        if wanted.denied:
            return np.asarray(self.closed[:, years].all(axis=1))
        mask = self.open[:, years].all(axis=1)
        if wanted.only:
            mask &= ~np.delete(self.open, years, axis=1).any(axis=1)
        return np.asarray(mask)

    def against(self, wanted: OpenTo) -> Mask:
        """The courses that say the opposite."""
        told = self.open if wanted.denied else self.closed
        return np.asarray(told[:, list(wanted.years)].any(axis=1))


@lru_cache(maxsize=1)
def _limits() -> re.Pattern[str]:
    """What stands in a sentence that tells whom a course is open to."""
    standing, telling = (either(conditions()[name]) for name in ("standing", "telling_open"))
    return re.compile(rf"\b(?:(?P<standing>{standing})|{telling})\b")


@lru_cache(maxsize=1)
def _denied() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either(conditions()['telling_closed'])})\b")


@lru_cache(maxsize=1)
def _alone() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{either([*conditions()['only'], *conditions()['telling_limited']])})\b")
