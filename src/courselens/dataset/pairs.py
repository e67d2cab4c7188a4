"""Labelled pairs: a catalogue comes in, questions with passages that answer them or do not go out, by side.

Two thirds of the pairs are positives. Negatives are the same field of a look-alike course, another field of the same
course, or any passage of another course; never one of the question's own course group that could answer it, never one
that says the same, be it of another course ("… is taught in English"). Courses are split by group first and pairs made
on each side alone, so that no side knows another.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from itertools import cycle
from pathlib import Path
from random import Random

from courselens.course import Catalogue, Course
from courselens.dataset.names import find_neighbours
from courselens.dataset.passages import make_passages
from courselens.dataset.questions import Background, make_questions
from courselens.dataset.split import place, split_groups
from courselens.dataset.topics import TOPICAL
from courselens.dataset.types import Pair, PairSet, Passage, Split
from courselens.encode import Encoder
from courselens.errors import CourselensError
from courselens.progress import Progress

POSITIVES = 0.64
"""Share of positives, as in the reference card."""

MAX_PAIRS = {"best": 40_000, "card": 38_096}
"""Training pairs at most; of `card` as many as the reference card has."""

HELD_OUT_SHARE = 0.15
"""Pairs of dev and of test at most, as a share of `max_pairs`."""

MAX_GROUPS = 6_000
"""Course groups that pairs are made of at most: more would train longer without showing more of the language."""

EACH = 4
"""Questions for a field or section of one course at most."""

KIND_SHARES = {"field": 0.38, "section": 0.24, "description": 0.08, "described": 0.30}
"""How the positives divide over the kinds of question where there are more than can be used."""

SHARED_WORDS, SHARED_GROUPS = 20, 3
"""A chunk of so many words that stands in more course groups than this answers no question about one of them."""

NEGATIVE_KINDS = ("hard_course", "hard_field", "random", "hard_course", "hard_field", "hard_course", "random")

NAMES = frozenset({"code", "codes", "title", "title_en"})
"""Fields that say which course is meant."""

NEAR: tuple[Set[str], ...] = (
    {"exam", "exam_form", "grading_scale"},
    {"teaching", "teaching_method", "timetable"},
    {"ects", "credits", "workload"},
    {"start", "duration", "timetable", "year"},
    {"objectives", "content"},
    NAMES,
    {"department", "study_board", "discipline"},
    {"level", "type", "prerequisites"},
)
"""Fields and sections that may answer one another's questions; no negatives are drawn between them."""


def make_pairs(
    catalogue: Catalogue,
    *,
    style: str = "best",
    seed: int = 42,
    tokenizer: Path,
    progress: Progress | None = None,
    encoder: Encoder | None = None,
    max_pairs: int | None = None,
) -> PairSet:
    """The labelled pairs of `catalogue`, split by course group; the same arguments give the same pairs.

    `encoder` finds look-alike courses by meaning as well as by words. `max_pairs` bounds the training pairs, and by
    them those of dev and test (default: 40,000). Raises CourselensError for an unknown style or a catalogue without
    courses.
    """
    if style not in MAX_PAIRS:
        raise CourselensError("unknown style", value=style, remedy=f"Use one of: {', '.join(MAX_PAIRS)}")
    courses = sample_groups(catalogue.courses, seed)
    if not courses:
        raise CourselensError("no course to make pairs of", remedy="Read a catalogue with at least one course first")
    cap = max_pairs if max_pairs is not None else MAX_PAIRS[style]
    background = Background.of(catalogue.courses)
    passages = make_passages(courses, tokenizer=tokenizer, style=style)
    asked = _by_course(drop_boilerplate(passages))
    sides = split_groups((course.group for course in courses), seed)
    made: dict[Split, tuple[Pair, ...]] = {}
    dropped = Counter({"passages that many courses share": len(passages) - sum(map(len, asked.values()))})
    for side in ("train", "dev", "test"):
        own = [course for course in courses if sides[course.group] == side]
        if progress:
            progress(f"pairs for {side}", len(made), 3)
        limit = cap if side == "train" else int(cap * HELD_OUT_SHARE)
        maker = _Side(own, asked, background, style, Random(f"{seed}:{side}"), dropped)
        made[side] = maker.make(limit, held_out=side != "train", encoder=encoder)
    return PairSet(
        made["train"], made["dev"], made["test"], style, seed, len(courses), len(catalogue.courses), dict(dropped)
    )


