"""Which courses and passages fit a question best, by the kind of question.

In: an opened index, a question understood, its vectors, the courses allowed by its conditions. Out: scores for every
course. Exact codes decide alone. Where a course is named, its title leads and meaning breaks ties. Otherwise meaning
(the best cosine among a course's passages and the texts that say what it is about) and words (BM25 over passages and
over whole courses) are added. Each kind of question has weights of its own, because plain rank fusion is worse than
either part on questions about a field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from courselens.encode import Vectors
from courselens.search.decide import Asked
from courselens.search.facts import Mask
from courselens.search.field import Fit
from courselens.search.lexical import LexicalIndex, query_words
from courselens.search.names import NAMED, TitleMention
from courselens.search.naming import COMPLETE
from courselens.search.query import Understood
from courselens.search.stored import Index, year_order
from courselens.search.subjects import Standing, standing
from courselens.search.translation import english_of_any
from courselens.search.vectors import Cosines, cosines

SATURATION = 2.2
"""The most that BM25 multiplies a word's rarity by (k1 + 1, with tantivy's k1 of 1.2)."""
OF_FIELD = 1000.0
"""More than any other score: what answers the field goes before what does not."""
DEEP = 300
"""Passages and courses that BM25 scores."""
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "course": {"title": 1.3, "about": 0.0, "courses": 0.1},
    "courses": {"title": 0.0, "about": 0.15, "courses": 0.3},
    "topic": {"title": 0.0, "about": 0.15, "courses": 0.3},
    "meant": {"title": 0.3, "about": 0.15, "courses": 0.3},
}
"""Weights by the kind of question (`meant`: one about a course that it does not name) beside the best cosine, which
weighs 1. BM25 of whole courses is divided by the best of the question; that of single passages added nothing to it.
Those of topics were fitted on 751 descriptions of courses in other people's wording (LOG.md)."""
ABOUT = 0.5
"""Of the best course's BM25, from which another one is about the same topic."""
COHORT = 5
"""Courses that the best one is compared with."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Near:
    """Cosines of a question's k vectors, float32: to `passages` (k, n), to `about` (k, m), the texts that say what
    courses are about, and to the `subjects` and the `names` of subjects (k, s) that universities teach. Those of
    several questions are computed at once where they wait together.
    """

    passages: Cosines
    about: Cosines
    subjects: Cosines
    names: Cosines

    @classmethod
    def of(cls, index: Index, vectors: Vectors) -> Near:
        """The cosines of `vectors` (k, d)."""
        return cls(
            cosines(index.vectors, vectors, index.rounded),
            cosines(index.about, vectors, index.about_rounded),
            cosines(index.subjects, vectors),
            cosines(index.subject_names, vectors),
        )

    def of_rows(self, start: int, stop: int | None = None) -> Near:
        """Those of some of the vectors."""
        return Near(*(one[start:stop] for one in (self.passages, self.about, self.subjects, self.names)))


@dataclass(frozen=True, slots=True)
class Parts:
    """What each signal says of every course, float32 (courses,): `dense` the best cosine, `about` the best to a text
    that says what the course is about, `title` the strength of a title found in the question, `courses` BM25 relative
    to the best; `cosine` and `lexical` (passages,), the latter 0 where passages are not wanted. `top` is the best
    course's BM25 itself, `reach` what a course with all words of the question would have; `standing` where the question
    stands among what universities teach, `apart` by how much the nearest course is nearer than those that follow it;
    `telling` holds, by where a course's passages begin, how well each tells what is asked of it.
    """

    dense: Floats
    about: Floats
    title: Floats
    courses: Floats
    cosine: Floats
    lexical: Floats
    top: float
    reach: float
    standing: Standing
    apart: float
    telling: Mapping[int, Floats] = field(default_factory=dict)

    def coverage(self, course: int) -> float:
        """The share of the question's words, by rarity, that `course` has; 0 where the question has no word."""
        return min(1.0, float(self.courses[course]) * self.top / self.reach) if self.reach else 0.0

    def fitting(self, first: int, fits: Sequence[Fit], telling: Floats) -> Parts:
        """The same, the passages of one course, from `first` on, by how well they tell what is asked of it: its name,
        which `cosine` is near to, does not tell one from another.
        """
        cosine, lexical = self.cosine.copy(), self.lexical.copy()
        for place, one in enumerate(fits, first):
            cosine[place], lexical[place] = one.cosine, one.share
        return replace(self, cosine=cosine, lexical=lexical, telling={**self.telling, first: telling})

    def score(self, weights: Mapping[str, float]) -> Floats:
        """The weighted sum."""
        meaning = self.dense + weights["about"] * self.about
        told = weights["title"] * self.title + weights["courses"] * self.courses
        return np.asarray(meaning + told, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best courses, one of each course group, best first; the score of every course (-inf where not allowed), and
    its parts.
    """

    order: npt.NDArray[np.int64]
    score: Floats
    parts: Parts


def rank(
    index: Index, understood: Understood, asked: Asked, parts: Parts, allowed: Mask | None, *, most: int = 10
) -> Ranking:
    """Rank the courses that are `allowed` (courses,), by what the kind of question weighs."""
    mask = _mask(index, understood, allowed)
    kind = asked.kind if understood.named or asked.kind != "course" else "meant"
    score = np.where(mask, parts.score(WEIGHTS[kind]), -np.inf).astype(np.float32)
    return Ranking(_distinct(score, index.group, most), score, parts)


def measure(
    index: Index,
    understood: Understood,
    near: Near,
    wanted: Sequence[str],
    hidden: Mask | None = None,
    *,
    passages: bool = True,
) -> Parts:
    """What each signal says; `near` is of the question's embeddings (as asked, and in English), `wanted` its words,
    which are looked for in single passages where `passages` are to be chosen by them.

    `hidden` courses (courses,) count as if they were not in the catalogue for where the question stands.
    """
    cosine = near.passages.max(axis=0)
    about = best_of_course(near.about.max(axis=0), index.first_about)
    dense = np.maximum(best_of_course(cosine, index.first), about)
    lexical, _ = _words(index.lexical, wanted if passages else (), len(cosine))
    words, top = _words(index.course_lexical, wanted, index.courses)
    title = np.zeros(index.courses, dtype=np.float32)
    for mention in understood.titles:
        title[mention.course] = mention.strength
    return Parts(
        dense=dense,
        about=about,
        title=title,
        courses=words,
        cosine=cosine,
        lexical=lexical,
        top=top,
        reach=SATURATION * sum(index.course_lexical.rarity(word) for word in wanted),
        standing=standing(near.subjects.max(axis=0), near.names.max(axis=0), index.coverage.without(hidden)),
        apart=_apart(dense if hidden is None else np.where(hidden, -1.0, dense), index.group),
    )


def best_of_course(scores: Floats, first: npt.NDArray[np.int64]) -> Floats:
    """The best score among each course's rows, which begin at `first`; 0 for a course without one."""
    starts = first[:-1]
    full = starts < first[1:]
    out = np.zeros(len(starts), dtype=np.float32)
    if full.any():
        out[full] = np.maximum.reduceat(scores, starts[full])
    return out


def best_passages(
    index: Index, parts: Parts, courses: Sequence[int], *, most: int, field: str | None = None
) -> list[int]:
    """The best passages of `courses`, facts about `field` or chunks of that section before all others."""
    places = [place for one in courses for place in range(index.first[one], index.first[one + 1])]
    score = np.concatenate([_fit(index, parts, one, field) for one in courses]) if courses else np.empty(0)
    return [places[at] for at in np.argsort(-score, kind="stable")[:most].tolist()]


def best_passage(index: Index, parts: Parts, course: int, field: str | None = None) -> int | None:
    """The best of `best_passages` of one course; None where it has none."""
    score = _fit(index, parts, course, field)
    return int(index.first[course]) + int(score.argmax()) if len(score) else None


def passage_score(index: Index, parts: Parts, place: int) -> float:
    """What the passage at `place` is ranked by among those of its course that are of the same field."""
    course = index.owner(place)
    return float(_fit(index, parts, course, None)[place - int(index.first[course])])


def _fit(index: Index, parts: Parts, course: int, field: str | None) -> npt.NDArray[np.floating[Any]]:
    start, end = int(index.first[course]), int(index.first[course + 1])
    own = slice(start, end)
    score = parts.telling.get(start)
    if score is None:
        score = parts.cosine[own] + 0.3 * parts.lexical[own]
    if field is not None and field in index.asked_names:
        score = score + OF_FIELD * (index.asked[own] == index.asked_names.index(field))
    return score


def _apart(dense: Floats, group: npt.NDArray[np.int32]) -> float:
    """The best cosine above the mean of the next `COHORT`, one of each course group."""
    best = _best(dense, 4 * (COHORT + 1))
    _, place = np.unique(group[best], return_index=True)
    scores = dense[best[np.sort(place)[: COHORT + 1]]]
    return float(scores[0] - scores[1:].mean()) if len(scores) > 1 else 0.0


def _words(lexical: LexicalIndex, wanted: Sequence[str], rows: int) -> tuple[Floats, float]:
    out = np.zeros(rows, dtype=np.float32)
    hits = lexical.search([(word, 1.0) for word in wanted], DEEP)
    if len(hits.rows):
        out[hits.rows] = hits.scores / hits.scores[0]
        return out, float(hits.scores[0])
    return out, 0.0


def about(index: Index, topic: str) -> Mask:
    """The courses (courses,) that are about `topic` by its words, in English too."""
    score, _ = _words(index.course_lexical, query_words(f"{topic} {english_of_any(topic)}"), index.courses)
    return np.asarray(score >= ABOUT)


def _mask(index: Index, understood: Understood, allowed: Mask | None) -> Mask:
    mask = np.ones(index.courses, dtype=bool) if allowed is None else allowed.copy()
    if understood.codes:
        coded = np.zeros(index.courses, dtype=bool)
        coded[_coded(index, understood)] = True
        if (coded & mask).any():
            mask &= coded
    if not understood.year_named:
        newest = index.newest.copy()
        newest[_newest_so_called(index, understood.titles)] = True
        mask = mask & newest if (mask & newest).any() else mask
    return mask


def _coded(index: Index, understood: Understood) -> list[int]:
    """The courses of the codes: of each code those of its last year where no year and no title is named, since a code
    may have been given anew.
    """
    if understood.year_named or understood.strength >= NAMED:
        return understood.coded
    found: list[int] = []
    for code in understood.codes:
        years = {number: year_order(index.course(number).year) for number in code.courses}
        found += [number for number, year in years.items() if year == max(years.values())]
    return found


def _newest_so_called(index: Index, titles: Sequence[TitleMention]) -> list[int]:
    """The newest courses of a title that is said in full and that none of the newest bears any more."""
    called = [one.course for one in titles if one.cover >= COMPLETE]
    if not called or index.newest[called].any():
        return []
    years = [year_order(index.course(number).year) for number in called]
    return [number for number, year in zip(called, years, strict=True) if year == max(years)]


def _distinct(score: Floats, group: npt.NDArray[np.int32], most: int) -> npt.NDArray[np.int64]:
    """The best courses, one of each course group: not ten times `Topics in History`."""
    depth = 4 * most
    while True:
        best = _best(score, depth)
        _, place = np.unique(group[best], return_index=True)
        if len(place) >= most or len(best) < depth:
            return best[np.sort(place)[:most]]
        depth *= 4


def _best(score: Floats, most: int) -> npt.NDArray[np.int64]:
    most = min(most, int(np.isfinite(score).sum()))
    if most == 0:
        return np.empty(0, dtype=np.int64)
    part = np.argpartition(-score, most - 1)[:most]
    return part[np.lexsort((part, -score[part]))].astype(np.int64)
