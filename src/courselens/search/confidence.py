"""How sure an answer is: a logistic model over what understanding, ranking and lookup saw.

In: evidence about one question. Out: the probability that the answer is right, and the probability that the catalogue
holds one at all: below a threshold of the latter it is said not to. Questions that name a course and questions that
describe one have a model each. The weights are fitted on questions made from the catalogue when an index is made
(`calibrate.py`), with a pull towards weights that were fitted on questions in people's own wording.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from courselens.errors import CourselensError
from courselens.search.decide import Asked
from courselens.search.instead import Instead
from courselens.search.query import Understood
from courselens.search.rank import Ranking

FILE = "confidence.json"
FEATURES = (
    "coded",
    "said",
    "cover",
    "dense",
    "coverage",
    "margin",
    "asked",
    "elsewhere",
    "off",
    "kept",
    "narrowed",
    "near",
    "covered",
    "outdone",
    "words",
    "apart",
    "subject",
    "known",
    "there",
    "instead",
    "untold",
    "small",
)
"""Names of `Evidence`'s numbers."""
TIMES = "*"
"""Between the names of two features whose product is weighed: a course that is far ahead says more the surer the field
is."""
Group = Literal["named", "partly", "meant", "described"]
"""`named`: a code or a title that fits well; `partly`: a part of a title; `meant`: a field of a course that is not
named so (a translated title, a few words of it); `described`: everything else. Each has a model of its own."""
GROUPS: tuple[Group, ...] = ("named", "partly", "meant", "described")
WELL = 0.75
"""Share of a title's weight from which the title names its course rather than shares words with the question."""
RIDGE = 200.0
"""How strongly a fit stays with the defaults. Phrasings and pieces of sentences are easier than what students write, so
the defaults, fitted on questions in people's own wording, count for more."""
LONG = 8
"""Words of a topic that make it a long one, whose words no course may be expected to have all."""
ROUNDS = 30
FEWEST = 40
"""Questions that a fit needs."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about an answer. All from 0 to about 1.

    `coded` a known code stands in the question; `said` and `cover` of the title found (see `TitleMention`); `dense`
    the best cosine of the first course; `coverage` the share of the question's words, by rarity, that the first
    course has; `margin` to the second course; `asked` the probability of the field; `elsewhere` that of something
    that no catalogue holds; `off` is 1 when the code named is unknown, `kept` when conditions are all that is said
    and one holds, `narrowed` when one holds beside a topic, both less where something else is asked; `near`,
    `subject`, `there` and `covered` are those of `subjects.Standing`, `outdone` is by how much `near` exceeds the
    best cosine to a text that says what the first course is about; `words` of the topic, of eight; `apart` that of
    `rank.Parts`; `known` how likely the question asks for any field that the catalogue has, on a scale of logarithms;
    `instead` 1 where another word stands in the place of one of the title's, 2 where another part's number does;
    `untold` how likely something practical is asked that the course tells nowhere (`concerns.py`); `small` one by the
    root of how many courses there are: among few of them words are less rare, and rivals farther.
    """

    kind: Group
    coded: float
    said: float
    cover: float
    dense: float
    coverage: float
    margin: float
    asked: float
    elsewhere: float
    off: float
    kept: float = 0.0
    narrowed: float = 0.0
    near: float = 0.0
    covered: float = 0.0
    outdone: float = 0.0
    words: float = 0.0
    apart: float = 0.0
    subject: float = 0.0
    known: float = 0.0
    there: float = 0.0
    instead: float = 0.0
    untold: float = 0.0
    small: float = 0.0

    def number(self, name: str) -> float:
        """The feature of that name, or the product of two: `margin*asked`."""
        return float(math.prod(getattr(self, one) for one in name.split(TIMES)))

    def numbers(self, names: Iterable[str] = FEATURES) -> npt.NDArray[np.float64]:
        """The features of those names as an array, in their order."""
        return np.array([self.number(name) for name in names], dtype=np.float64)


def evidence_of(
    understood: Understood,
    asked: Asked,
    ranking: Ranking,
    coverage: float,
    held: frozenset[str],
    *,
    kept: bool = False,
    other: Instead | None = None,
    untold: float = 0.0,
    beside: Collection[int] = (),
) -> Evidence:
    """Gather the evidence of one question; `held` are the fields and sections that any course has, `other` is what it
    says instead of a word of the course's title, `untold` how likely it asks for something practical that the
    course tells nowhere, `beside` further courses that it names, which are no rivals.
    """
    known = any(code.courses for code in understood.codes)
    order, score, parts = ranking.order, ranking.score, ranking.parts
    first = int(order[0]) if len(order) else -1
    mention = next((one for one in understood.titles if one.course == first), None)
    cover = mention.cover if mention else 0.0
    kind: Group = "described"
    if asked.kind == "course":
        well = bool(understood.codes) or cover >= WELL
        kind = ("named" if well else "partly") if understood.named else "meant"
    if not len(order):
        return Evidence(kind, float(known), 0, 0, 0, coverage, 0, asked.share, asked.elsewhere, 1.0)
    rivals = [one for one in order[1:].tolist() if one not in beside]
    second = float(score[rivals[0]]) if rivals else float(score[first]) - 1
    told = held | {"none"} if kind == "named" else held  # who asks for nothing wants to know of the course
    return Evidence(
        kind=kind,
        coded=float(known),
        said=mention.said if mention else 0.0,
        cover=cover,
        dense=float(parts.dense[first]),
        coverage=coverage,
        margin=min(1.0, float(score[first]) - second),
        asked=asked.share if asked.field else 0.5,
        elsewhere=asked.elsewhere,
        off=float(bool(understood.codes) and not known),
        kept=float(kept and not understood.topical) * (1.0 - asked.elsewhere),
        narrowed=float(kept and understood.topical) * (1.0 - asked.elsewhere),
        near=parts.standing.near,
        covered=parts.standing.covered,
        words=min(1.0, len(understood.bare.split()) / LONG),
        outdone=max(0.0, parts.standing.near - float(parts.about[first])),
        apart=parts.apart,
        subject=parts.standing.subject,
        there=parts.standing.there,
        known=math.log1p(100 * sum(share for name, share in asked.shares.items() if name in told)) / math.log(101),
        instead=1.0 + other.part if other else 0.0,
        untold=untold,
        small=1 / math.sqrt(len(score)),
    )