def sample_groups(courses: Sequence[Course], seed: int, limit: int = MAX_GROUPS) -> list[Course]:
    """The courses of at most `limit` course groups, drawn by the seed and the groups' names, in their order."""
    groups = sorted({course.group for course in courses}, key=lambda group: (place(f"sample {group}", seed), group))
    kept = set(groups[:limit])
    return [course for course in courses if course.group in kept]


class _Side:
    """The pairs of one side of the split."""

    def __init__(
        self,
        courses: Sequence[Course],
        passages: dict[str, list[Passage]],
        background: Background,
        style: str,
        rng: Random,
        dropped: Counter[str],
    ) -> None:
        self._courses = {course.key: course for course in courses}
        self._passages = {course.key: passages.get(course.key, []) for course in courses}
        self._pool = [passage for found in self._passages.values() for passage in found]
        self._telling = [passage for passage in self._pool if passage.section in TOPICAL]
        self._background = background
        self._style = style
        self._rng = rng
        self._dropped = dropped

    def make(self, limit: int, *, held_out: bool, encoder: Encoder | None) -> tuple[Pair, ...]:
        positives = self._positives(limit, held_out)
        neighbours = find_neighbours(list(self._courses.values()), encoder)
        negatives = self._negatives(positives, neighbours, limit)
        pairs = [*positives, *negatives]
        self._rng.shuffle(pairs)
        return tuple(pairs)

    def _positives(self, limit: int, held_out: bool) -> list[Pair]:
        wanted = math.ceil(limit * POSITIVES)
        each = self._each(wanted)
        made: dict[tuple[str, str], Pair] = {}
        for key, course in self._courses.items():
            for pair in make_questions(
                course,
                self._passages[key],
                self._background,
                style=self._style,
                held_out=held_out,
                each=each,
                rng=Random(f"{self._rng.random()}:{key}"),
            ):
                made.setdefault((pair.question.text, pair.passage.text), pair)
        pairs = list(made.values())
        if len(pairs) <= wanted:
            return pairs
        card = self._style == "card"
        kept = self._rng.sample(pairs, wanted) if card else _stratify(pairs, wanted, self._rng)
        self._dropped["positives above the limit"] += len(pairs) - len(kept)
        return kept

    def _each(self, wanted: int) -> int:
        asked = sum(len({passage.asked for passage in found}) for found in self._passages.values())
        return min(max(math.ceil(wanted / max(asked, 1)), 1), EACH)

    def _negatives(self, positives: Sequence[Pair], neighbours: dict[str, list[Course]], limit: int) -> list[Pair]:
        wanted = min(round(len(positives) * (1 - POSITIVES) / POSITIVES), limit - len(positives))
        guard = _Guard(positives)
        made: list[Pair] = []
        kinds = cycle(NEGATIVE_KINDS)
        tries = cycle(self._rng.sample(positives, len(positives))) if positives else iter(())
        for _, pair in zip(range(4 * wanted), tries, strict=False):
            kind = next(kinds)
            passage = self._draw(pair, kind, neighbours)
            if passage is None and kind != "random":
                kind, passage = "random", self._draw(pair, "random", neighbours)
            if passage is None or self._same_fact(pair.passage, passage) or not guard.allows(pair, passage, kind):
                self._dropped["negatives that might answer, drawn again"] += passage is not None
                continue
            made.append(Pair(pair.question, passage, 0.0, kind))
            if len(made) == wanted:
                break
        return made

    def _draw(self, pair: Pair, kind: str, neighbours: dict[str, list[Course]]) -> Passage | None:
        question = pair.question
        if kind == "random":
            return self._choose(self._telling if question.kind == "described" else self._pool)
        if question.kind == "described":
            # No passage of the course itself is wrong, and look-alikes may well fit the description.
            return None
        if kind == "hard_field":
            return self._choose([one for one in self._passages[question.course] if not answers(one, pair)])
        others = [one for other in neighbours[question.course] for one in self._passages[other.key]]
        same = [one for one in others if one.asked == pair.passage.asked]
        return self._choose([one for one in same if not self._same_fact(pair.passage, one)])

    def _same_fact(self, one: Passage, other: Passage) -> bool:
        """Whether two facts say the same of their courses, such as that they are taught in English."""
        if not one.kind == other.kind == "fact" or one.field != other.field:
            return False
        return self._said(one) == self._said(other)

    def _said(self, fact: Passage) -> object:
        course = self._courses[fact.course]
        return frozenset(course.values(fact.field or "")) or (course.exam if fact.field == "exam" else fact.text)

    def _choose(self, found: Sequence[Passage]) -> Passage | None:
        return self._rng.choice(found) if found else None


