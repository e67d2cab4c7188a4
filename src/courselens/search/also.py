"""Further courses that a question is answered for beside the first: named too, or not told apart by what is said.

In: a question understood, the ranking, the field asked. Out: courses by number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from courselens.course import Course
from courselens.search.conditions import values_said
from courselens.search.naming import tied
from courselens.search.places import words_of
from courselens.search.query import Understood
from courselens.search.rank import Ranking
from courselens.search.stored import Index, year_order
from courselens.search.tokens import compact, fold, words

MOST_BESIDE = 2
"""Further courses of a question that are answered for beside the first."""
_YEAR = re.compile(r"\b((?:19|20)\d\d)(?:/\d\d(?:\d\d)?)?\b")


def changed_since(understood: Understood) -> tuple[int, ...] | None:
    """The first numbers of the years that a question compares with the newest one, none where it means the one before:
    `has the exam changed since 2023/24`. None where it asks for no change.
    """
    told = {word.text for word in words(understood.frame)}
    if not understood.named or told.isdisjoint(words_of("changing")) or told.isdisjoint(words_of("since")):
        return None
    return tuple(int(found[1]) for found in _YEAR.finditer(understood.text))


class Also:
    """Further courses of one index; `course` gives them by number."""

    def __init__(self, index: Index, course: Callable[[int], Course]) -> None:
        self.index = index
        self.course = course

    def newest(self, courses: Iterable[int]) -> int:
        """The newest of `courses`."""
        return max(courses, key=self._year)

    def before(self, first: int, years: Sequence[int]) -> list[int]:
        """The edition of course `first` of one of the `years`, else the one before it; none where there is none."""
        course = self.course(first)
        editions = [one for one in self.index.names.codes.known.get(compact(course.code), ()) if one != first]
        editions = [one for one in editions if self._year(one) < self._year(first)]
        of_year = [one for one in editions if self._year(one)[0] in years]
        return [self.newest(of_year or editions)] if editions and (of_year or not years) else []

    def named(self, understood: Understood, ranking: Ranking, fields: Collection[str]) -> list[int]:
        """Further courses that the question names beside the first, by a code of their own or by the whole title; those
        of the first one's title that differ in one of the `fields` asked.
        """
        first, group = int(ranking.order[0]), self.index.group
        if understood.codes:  # editions of one course may be compared by their codes
            return self._coded(understood, first, ranking.order.tolist())
        named = (*understood.titles[:1], *understood.others) if understood.others else ()
        found = [self.newest(np.flatnonzero(group == group[one.course]).tolist()) for one in named]
        if not found:
            return self._alike(understood, first) or self._of_one_title(understood, ranking, fields)
        distinct = {int(group[one]): one for one in reversed(found) if group[one] != group[first]}
        return list(reversed(distinct.values()))[:MOST_BESIDE]

    def _coded(self, understood: Understood, first: int, ranked: Sequence[int]) -> list[int]:
        coded = [code.courses for code in understood.codes if first not in code.courses]
        found = [next((one for one in ranked if one in courses), self.newest(courses)) for courses in coded if courses]
        return list(dict.fromkeys(found))[:MOST_BESIDE]

    def _alike(self, understood: Understood, first: int) -> list[int]:
        """Of courses that are compared and fit the same words, the newest beside the first."""
        if not any(word.text in words_of("comparing") | words_of("same") for word in understood.told):
            return []
        alike = [one for one in tied(understood.titles) if self.course(one).code != self.course(first).code]
        return [self.newest(alike)] if first in tied(understood.titles) and alike else []

    def _of_one_title(self, understood: Understood, ranking: Ranking, fields: Collection[str]) -> list[int]:
        """The other courses of the first one's year that are called as it is, nothing says are not meant, and differ in
        what is asked.
        """
        course = self.course(int(ranking.order[0]))
        fields = [one for one in fields if not values_said(understood.frame, one)]  # `the English version`
        found = {}
        for number in filter(lambda one: np.isfinite(ranking.score[one]), tied(understood.titles)):
            other = self.course(number)
            alike = fold(other.title) == fold(course.title) and other.year == course.year
            if alike and other.code != course.code and any(other.values(one) != course.values(one) for one in fields):
                found[other.code] = number
        return list(found.values())[:MOST_BESIDE]

    def _year(self, number: int) -> tuple[int, str]:
        return year_order(self.course(number).year)
