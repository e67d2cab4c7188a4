"""Which courses of a list the sentence that answers names: those that fit the topic, not all that come next.

In: the ranking of a list. Out: the numbers of the courses that are named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from courselens.course import Course
from courselens.search.places import words_of
from courselens.search.rank import Ranking
from courselens.search.stored import Index
from courselens.search.tokens import Word, fold

NAMED_COURSES = 3
"""Courses that the answer to "which courses …" names in its sentence."""
ALL_NAMED = 5
"""Courses that fulfil all conditions, or have all words of a topic, from which only some are named."""
NEARLY_AS_GOOD = 0.7
"""Share of the best one's score from which a course is named beside it."""
AS_NEAR, AS_SAID = 0.7, 0.7
"""Shares of the best one's cosine and of its words that such a course has."""
NEAR, HARDLY_SAID = 0.9, 0.3
"""The same of one that is nearer."""
WORDS = 0.6
"""Share of the words asked from which a course has them."""
HAVING = 0.55
"""Share of the best one's score from which a course that has them is named."""
OFTEN = 3
"""How often a text has the words of what it is about."""
TELLING = ("level", "ects", "credits", "language")
"""Facts in which courses of one title are not the same."""


def named_of(ranking: Ranking, speaks: Callable[[int], bool], called: Callable[[int], bool]) -> tuple[list[int], int]:
    """The courses that are named, best first, and how many at most: those nearly as good as the first one by meaning
    and by words, those that have the words asked as it has and `speaks` of them, and those `called` so.
    """
    order, parts = ranking.order.tolist(), ranking.parts
    first = order[0]
    best, near, said = (float(one[first]) for one in (ranking.score, parts.dense, parts.courses))
    named, speaking = [], 0
    for one in order:
        score, dense, has = float(ranking.score[one]), float(parts.dense[one]), float(parts.courses[one])
        by_words = has >= AS_SAID * said
        good = (dense >= NEAR * near and has >= HARDLY_SAID * said) or (dense >= AS_NEAR * near and by_words)
        worded = score >= HAVING * best and by_words and parts.coverage(one) >= WORDS and speaks(one)
        if (score >= NEARLY_AS_GOOD * best and good) or worded or (score >= HAVING * best and called(one)):
            named.append(one)
        speaking += worded
    return named, max(NAMED_COURSES, min(speaking, ALL_NAMED))


def speaks_of(course: Course, text: str, topic: Sequence[Word]) -> bool:
    """Whether `course` has each word of the topic in its title, or `OFTEN` in its `text`."""
    title, told = fold(f"{course.title} {course.title_en or ''}"), fold(text)
    begins = (rf"\b{re.escape(word.text)}" for word in topic)
    return bool(topic) and all(re.search(one, title) or len(re.findall(one, told)) >= OFTEN for one in begins)


def either_of(told: Sequence[Word], topic: Sequence[Word]) -> list[list[str]]:
    """The topics of which either is asked for: `derivatives or central banking`; empty where there is but one."""
    of_topic, either = {word.text for word in topic}, words_of("choosing")
    found: list[list[str]] = [[]]
    for word in told:
        if word.text in either and found[-1]:
            found.append([])
        elif word.text in of_topic:
            found[-1].append(word.text)
    return found if len(found) > 1 and found[-1] else []


def is_called(course: Course, either: Sequence[Sequence[str]]) -> bool:
    """Whether the title of `course` has all words of one of the topics."""
    title = fold(f"{course.title} {course.title_en or ''}")
    return any(all(re.search(rf"\b{re.escape(word)}", title) for word in one) for one in either)


def first_of_title(courses: Sequence[Course], most: int) -> list[Course]:
    """The first course of each title, at most so many; all of them where so many are there."""
    if len(courses) == most != ALL_NAMED:
        return [*courses]
    distinct: dict[str, Course] = {}
    for one in courses:
        distinct.setdefault(one.title, one)
    return [*distinct.values()][:most]


def versions_of(index: Index, ranking: Ranking, course: Callable[[int], Course]) -> list[int]:
    """The few courses that fulfil conditions, beside each those of its group that are another course: a Bachelor's and
    a Master's one of the same title.
    """
    fitting = np.flatnonzero(np.isfinite(ranking.score))
    found: list[int] = []
    for first in ranking.order.tolist():
        told: dict[tuple[str, ...], int] = {}
        for one in (first, *fitting[index.group[fitting] == index.group[first]].tolist()):
            fields = course(one).fields
            told.setdefault(tuple(str(fields[name].text) if name in fields else "" for name in TELLING), one)
        found += told.values()
    return found
