"""Hard negatives: passages that look like the answer and are not.

In: labelled pairs and an encoder. Out: (question, positive, negatives …) rows for ranking losses. Negatives come from
two sides: another field of the same course (teaches what is asked) and the nearest passages of other courses (teaches
which course). A nearest passage may well be an answer, so one is kept only where its score stays under a share of the
positive's, is of another course group, and is not an equal text. The ceiling follows NV-Retriever (Moreira et al.
2024, arXiv:2407.15831), whose best is 95% of the positive's score.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from courselens.dataset.pairs import answers
from courselens.dataset.types import Pair, Passage
from courselens.train.batches import ROWS_EACH, BatchKeys
from courselens.train.dev import Embed
from courselens.train.recipe import Recipe

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a ranking loss; every example of a run has the same number of negatives."""

    question: str
    positive: str
    negatives: tuple[str, ...]
    group: str
    asked: str = ""

    @property
    def keys(self) -> BatchKeys:
        """What the batch sampler needs to know of it."""
        negatives = tuple(map(plain, self.negatives))
        return BatchKeys(self.group, plain(self.question), plain(self.positive), negatives, self.asked)


@dataclass(frozen=True, slots=True)
class Mined:
    """The examples, how many of their negatives came from where, and how many positives the run has no steps for."""

    examples: tuple[Example, ...]
    from_fields: int
    from_mining: int
    at_random: int
    unused: int = 0