class _Guard:
    """Refuses negatives that would be wrong: that might answer the question, say the same, or contradict a pair."""

    def __init__(self, positives: Sequence[Pair]) -> None:
        self._taken = {(pair.question.text.lower(), pair.passage.text) for pair in positives}
        self._groups: dict[str, set[str]] = defaultdict(set)
        for pair in positives:
            self._groups[pair.question.text.lower()].add(pair.question.group)

    def allows(self, pair: Pair, passage: Passage, kind: str) -> bool:
        """Whether `passage` may be a negative of the question of `pair`; remembers it when so."""
        question = pair.question
        if kind == "hard_field":
            fits = passage.course == question.course and not answers(passage, pair)
        else:
            fits = passage.group not in self._groups[question.text.lower()]
        texts = (question.text.lower(), passage.text)
        same = passage.kind == "chunk" and _body(passage) == _body(pair.passage)
        if not fits or same or texts in self._taken or passage.text == pair.passage.text:
            return False
        self._taken.add(texts)
        return True


def answers(passage: Passage, pair: Pair) -> bool:
    """Whether a passage of the same course might answer the question of a positive pair."""
    if pair.question.kind == "described":
        return True
    if pair.question.kind == "description":
        return passage.kind == "chunk" or passage.field in NAMES
    return may_answer(passage.asked, pair.passage.asked)


def may_answer(asked: str, other: str) -> bool:
    """Whether passages of one field or section may answer a question about the other, of the same course."""
    return asked == other or any(asked in near and other in near for near in NEAR)


def _body(passage: Passage) -> str:
    """What a chunk says below the line that names its course and heading; a fact as it is."""
    return passage.text.split("\n", 1)[-1]


def drop_boilerplate(passages: Sequence[Passage]) -> list[Passage]:
    """The passages without the longer chunks that stand word for word in many courses: they tell none of them."""
    groups: dict[str, set[str]] = defaultdict(set)
    for one in passages:
        if one.kind == "chunk" and len(_body(one).split()) >= SHARED_WORDS:
            groups[_body(one)].add(one.group)
    return [one for one in passages if len(groups.get(_body(one), ())) <= SHARED_GROUPS]


def _by_course(passages: Sequence[Passage]) -> dict[str, list[Passage]]:
    found: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        found[passage.course].append(passage)
    return found


def _stratify(pairs: Sequence[Pair], wanted: int, rng: Random) -> list[Pair]:
    """`wanted` of the pairs: kinds of question by `KIND_SHARES`, and within a kind rare fields kept whole."""
    kinds: dict[str, list[Pair]] = defaultdict(list)
    for pair in rng.sample(pairs, len(pairs)):
        kinds[pair.question.kind].append(pair)
    quotas = fill({kind: len(found) for kind, found in kinds.items()}, wanted, KIND_SHARES)
    kept: list[Pair] = []
    for kind, found in kinds.items():
        strata: dict[str, list[Pair]] = defaultdict(list)
        for pair in found:
            strata[pair.passage.asked].append(pair)
        sizes = fill({asked: len(group) for asked, group in strata.items()}, quotas[kind])
        for asked, group in strata.items():
            kept += group[: sizes[asked]]
    return kept


def fill(available: dict[str, int], wanted: int, shares: dict[str, float] | None = None) -> dict[str, int]:
    """How many to take of each so that `wanted` come together: by `shares` (equal ones by default), small ones whole.

    Takes all when there are no more than `wanted`.
    """
    taken = dict.fromkeys(available, 0)
    left = min(wanted, sum(available.values()))
    while left:
        open_ones = [name for name in available if taken[name] < available[name]]
        weights = {name: (shares or {}).get(name, 1.0) for name in open_ones}
        total = sum(weights.values())
        step = {name: min(int(left * weights[name] / total), available[name] - taken[name]) for name in open_ones}
        if not any(step.values()):
            step = dict.fromkeys(open_ones[:left], 1)
        for name, more in step.items():
            taken[name] += more
        left -= sum(step.values())
    return taken
