"""How students name a course: a catalogue comes in; codes, short titles, misspellings and look-alike courses go out.

A name is only given out when it means one course group of the catalogue: a question by a title that three courses
share has no right answer, and would label two of the three wrongly.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np

from courselens.course import Course
from courselens.dataset.topics import stopwords
from courselens.dataset.wording import load_data
from courselens.encode import Encoder

NEIGHBOURS = 8
"""Look-alike courses kept for each course."""

_COMMON = 200
"""A word in more titles than this says too little to look for neighbours by."""

_WORD = re.compile(r"\w+")
_BRACKET = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_BREAK = re.compile(r"\s*:\s+|\s+[-–—|]\s+|\s*[.?!]\s+")
_ROMAN = re.compile(r"[IVX]+|\d+")


def words_of(text: str) -> list[str]:
    """The words of a name, lower case, punctuation dropped."""
    return _WORD.findall(text.lower())


def plain_code(code: str) -> str:
    """A code as letters and digits only, lower case: `8,276` and `8.276` are both `8276`."""
    return "".join(words_of(code)).replace("_", "")


class Names:
    """The names of one catalogue's courses, and which of them are unambiguous."""

    def __init__(self, courses: Sequence[Course]) -> None:
        """Indexes every code and every word of a title by course group."""
        self._codes: dict[str, set[str]] = defaultdict(set)
        self._words: dict[str, set[str]] = defaultdict(set)
        self._titles: dict[str, set[str]] = defaultdict(set)
        self._newest: dict[str, str] = {}
        for course in courses:
            for code in {course.code, *course.codes}:
                self._codes[plain_code(code)].add(course.group)
            for title in {course.title, course.title_en or course.title}:
                self._titles[" ".join(words_of(title))].add(course.group)
            for word in name_words(course):
                self._words[word].add(course.group)
            self._newest[course.group] = max(self._newest.get(course.group, ""), course.year or "")

    def groups(self, name: str) -> set[str]:
        """The course groups that `name` could mean: those with all of its words in code or titles."""
        found = [self._words.get(word, set()) for word in words_of(name)]
        whole = self._codes.get(plain_code(name), set())
        return set.intersection(*found) | whole if found else set()

    def say(self, course: Course, form: str, rng: Random) -> str | None:
        """`course` named in the given form (`full`, `title`, `translated`, `code`, `short`, `typo`).

        None where the course has no such name or it would mean another course as well. A course that is not the newest
        of its group is named with its year.
        """
        name = self._say(course, form, rng)
        if not name:
            return None
        if course.year and course.year != self._newest[course.group]:
            return f"{name} {course.year}"
        return name

    def _say(self, course: Course, form: str, rng: Random) -> str | None:
        if form == "full":
            return course.name if course.code else self._title(course.title, course)
        if form == "code":
            return vary_code(course.code, rng) if self._codes[plain_code(course.code)] == {course.group} else None
        if form == "translated":
            return self._title(course.title_en, course) if course.title_en != course.title else None
        if form == "short":
            found = [short for short in short_titles(course.title) if self.groups(short) <= {course.group}]
            return rng.choice(found) if found else None
        title = self._title(course.title, course)
        return misspell(title, rng) if title and form == "typo" else title

    def _title(self, title: str | None, course: Course) -> str | None:
        """`title` when no other course group has the same one."""
        return title if title and self._titles[" ".join(words_of(title))] == {course.group} else None


def name_words(course: Course) -> set[str]:
    """The words by which a course can be named: of its codes and its titles."""
    return set(words_of(" ".join([course.code, *course.codes, course.title, course.title_en or ""])))


def short_titles(title: str) -> list[str]:
    """Shorter names that students use for a title: without brackets, prefixes and subtitles, or a part of it.

    Parts are cut at function words, where people cut: `Introduction to the History of Art` gives `History of Art`,
    never `Introduction to the History`. A number in a title is kept: `Finance II` is another course than `Finance`.
    """
    bare = _BRACKET.sub("", title).strip()
    parts = [part.strip(" ,;&/–—-") for part in _BREAK.split(bare)]
    found = [bare, *parts]
    for words in (part.split() for part in parts):
        cuts = [at for at, word in enumerate(words) if word.lower() in _function_words()]
        found += [" ".join(words[:at]) for at in cuts]
        found += [" ".join(words[at + 1 :]) for at in cuts]
    number = {word for word in title.split() if _ROMAN.fullmatch(word)}
    whole = words_of(title)
    return list(
        dict.fromkeys(
            short
            for short in found
            if (len(words_of(short)) > 1 or len(short) > 8)
            and words_of(short) != whole
            and number <= set(short.split())
            if not _ends(short) & _function_words() and not set(words_of(short)) <= stopwords()
        )
    )


