"""Which courses may be meant: those that a question's codes, conditions and years leave.

In: a question understood, what is asked, the conditions. Out: masks over the courses, the conditions that are kept and
those that would leave nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from courselens.course import Course
from courselens.dataset.types import Passage
from courselens.search.class_years import ClassYears
from courselens.search.conditions import Condition, Found
from courselens.search.decide import SAME, Asked
from courselens.search.facts import Mask
from courselens.search.following import undemanding
from courselens.search.naming import FULL, tied
from courselens.search.outdated import superseded
from courselens.search.query import Understood
from courselens.search.rank import about
from courselens.search.saying import asks_yes_no
from courselens.search.stored import Index, year_order
from courselens.search.tokens import fold, words
from courselens.search.wishes import OpenTo


class Narrowing:
    """Narrows the courses of one index; `course` and `passage` give them by number."""

    def __init__(self, index: Index, course: Callable[[int], Course], passage: Callable[[int], Passage]) -> None:
        self.index = index
        self.course = course
        self.passage = passage

    def start(self, understood: Understood, given: Sequence[Condition], hidden: Mask | None) -> Mask:
        """The courses that the codes and the conditions `given` leave, without those that are `hidden`."""
        mask = np.ones(self.index.courses, dtype=bool)
        if understood.coded:
            mask[:] = False
            mask[understood.coded] = True
        for one in given:
            mask &= one.mask(self.index.facts)
        if hidden is not None:
            mask &= ~hidden
        return mask

    def apart(self, understood: Understood, asked: Asked) -> Mask:
        """Of courses of one title or code, those that conditions beside it fit: `Reporting & Auditing, the English
        version`; on what is asked, where it is asked if it is so (`is it in English?`) and any of the last year is.
        """
        mask = np.ones(self.index.courses, dtype=bool)
        alike = np.array(understood.coded or tied(understood.titles), dtype=np.int64)
        if asked.kind != "course" or len(alike) < 2:
            return mask
        for condition in understood.found.conditions:
            of_asked = SAME.get(condition.field, condition.field) == SAME.get(asked.field or "", asked.field)
            if of_asked and not (asks_yes_no(understood) and condition.operator == "is"):
                continue
            fitting = condition.mask(self.index.facts)[alike]
            if of_asked and not understood.year_named:
                years = [year_order(self.course(int(number)).year) for number in alike]
                fitting &= np.array([year == max(years) for year in years])
            if fitting.any() and (of_asked or not understood.coded):
                mask[alike[~fitting]] = False
        mask[self._outdated(understood, alike[mask[alike]].tolist())] = False
        return mask if mask[alike].any() else np.ones_like(mask)

    def current(self, understood: Understood, asked: Asked) -> Mask:
        """All courses but those of which one of nearly the same title is given now, where no year is said."""
        mask = np.ones(self.index.courses, dtype=bool)
        if asked.kind != "course" or understood.codes or understood.year_named or not understood.titles:
            return mask
        group, newest = self.index.group, self.index.newest
        old = superseded(understood.titles, self._year, lambda one: int(group[one]), newest)
        mask[old] = False
        return mask

    def _year(self, number: int) -> int:
        return year_order(self.course(number).year)[0]

    def _outdated(self, understood: Understood, alike: Sequence[int]) -> list[int]:
        """Of the courses `alike` that are named by title, those whose very title a newer one has, under any code."""
        if understood.codes or understood.year_named:
            return []
        years: dict[str, tuple[int, str]] = {}
        told = [(one, fold(self.course(one).title), year_order(self.course(one).year)) for one in alike]
        for _, title, year in told:
            years[title] = max(year, years.get(title, year))
        return [one for one, title, year in told if year < years[title]]

    def dated(self, understood: Understood, found: Found, asked: Asked) -> tuple[Found, Mask]:
        """Of a course that is named, a year keeps its own versions, whatever they are called, and no other course; a
        year that it has none of is ignored. What is left of `found`, and the courses that may be meant.
        """
        mask = np.ones(self.index.courses, dtype=bool)
        named = understood.coded or tied(understood.titles) if asked.kind == "course" else []
        years = [one for one in found.conditions if one.field == "year"]
        if not named or not years:
            return found, mask
        own = np.isin(self.index.group, self.index.group[named])
        missing = [one for one in years if not (one.mask(self.index.facts) & own).any()]
        left = tuple(one for one in found.conditions if one not in missing)
        return Found(left, (*found.ignored, *(one.said for one in missing))), mask if missing else own

    def narrowed(
        self, start: Mask, conditions: Sequence[Condition]
    ) -> tuple[Mask, tuple[Condition, ...], tuple[Condition, ...]]:
        """The courses that fulfil the conditions; one that would leave nothing is relaxed: `only` to `is` at first."""
        narrowed = self._narrow(start, conditions)
        weaker = [replace(one, operator="is") if one.operator == "only" else one for one in conditions]
        if len(narrowed[1]) < len(conditions) and weaker != list(conditions):
            again = self._narrow(start, weaker)
            return again if len(again[1]) > len(narrowed[1]) else narrowed
        return narrowed

    def _narrow(
        self, start: Mask, conditions: Sequence[Condition]
    ) -> tuple[Mask, tuple[Condition, ...], tuple[Condition, ...]]:
        kept: list[Condition] = []
        relaxed: list[Condition] = []
        mask = start
        for one in conditions:
            narrower = mask & one.mask(self.index.facts)
            if narrower.any():
                mask = narrower
                kept.append(one)
            else:
                relaxed.append(one)
        return mask, tuple(kept), tuple(relaxed)

    def wanted(self, start: Mask, understood: Understood) -> Mask:
        """Of the courses of `start` those that are about no unwanted topic and ask for as little as is wanted."""
        wanted = start.copy()
        if understood.unwanted:
            titles = self.index.names.find_titles(words(understood.unwanted))
            called = [one.course for one in titles if one.cover >= FULL]
            if called:  # one course is meant, not what it is about
                wanted &= ~np.isin(self.index.group, self.index.group[called])
            else:
                wanted &= ~about(self.index, understood.unwanted)
        if understood.undemanding:
            wanted &= self.undemanding
        return wanted

    @cached_property
    def undemanding(self) -> Mask:
        """The courses that ask for nothing before."""
        return undemanding(self.index, self.passage)

    def opened(self, start: Mask, wanted: OpenTo) -> tuple[Mask, OpenTo]:
        """Of the courses of `start` those that say themselves that they are open to whom they are to be; where none
        does, or that is `loosely` wanted, those that do not say the opposite; none where no course tells it.
        """
        told = self.class_years
        saying = start & told.saying(wanted)
        if saying.any() and not wanted.loosely:
            return saying, wanted
        against = told.against(wanted)
        if wanted.only or wanted.denied or not against.any():
            return np.zeros_like(start), wanted
        return start & ~against, replace(wanted, loosely=True)

    @cached_property
    def class_years(self) -> ClassYears:
        """Which years of study the courses say that they are open to."""
        return ClassYears.of(self.index)
