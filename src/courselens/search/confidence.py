"""How sure an answer is: a logistic model over what understanding, ranking and lookup saw.

In: evidence about one question. Out: the probability that the answer is right, and the probability that the catalogue
holds one at all: below a threshold of the latter it is said not to. Questions that name a course and questions that
describe one have a model each. The weights are fitted on questions made from the catalogue when an index is made
(`calibrate.py`), with a pull towards weights that were fitted on questions in people's own wording.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from courselens.errors import CourselensError
from courselens.search.query import Asked, Understood
from courselens.search.rank import Ranking

FILE = "confidence.json"
FEATURES = (
    "coded",
    "cover",
    "said",
    "title",
    "dense",
    "above",
    "coverage",
    "margin",
    "asked",
    "elsewhere",
    "off",
    "kept",
    "near",
    "covered",
)
"""Names of `Evidence`'s numbers, in the order of the weights."""
Group = Literal["named", "meant", "described"]
"""`named`: a code or a title that fits well; `meant`: a field of a course that is not named so (a translated title, a
few words of it); `described`: everything else. Each has a model of its own."""
GROUPS: tuple[Group, ...] = ("named", "meant", "described")
RIDGE = 200.0
"""How strongly a fit stays with the defaults. Phrasings and pieces of sentences are easier than what students write, so
the defaults, fitted on questions in people's own wording, count for more."""
ROUNDS = 30
FEWEST = 40
"""Questions that a fit needs."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about an answer. All from 0 to about 1.

    `coded` a known code stands in the question; `cover` and `said` of the title found (see `TitleMention`), `title`
    its strength; `dense` the best cosine of the first course, `above` by how many standard deviations it stands above
    the courses' mean, divided by 5; `coverage` the share of the question's words, by rarity, that the first course
    has; `margin` to the second course; `asked` the probability of the field; `elsewhere` that of something that no
    catalogue holds; `off` is 1 when the code named is unknown, `kept` when a condition was
    understood and holds; `near` and `covered` are those of `subjects.Standing`.
    """

    kind: Group
    coded: float
    cover: float
    said: float
    title: float
    dense: float
    above: float
    coverage: float
    margin: float
    asked: float
    elsewhere: float
    off: float
    kept: float = 0.0
    near: float = 0.0
    covered: float = 0.0

    @property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The features as an array, in the order of `FEATURES`."""
        return np.array([getattr(self, name) for name in FEATURES], dtype=np.float64)


def evidence_of(
    understood: Understood, asked: Asked, ranking: Ranking, coverage: float, *, kept: bool = False
) -> Evidence:
    """Gather the evidence of one question."""
    known = any(code.courses for code in understood.codes)
    order, score, parts = ranking.order, ranking.score, ranking.parts
    kind: Group = "described" if asked.kind != "course" else "named" if understood.named else "meant"
    if not len(order):
        return Evidence(kind, float(known), 0, 0, 0, 0, 0, coverage, 0, asked.share, asked.elsewhere, 1.0)
    first = int(order[0])
    mention = next((one for one in understood.titles if one.course == first), None)
    spread = float(parts.dense.std()) or 1.0
    second = float(score[int(order[1])]) if len(order) > 1 else float(score[first]) - 1
    return Evidence(
        kind=kind,
        coded=float(known),
        cover=mention.cover if mention else 0.0,
        said=mention.said if mention else 0.0,
        title=mention.strength if mention else 0.0,
        dense=float(parts.dense[first]),
        above=float((parts.dense[first] - parts.dense.mean()) / spread / 5),
        coverage=coverage,
        margin=min(1.0, float(score[first]) - second),
        asked=asked.share if asked.field else 0.5,
        elsewhere=asked.elsewhere,
        off=float(bool(understood.codes) and not known),
        kept=float(kept),
        near=parts.standing.near,
        covered=parts.standing.covered,
    )


@dataclass(frozen=True, slots=True)
class Logistic:
    """`weights` of `FEATURES` and `bias`."""

    weights: tuple[float, ...]
    bias: float

    def probability(self, numbers: npt.NDArray[np.float64]) -> float:
        """The probability of what was fitted, in (0, 1)."""
        score = float(numbers @ np.array(self.weights)) + self.bias
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@dataclass(frozen=True, slots=True)
class Sureness:
    """For one group of questions: whether the answer is `right`, and whether the catalogue holds (`held`) an answer;
    below `threshold` of the latter none is given.
    """

    right: Logistic
    held: Logistic
    threshold: float


DEFAULTS: Mapping[Group, Sureness] = {
    # 905 questions, 56 without an answer: refused 0.804 of these, 0.018 of the others
    "named": Sureness(
        Logistic(
            (-0.80, -1.94, 1.30, 0.08, -0.44, 0.51, 0.19, 3.00, 6.94, -1.92, 0.00, 0.17, -2.36, -0.49),
            -3.24,
        ),
        Logistic(
            (2.56, -1.16, 1.55, 1.38, 1.11, -2.94, 3.78, 1.13, 5.50, -8.14, -6.86, 0.04, 0.03, -2.52),
            -0.34,
        ),
        0.79,
    ),
    # 151 questions, 25 without an answer: refused 0.840 of these, 0.024 of the others
    "meant": Sureness(
        Logistic(
            (0.00, -1.88, -0.25, -0.78, 0.16, 2.43, 4.59, 3.33, 1.26, -4.00, 0.00, 0.97, -1.42, -1.01),
            -2.06,
        ),
        Logistic(
            (0.00, 1.17, 0.64, 0.82, 3.56, 1.49, 7.62, 0.87, -1.32, -1.28, 0.00, 2.55, -3.43, 3.41),
            -1.95,
        ),
        0.55,
    ),
    # 551 questions, 89 without an answer: refused 0.876 of these, 0.019 of the others
    "described": Sureness(
        Logistic(
            (0.00, -3.56, -1.70, -1.46, 0.35, 2.54, 3.58, 0.90, -0.89, -3.79, 0.00, 3.42, 1.36, 1.52),
            -1.78,
        ),
        Logistic(
            (0.00, 1.46, -3.49, 0.33, 7.50, 0.94, 5.78, -0.38, -1.85, -6.41, 0.00, 4.47, -2.11, 6.83),
            -3.71,
        ),
        0.66,
    ),
}
"""What a fit begins with and a small catalogue keeps; `scripts/fit_confidence.py` prints it."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """A model for each group of questions."""

    models: Mapping[Group, Sureness] = field(default_factory=lambda: dict(DEFAULTS))

    def right(self, evidence: Evidence) -> float:
        """Probability that what was found is right."""
        return self.models[evidence.kind].right.probability(evidence.numbers)

    def held(self, evidence: Evidence) -> float:
        """Probability that the catalogue holds an answer, found or not."""
        return self.models[evidence.kind].held.probability(evidence.numbers)

    def enough(self, evidence: Evidence) -> bool:
        """Whether that is likely enough for an answer to be given."""
        return self.held(evidence) >= self.models[evidence.kind].threshold

    def write(self, folder: Path) -> None:
        """Write `confidence.json`."""
        data: dict[str, Any] = {"features": FEATURES}
        data.update({name: asdict(model) for name, model in self.models.items()})
        (folder / FILE).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> Confidence:
        """What `write` wrote, or the defaults where there is none. Raises CourselensError when it is damaged."""
        path = folder / FILE
        if not path.exists():
            return cls()
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls({name: _sureness(data[name]) for name in GROUPS})
        except (ValueError, KeyError, TypeError) as error:
            remedy = "Run `courselens index` again"
            raise CourselensError("damaged confidence", value=str(error), where=path, remedy=remedy) from error


def _sureness(data: Mapping[str, Any]) -> Sureness:
    right, held = (Logistic(tuple(data[name]["weights"]), data[name]["bias"]) for name in ("right", "held"))
    if {len(right.weights), len(held.weights)} != {len(FEATURES)}:
        raise ValueError("another number of weights")
    return Sureness(right, held, data["threshold"])


def fit_logistic(
    rows: Sequence[Evidence], true: Sequence[bool], weights: Sequence[float], default: Logistic, *, ridge: float
) -> Logistic:
    """Fit by damped Newton steps on the log loss with a ridge towards `default`; every row counts `weights`.

    The default itself where all rows are alike, or there are too few.
    """
    if len(set(true)) < 2 or len(rows) < FEWEST:
        return default
    numbers = np.array([row.numbers for row in rows])
    design = np.hstack([numbers, np.ones((len(rows), 1))])
    target, counts = np.array(true, dtype=np.float64), np.array(weights, dtype=np.float64)
    start = np.array([*default.weights, default.bias])
    fitted = start.copy()

    def loss(point: npt.NDArray[np.float64]) -> float:
        score = design @ point
        lost = counts * (np.logaddexp(0, score) - target * score)
        return float(lost.sum() + ridge / 2 * np.sum((point - start) ** 2))

    for _ in range(ROUNDS):
        guess = 1 / (1 + np.exp(-np.clip(design @ fitted, -30, 30)))
        gradient = design.T @ (counts * (guess - target)) + ridge * (fitted - start)
        curvature = (design * (counts * guess * (1 - guess))[:, None]).T @ design + ridge * np.eye(len(fitted))
        step = np.linalg.solve(curvature, gradient)
        size = next((2.0**-halving for halving in range(12) if loss(fitted - 2.0**-halving * step) < loss(fitted)), 0.0)
        if size == 0.0:
            break
        fitted = fitted - size * step
    return Logistic(tuple(float(one) for one in fitted[:-1]), float(fitted[-1]))


def to_json(evidence: Evidence) -> Mapping[str, float]:
    """The evidence for `explain`."""
    return {name: round(float(getattr(evidence, name)), 4) for name in FEATURES}