def remembering(embed: Embed) -> Embed:
    """The same, but each text once: mining, look-alike courses and anchors need the same texts of the same model."""
    known: dict[str, npt.NDArray[np.float32]] = {}

    def embed_new(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            known.update(zip(new, embed(new), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float32)

    return embed_new


def plain(text: str) -> str:
    """A text as equal facts are compared: lower case, white space as one blank."""
    return " ".join(text.casefold().split())


def mine(pairs: Sequence[Pair], recipe: Recipe, embed: Embed | None) -> Mined:
    """One example for each pair with label 1.0, with `recipe.negatives` negatives each.

    Where `recipe.max_steps` would cut the first epoch, only as many examples are made as there are steps for.
    `embed` is only called where the recipe mines. Deterministic by the recipe's seed. Where a question has no negative
    of the wanted kind, one of the other kind takes its place, at last a random passage of another group.
    """
    chance = random.Random(recipe.seed)
    found = [pair for pair in pairs if pair.label == 1.0]
    wanted = recipe.max_steps * recipe.batch_size
    draw = _sample_groups if recipe.batches == "neighbours" else _sample
    positives = draw(found, wanted, chance)
    unused = len(found) - len(positives)
    if not recipe.negatives:
        return Mined(tuple(_example(pair, ()) for pair in positives), 0, 0, 0, unused)
    pool = _Pool(pairs)
    nearest = _nearest(positives, pool, recipe, embed) if embed and recipe.mined_negatives else [()] * len(positives)
    counts = [0, 0, 0]
    examples = []
    for pair, near in zip(positives, nearest, strict=True):
        sources = [pool.fields(pair), list(near)]
        for options in sources:
            chance.shuffle(options)
        chosen: list[str] = []
        for source in [*[0] * recipe.field_negatives, *[1] * recipe.mined_negatives]:
            at = next((at for at in (source, 1 - source) if sources[at]), 2)
            chosen.append(sources[at].pop() if at < 2 else pool.other(pair, chance))
            counts[at] += 1
        examples.append(_example(pair, tuple(chosen)))
    return Mined(tuple(examples), counts[0], counts[1], counts[2], unused)


def _sample(pairs: Sequence[Pair], most: int, chance: random.Random) -> list[Pair]:
    """At most `most` of the pairs in their order; all of them where `most` is negative."""
    if not 0 <= most < len(pairs):
        return list(pairs)
    return [pairs[at] for at in sorted(chance.sample(range(len(pairs)), most))]


def _sample_groups(pairs: Sequence[Pair], most: int, chance: random.Random) -> list[Pair]:
    """The same by course groups: as many of a group as can be spread over all of them, `ROWS_EACH` at the least."""
    if not 0 <= most < len(pairs):
        return list(pairs)
    of_group: dict[str, list[int]] = defaultdict(list)
    for at, pair in enumerate(pairs):
        of_group[pair.question.group].append(at)
    each = max(ROWS_EACH, -(-most // len(of_group)))
    kept: list[int] = []
    spare: list[int] = []
    for group in chance.sample(sorted(of_group), len(of_group)):
        rows = chance.sample(of_group[group], len(of_group[group]))
        kept += rows[:each]
        spare += rows[each:]
    return [pairs[at] for at in sorted([*kept, *spare][:most])]


def _example(pair: Pair, negatives: tuple[str, ...]) -> Example:
    alone = pair.question.kind in ("described", "description")
    asked = "" if alone else pair.passage.asked
    return Example(pair.question.text, pair.passage.text, negatives, pair.question.group, asked)


def nearest_groups(examples: Sequence[Example], vectors: npt.NDArray[np.float32], most: int) -> dict[str, list[str]]:
    """For each course group the `most` nearest others, best first: by the mean of its positives' `vectors` (n, d)."""
    names = sorted({one.group for one in examples})
    number = {name: at for at, name in enumerate(names)}
    means = np.zeros((len(names), vectors.shape[1]), dtype=np.float32)
    np.add.at(means, [number[one.group] for one in examples], vectors)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    found = {}
    for start in range(0, len(names), _BLOCK):
        scores = means[start : start + _BLOCK] @ means.T
        for at, score in enumerate(scores, start):
            score[at] = -np.inf
            best = np.argsort(-score, kind="stable")[: min(most, len(names) - 1)]
            found[names[at]] = [names[other] for other in best]
    return found


class _Pool:
    """All passages of the pairs by text, and what may not be a negative of a question."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self.texts: list[str] = list(dict.fromkeys(pair.passage.text for pair in pairs))
        self.at = {text: number for number, text in enumerate(self.texts)}
        self.of_group: dict[str, set[int]] = defaultdict(set)
        self._of_course: dict[str, dict[str, Passage]] = defaultdict(dict)
        self._right: dict[tuple[str, str], set[str]] = defaultdict(set)
        for pair in pairs:
            passage, question = pair.passage, pair.question
            self.of_group[passage.group].add(self.at[passage.text])
            self._of_course[passage.course][passage.text] = passage
            if pair.label == 1.0:
                self.of_group[question.group].add(self.at[passage.text])
                self._right[(question.text, question.group)].add(plain(passage.text))

    def right(self, pair: Pair) -> set[str]:
        """The texts that answer the pair's question."""
        return self._right[(pair.question.text, pair.question.group)]

    def fields(self, pair: Pair) -> list[str]:
        """Passages of the same course about another field or section, those labelled 0.0 among them."""
        right = self.right(pair)
        own = self._of_course[pair.question.course].values()
        return [one.text for one in own if not answers(one, pair) and plain(one.text) not in right]

    def other(self, pair: Pair, chance: random.Random) -> str:
        """A random passage of another course group; the first that is no answer where every passage is of the group."""
        own, right = self.of_group[pair.question.group], self.right(pair)
        for _ in range(100):
            number = chance.randrange(len(self.texts))
            if number not in own and plain(self.texts[number]) not in right:
                return self.texts[number]
        return next((text for text in self.texts if plain(text) not in right), self.texts[0])


def _nearest(positives: Sequence[Pair], pool: _Pool, recipe: Recipe, embed: Embed) -> list[tuple[str, ...]]:
    """For each positive the `mining_depth` best-scored passages that may be its negatives, best first."""
    passages = embed(pool.texts)
    questions = list(dict.fromkeys(pair.question.text for pair in positives))
    number = {text: at for at, text in enumerate(questions)}
    vectors = embed(questions)
    plains = [plain(text) for text in pool.texts]
    own = {group: np.fromiter(sorted(numbers), dtype=np.int64) for group, numbers in pool.of_group.items()}
    found: list[tuple[str, ...]] = []
    for start in range(0, len(positives), _BLOCK):
        block = positives[start : start + _BLOCK]
        scores = vectors[[number[pair.question.text] for pair in block]] @ passages.T
        for pair, score in zip(block, scores, strict=True):
            ceiling = recipe.negative_ceiling * score[pool.at[pair.passage.text]]
            score[own[pair.question.group]] = -np.inf
            score[score >= ceiling] = -np.inf
            depth = min(recipe.mining_depth, len(score))
            top = np.argpartition(-score, depth - 1)[:depth]
            top = top[np.argsort(-score[top], kind="stable")]
            right = pool.right(pair)
            found.append(tuple(pool.texts[at] for at in top if np.isfinite(score[at]) and plains[at] not in right))
    return found