def _ends(short: str) -> set[str]:
    words = short.lower().split()
    return {words[0], words[-1]}


@cache
def _function_words() -> frozenset[str]:
    lists = load_data("words.yaml")["stopwords"]
    return frozenset(word for words in lists.values() for word in words.split()) | {"&"}


def vary_code(code: str, rng: Random) -> str:
    """A code as people type it: as printed, or with other punctuation or case."""
    parts = re.findall(r"[^\W_]+", code)
    forms = [code, code, code.lower(), "".join(parts), " ".join(parts)]
    if all(part.isdigit() for part in parts):
        forms.append(".".join(parts))
    else:
        forms.append("".join(parts).lower())
    return rng.choice(forms)


def misspell(text: str, rng: Random) -> str:
    """`text` with one slip of the finger in a word of five letters or more; as it is when it has no such word."""
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    at = rng.choice(long)
    word, cut = words[at], rng.randrange(1, len(words[at]) - 2)
    slips = (
        word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :],
        word[:cut] + word[cut + 1 :],
        word[:cut] + word[cut] + word[cut:],
    )
    words[at] = rng.choice(slips)
    return " ".join(words)


def find_neighbours(courses: Sequence[Course], encoder: Encoder | None = None) -> dict[str, list[Course]]:
    """Look-alikes of each course by its key, most alike first, none of its own group.

    Alike are titles that share rare words, codes that follow one another, and, with an `encoder`, titles that mean
    nearly the same.
    """
    found: dict[str, dict[int, float]] = {course.key: {} for course in courses}
    for at, other, score in [*_by_words(courses), *_by_code(courses), *_by_meaning(courses, encoder)]:
        if courses[at].group != courses[other].group:
            scores = found[courses[at].key]
            scores[other] = scores.get(other, 0.0) + score
    ranked = {key: sorted(scores, key=lambda other: (-scores[other], other)) for key, scores in found.items()}
    return {key: [courses[other] for other in others[:NEIGHBOURS]] for key, others in ranked.items()}


def _by_words(courses: Sequence[Course]) -> Iterator[tuple[int, int, float]]:
    words = [set(words_of(course.title)) for course in courses]
    places: dict[str, list[int]] = defaultdict(list)
    for at, found in enumerate(words):
        for word in found:
            places[word].append(at)
    rarity = {word: math.log(len(courses) / len(found)) for word, found in places.items()}
    for at, found in enumerate(words):
        scores: dict[int, float] = defaultdict(float)
        for word in sorted(found):
            for other in places[word] if len(places[word]) <= _COMMON else ():
                scores[other] += rarity[word]
        own = sum(rarity[word] for word in found) or 1.0
        best = sorted(scores, key=lambda other: (-scores[other], other))[: 2 * NEIGHBOURS]
        yield from ((at, other, scores[other] / own) for other in best if other != at)


def _by_code(courses: Sequence[Course]) -> Iterator[tuple[int, int, float]]:
    order = sorted(range(len(courses)), key=lambda at: (plain_code(courses[at].code), courses[at].key))
    for first, second in pairwise(order):
        yield first, second, 0.3
        yield second, first, 0.3


def _by_meaning(courses: Sequence[Course], encoder: Encoder | None) -> Iterator[tuple[int, int, float]]:
    if encoder is None or not courses:
        return
    vectors = encoder.encode([course.title for course in courses])
    for start in range(0, len(courses), 512):
        scores = vectors[start : start + 512] @ vectors.T
        best = np.argsort(-scores, axis=1, kind="stable")[:, : 2 * NEIGHBOURS]
        for row, others in enumerate(best):
            yield from ((start + row, int(at), float(scores[row, at])) for at in others if at != start + row)
