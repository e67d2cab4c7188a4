"""How good a ranking and a confidence are, in numbers with intervals.

In: for each question which of the first results were right (`relevance`), or a confidence and whether the answer was
right. Out: one value per question, means with bootstrapped intervals, paired tests between two systems, calibration.
Pure numpy, so that every figure of the report can be checked by hand.

Questions about one course share its texts and are not independent: intervals and tests resample **course groups**, not
questions (cluster bootstrap: Cameron, Gelbach & Miller 2008, "Bootstrap-Based Improvements for Inference with Clustered
Errors", Review of Economics and Statistics 90(3)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
"""float64 of shape (n,), one value per question."""

Relevance = npt.NDArray[np.bool_]
"""bool of shape (n, k): is the result at this rank (best first) right for this question?"""

Counts = npt.NDArray[np.int64]
"""int64 of shape (n,): how many right results there are for each question in the whole corpus, at least 1."""

ROUNDS = 2000
"""Resamples of a bootstrap or permutation test: the ends of a 95% interval then rest on 50 resamples each side."""

SEED = 20250101
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` questions of `groups` course groups, with the ends of its 95% interval."""

    value: float
    low: float
    high: float
    n: int
    groups: int

    def to_dict(self) -> dict[str, Any]:
        """JSON object with value, low, high, n, groups."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n, "groups": self.groups}

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of one system minus the mean of another on the same questions: 95% interval and two-sided p."""

    value: float
    low: float
    high: float
    p: float
    n: int
    groups: int

    def to_dict(self) -> dict[str, Any]:
        """JSON object with value, low, high, p, n, groups."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Bin:
    """The `n` answers with a confidence in [low, high): their mean `confidence`, and the share that was right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float

    def to_dict(self) -> dict[str, Any]:
        """JSON object with low, high, n, confidence, accuracy."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def reciprocal_rank(relevance: Relevance, k: int = 10) -> Values:
    """1 / rank of the first right result among the first `k`, 0 where there is none; in [0, 1].

    Its mean is MRR@k (Voorhees 1999, "The TREC-8 Question Answering Track Report").
    """
    top = relevance[:, :k]
    found = top.any(axis=1)
    ranks = top.argmax(axis=1) + 1 if top.shape[1] else np.ones(len(top), dtype=np.int64)
    result: Values = np.where(found, 1.0 / ranks, 0.0)
    return result


def ndcg(relevance: Relevance, relevant: Counts, k: int = 10) -> Values:
    """Normalised discounted cumulative gain of the first `k` with gain 1 for a right result; in [0, 1].

    DCG = Σ gain / log2(rank + 1), divided by that of a ranking with all right results first (Järvelin & Kekäläinen
    2002, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4)).
    """
    top = relevance[:, :k]
    gain = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gain)])[np.minimum(relevant, k)]
    result: Values = (top @ gain[: top.shape[1]]) / ideal
    return result


def recall(relevance: Relevance, relevant: Counts, k: int) -> Values:
    """Share of all right results that stand among the first `k`; in [0, 1].

    Manning, Raghavan & Schütze 2008, "Introduction to Information Retrieval", section 8.4.
    """
    result: Values = relevance[:, :k].sum(axis=1) / relevant
    return result


def bootstrap(values: Values, groups: Sequence[str], *, rounds: int = ROUNDS, seed: int = SEED) -> Interval:
    """Mean of `values` with its 95% percentile interval over resampled course groups (Efron 1979; clustered, above).

    Where all values are equal a bootstrap has no spread and would claim certainty; values at 0 or 1 then get the
    Wilson interval with the number of groups as n (Wilson 1927, JASA 22). Raises ValueError without values.
    """
    return bootstrap_columns(values[:, None], groups, rounds=rounds, seed=seed)[0]


def bootstrap_columns(
    values: Values, groups: Sequence[str], *, rounds: int = ROUNDS, seed: int = SEED
) -> tuple[Interval, ...]:
    """`bootstrap` of each column of `values`, shape (n, m), on the same resamples: drawing them is what takes time."""
    sums, counts = _by_group(values, groups)
    means = _resampled_means(sums, counts, rounds, seed)
    found = []
    for column, resampled in zip(values.T, means.T, strict=True):
        value = float(column.mean())
        certain = bool(np.ptp(column) == 0) and value in (0.0, 1.0)
        low, high = wilson(value, len(counts)) if certain else _ends(resampled)
        found.append(Interval(value, low, high, len(values), len(counts)))
    return tuple(found)


def wilson(share: float, n: int) -> tuple[float, float]:
    """Ends of the 95% Wilson score interval of a proportion `share` of `n` independent trials."""
    z = 1.959963984540054  # the normal distribution's .975 quantile
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def paired_difference(
    ours: Values, theirs: Values, groups: Sequence[str], *, rounds: int = ROUNDS, seed: int = SEED
) -> Difference:
    """Mean of `ours` - `theirs` on the same questions.

    Interval: paired bootstrap over course groups (Efron 1979). p: two-sided permutation test that flips the sign of
    whole groups' differences, (1 + as extreme) / (1 + rounds), so never 0 (Smucker, Allan & Carterette 2007,
    "A comparison of statistical significance tests for information retrieval evaluation"; the correction by 1 is
    Phipson & Smyth 2010).
    """
    sums, counts = _by_group((ours - theirs)[:, None], groups)
    low, high = _ends(_resampled_means(sums, counts, rounds, seed)[:, 0])
    observed = abs(sums.sum())
    generator = np.random.default_rng(seed)
    extreme = 0
    for block in _blocks(rounds, len(sums)):
        flipped = generator.choice([-1.0, 1.0], size=(block, len(sums))) @ sums
        # A hair of tolerance: the same sum added in another order must count as equal.
        extreme += int((np.abs(flipped) >= observed - 1e-9).sum())
    return Difference(_exact((ours - theirs).mean()), low, high, (1 + extreme) / (1 + rounds), len(ours), len(sums))


def holm(p: Sequence[float]) -> list[float]:
    """Step-down adjusted p values of a family of tests, in the order given (Holm 1979, Scand. J. Statistics 6)."""
    adjusted = [0.0] * len(p)
    floor = 0.0
    for place, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        floor = max(floor, min(1.0, (len(p) - place) * p[index]))
        adjusted[index] = floor
    return adjusted


def reliability(confidence: Values, right: Values, bins: int = 10) -> tuple[Bin, ...]:
    """`bins` equal-width bins of confidence in [0, 1], the empty ones left out (Niculescu-Mizil & Caruana 2005).

    `right` holds 1.0 where the answer was right, else 0.0. Raises ValueError on a confidence outside [0, 1].
    """
    if len(confidence) and not (confidence.min() >= 0 and confidence.max() <= 1):
        raise ValueError(f"confidence outside [0, 1]: {confidence.min()} to {confidence.max()}")
    place = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    made = []
    for number in range(bins):
        inside = place == number
        if inside.any():
            made.append(
                Bin(
                    low=number / bins,
                    high=(number + 1) / bins,
                    n=int(inside.sum()),
                    confidence=float(confidence[inside].mean()),
                    accuracy=float(right[inside].mean()),
                )
            )
    return tuple(made)


def expected_calibration_error(confidence: Values, right: Values, bins: int = 10) -> float:
    """Mean over answers of |share right - mean confidence| of their bin; 0 is calibrated, 1 the worst.

    Naeini, Cooper & Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"; Guo et al. 2017.
    Raises ValueError without answers.
    """
    if not len(confidence):
        raise ValueError("no answers to calibrate on")
    found = reliability(confidence, right, bins)
    return sum(one.n * abs(one.accuracy - one.confidence) for one in found) / len(confidence)


def auc(positives: Values, negatives: Values) -> float:
    """Chance that a random positive scores above a random negative, ties half (Mann & Whitney 1947); in [0, 1].

    Raises ValueError where one side is empty.
    """
    if not len(positives) or not len(negatives):
        raise ValueError("auc needs positives and negatives")
    ordered = np.sort(negatives)
    below = np.searchsorted(ordered, positives, side="left")
    upto = np.searchsorted(ordered, positives, side="right")
    return float((below + upto).mean() / (2 * len(negatives)))


def _by_group(values: Values, groups: Sequence[str]) -> tuple[Values, Values]:
    """Sums of each column of `values` and number of questions by group: shapes (groups, m) and (groups,)."""
    if not len(values):
        raise ValueError("no values")
    if len(values) != len(groups):
        raise ValueError(f"{len(values)} values, {len(groups)} groups")
    _, place, counts = np.unique(np.asarray(groups, dtype=str), return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, place, values)
    return sums, counts.astype(np.float64)


def _resampled_means(sums: Values, counts: Values, rounds: int, seed: int) -> Values:
    """Mean per question of each column in `rounds` resamples of the groups, shape (rounds, m)."""
    generator = np.random.default_rng(seed)
    evenly = np.full(len(counts), 1 / len(counts))
    means = []
    for block in _blocks(rounds, len(counts)):
        drawn = generator.multinomial(len(counts), evenly, size=block).astype(np.float64)
        means.append((drawn @ sums) / (drawn @ counts)[:, None])
    return np.concatenate(means)


def _blocks(rounds: int, groups: int) -> Iterator[int]:
    """Sizes of blocks that add up to `rounds` and keep a block's draws under about 16 MB, however many groups."""
    size = max(1, 2_000_000 // groups)
    for start in range(0, rounds, size):
        yield min(size, rounds - start)


def _ends(means: Values) -> tuple[float, float]:
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return _exact(low), _exact(high)


def _exact(value: float) -> float:
    """Without what the order of a sum leaves behind: a mean of 0 must not come out as -1e-18, and be shown as `-0`."""
    return round(float(value), 12) + 0.0
