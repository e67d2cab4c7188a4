"""Which courses are one course group: the same course over years, codes and cross-listings.

Splits, negatives and duplicates are decided by group, so two courses that are one must not be apart; and since codes
are recycled, a shared code alone does not make them one when both title and text say otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from courselens.course import Course

HASHES = 64
"""Length of a MinHash signature: the estimate of a Jaccard similarity has a standard error of at most 0.0625."""
BAND = 4
SAME_TEXT = 0.6
"""Estimated Jaccard similarity of three-word shingles from which two texts under one title are one course's."""
KIN_TEXT = 0.25
"""The same for two courses that share a code: revisions change much of a text."""
_PRIME = np.uint64((1 << 61) - 1)

Signature = npt.NDArray[np.uint64]


def group_courses(courses: Iterable[Course]) -> list[Course]:
    """The courses, in their order, with `group` set: the smallest key of the group's courses.

    Two courses are one group when they share a code and titles or texts agree (a translation counts as agreeing), or
    when their titles are the same and their texts nearly so. Time grows linearly: only courses with a shared code or
    title are compared, in large blocks only those that share a band of their signatures (Broder 1997).
    """
    everything = list(courses)
    signatures = _Signatures(everything)
    parents = list(range(len(everything)))

    def find(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    varying = _varying(everything, signatures)
    for block in _blocks((normal_code(code) for code in course.codes) for course in everything):
        for first, second in _pairs(block, signatures, everything):
            if find(first) != find(second) and _same_by_code(everything, first, second, signatures, varying):
                parents[find(second)] = find(first)
    for block in _blocks([normal_title(course.title)] for course in everything):
        for first, second in signatures.near(block):
            if signatures.likeness(first, second) >= SAME_TEXT:
                parents[find(second)] = find(first)
    names: dict[int, str] = {}
    for index, course in enumerate(everything):
        root = find(index)
        names[root] = min(names.get(root, course.key), course.key)
    return [replace(course, group=names[find(index)]) for index, course in enumerate(everything)]


def normal_code(code: str) -> str:
    """A code without case, spaces and punctuation: `8,049` and `8.049` are one."""
    return re.sub(r"[\W_]+", "", code.casefold())


@lru_cache(maxsize=1 << 16)
def normal_title(title: str) -> str:
    """A title without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", title.casefold())


def _blocks(keys: Iterable[Iterable[str]]) -> list[list[int]]:
    """Indices that share a key, for keys that are shared."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for index, found in enumerate(keys):
        for key in dict.fromkeys(found):
            if key:
                blocks[key].append(index)
    return [block for block in blocks.values() if len(block) > 1]


def _pairs(block: Sequence[int], signatures: _Signatures, courses: Sequence[Course]) -> Iterable[tuple[int, int]]:
    """All pairs of a small block; of a large one neighbours by title, and pairs with like texts."""
    if len(block) <= 40:
        return combinations(block, 2)
    by_title = sorted(block, key=lambda index: (normal_title(courses[index].title), index))
    return [*pairwise(by_title), *signatures.near(block)]


def _varying(courses: Sequence[Course], signatures: _Signatures) -> set[tuple[str, str]]:
    """Codes and titles under which one year holds courses with different texts: `Topics in History`, a name for many.

    There the text alone tells which courses are the same.
    """
    of_year: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
    for index, course in enumerate(courses):
        of_year[normal_code(course.code), normal_title(course.title), course.year].append(index)
    return {
        (code, title)
        for (code, title, _), block in of_year.items()
        if code and any(_differ(first, second, signatures) for first, second in pairwise(block))
    }


def _differ(first: int, second: int, signatures: _Signatures) -> bool:
    """Whether both courses say much, and not the same."""
    told = signatures.said(first) and signatures.said(second)
    return told and signatures.likeness(first, second) < KIN_TEXT


def _same_by_code(
    courses: Sequence[Course], first: int, second: int, signatures: _Signatures, varying: set[tuple[str, str]]
) -> bool:
    one, other = courses[first], courses[second]
    if (normal_code(one.code), normal_title(one.title)) in varying and _differ(first, second, signatures):
        return False
    names = [(a, b) for a in (one.title, one.title_en) for b in (other.title, other.title_en)]
    titles = [(a, b) for a, b in names if a is not None and b is not None]
    if any(normal_title(a) == normal_title(b) for a, b in titles):
        return True
    if one.text_language and other.text_language and one.text_language != other.text_language:
        return True
    likeness = signatures.likeness(first, second)
    if likeness >= KIN_TEXT:
        return True
    near = max(fuzz.token_sort_ratio(a.casefold(), b.casefold()) for a, b in titles)
    # Without texts to compare, only titles that have little in common tell that a code was recycled.
    return near >= 60 and not (signatures.said(first) and signatures.said(second))


class _Signatures:
    """MinHash signatures of the courses' texts, made when they are asked for."""

    def __init__(self, courses: Sequence[Course]) -> None:
        self.courses = courses
        random = np.random.default_rng(20240601)
        self.factors = random.integers(1, 1 << 31, HASHES, dtype=np.uint64)
        self.offsets = random.integers(0, 1 << 31, HASHES, dtype=np.uint64)
        self.made: dict[int, Signature | None] = {}

    def said(self, index: int) -> bool:
        """Whether the course has enough text to compare."""
        return self._signature(index) is not None

    def likeness(self, first: int, second: int) -> float:
        """Estimated Jaccard similarity of the texts, 0 where one has too little text."""
        one, other = self._signature(first), self._signature(second)
        return 0.0 if one is None or other is None else float(np.mean(one == other))

    def near(self, block: Sequence[int]) -> Iterable[tuple[int, int]]:
        """Pairs that may be alike: all pairs of a small block, else those that share a band of their signatures."""
        if len(block) <= 40:
            yield from combinations(block, 2)
            return
        bands: dict[tuple[int, bytes], int] = {}
        for index in block:
            signature = self._signature(index)
            if signature is None:
                continue
            for start in range(0, HASHES, BAND):
                # Each course is compared with the last one of its band; likeness carries along the chain.
                key = (start, signature[start : start + BAND].tobytes())
                if key in bands:
                    yield bands[key], index
                bands[key] = index

    def _signature(self, index: int) -> Signature | None:
        if index not in self.made:
            self.made[index] = self._sign(self.courses[index])
        return self.made[index]

    def _sign(self, course: Course) -> Signature | None:
        words = re.findall(r"\w+", " ".join(_telling(course)).casefold())[:600]
        if len(words) < 12:
            return None
        shingles = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
        digests = b"".join(blake2b(shingle.encode(), digest_size=4).digest() for shingle in shingles)
        numbers = np.frombuffer(digests, dtype=np.uint32).astype(np.uint64)
        hashed = (numbers[:, None] * self.factors[None, :] + self.offsets[None, :]) % _PRIME
        signature: Signature = hashed.min(axis=0)
        return signature


def _telling(course: Course) -> list[str]:
    """Sections in which a course speaks for itself; rules that every sheet repeats tell nothing."""
    own = [section.text for section in course.sections if section.name in ("objectives", "content")]
    if own:
        return own
    return [section.text for section in course.sections if section.name not in ("exam", "notice", "registration")]