@dataclass(frozen=True, slots=True)
class Logistic:
    """`weights` of some of the `FEATURES` and of products of two, and `bias`."""

    weights: Mapping[str, float]
    bias: float

    def probability(self, evidence: Evidence) -> float:
        """The probability of what was fitted, in (0, 1)."""
        score = sum(weight * evidence.number(name) for name, weight in self.weights.items()) + self.bias
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
    # 13529 questions, 1072 without an answer: refused 0.847 of these, 0.006 of the others
    "named": Sureness(
        Logistic({"coded": 0.86, "said": 1.50, "margin": 1.30, "asked": 5.77}, -4.57),
        Logistic(
            {
                "coded": 2.31,
                "said": 1.79,
                "coverage": 0.41,
                "asked": 2.65,
                "elsewhere": -1.54,
                "off": -8.47,
                "known": 8.90,
                "instead": -2.17,
                "untold": -3.25,
            },
            -8.56,
        ),
        0.72,
    ),
    # 1511 questions, 36 without an answer: refused 0.583 of these, 0.007 of the others
    "partly": Sureness(
        Logistic({"coverage": 0.99, "margin": 2.92, "asked": 4.04}, -3.66),
        Logistic(
            {
                "said": 0.66,
                "coverage": 7.21,
                "elsewhere": -4.14,
                "instead": -3.27,
                "untold": -4.67,
                "outdone": -3.06,
                "cover": 1.86,
                "words": 4.03,
                "near": -3.32,
            },
            0.27,
        ),
        0.72,
    ),
    # 3357 questions, 861 without an answer: refused 0.918 of these, 0.078 of the others
    "meant": Sureness(
        Logistic({"coverage": 2.54, "margin": 2.38, "elsewhere": -3.85}, 0.22),
        Logistic(
            {
                "coverage": 4.90,
                "elsewhere": -4.95,
                "near": -2.91,
                "apart": 3.68,
                "there": 1.38,
                "covered": 10.43,
                "outdone": -3.20,
                "narrowed": 0.90,
                "small": 6.53,
                "asked*instead": -3.31,
                "margin*asked": 4.24,
                "elsewhere*narrowed": -6.16,
                "asked*subject": -5.72,
                "words*words": 4.08,
            },
            -4.54,
        ),
        0.72,
    ),
    # 4926 questions, 701 without an answer: refused 0.916 of these, 0.016 of the others
    "described": Sureness(
        Logistic({"coverage": 4.91, "kept": 3.53}, 0.37),
        Logistic(
            {
                "dense": 5.51,
                "coverage": 5.99,
                "elsewhere": -7.83,
                "kept": 6.76,
                "narrowed": 3.11,
                "near": -9.32,
                "covered": 11.21,
                "words": 3.05,
                "small": 3.23,
            },
            -3.25,
        ),
        0.72,
    ),
}
"""What a fit begins with and a small catalogue keeps; `scripts/fit_confidence.py` prints it."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """A model for each group of questions."""

    models: Mapping[Group, Sureness] = field(default_factory=lambda: dict(DEFAULTS))

    def right(self, evidence: Evidence) -> float:
        """Probability that what was found is right."""
        return self.models[evidence.kind].right.probability(evidence)

    def held(self, evidence: Evidence) -> float:
        """Probability that the catalogue holds an answer, found or not."""
        return self.models[evidence.kind].held.probability(evidence)

    def enough(self, evidence: Evidence) -> bool:
        """Whether that is likely enough for an answer to be given."""
        return self.held(evidence) >= self.models[evidence.kind].threshold

    def write(self, folder: Path) -> None:
        """Write `confidence.json`."""
        data = {name: asdict(model) for name, model in self.models.items()}
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
    right, held = (Logistic(dict(data[name]["weights"]), data[name]["bias"]) for name in ("right", "held"))
    if not {one for name in (*right.weights, *held.weights) for one in name.split(TIMES)} <= {*FEATURES}:
        raise ValueError("weights of unknown evidence")
    return Sureness(right, held, data["threshold"])


def fit_logistic(
    rows: Sequence[Evidence], true: Sequence[bool], weights: Sequence[float], default: Logistic, *, ridge: float
) -> Logistic:
    """Fit what `default` weighs by damped Newton steps on the log loss with a ridge towards it; every row counts
    `weights`.

    The default itself where all rows are alike, or there are too few.
    """
    if len(set(true)) < 2 or len(rows) < FEWEST:
        return default
    numbers = np.array([row.numbers(default.weights) for row in rows])
    design = np.hstack([numbers, np.ones((len(rows), 1))])
    target, counts = np.array(true, dtype=np.float64), np.array(weights, dtype=np.float64)
    start = np.array([*default.weights.values(), default.bias])
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
    return Logistic(dict(zip(default.weights, fitted[:-1].tolist(), strict=True)), float(fitted[-1]))


def to_json(evidence: Evidence) -> Mapping[str, float]:
    """The evidence for `explain`."""
    return {name: round(float(getattr(evidence, name)), 4) for name in FEATURES}
