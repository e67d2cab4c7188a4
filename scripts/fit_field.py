"""The weights of `search/field.py`, fitted on questions in people's own wording.

    python scripts/fit_field.py WORKSPACE QUESTIONS.jsonl... [-- WORKSPACE QUESTIONS.jsonl...]

In: workspaces, each with questions with known answers about its catalogue (the files of `benchmarks/exam`). Of every
question about a field of a course that was found, and of every one without an answer about a course that there is, what
speaks for each field is kept with the fields that are right. Out: `WEIGHTS`, fitted on all, and how often the right
field was chosen by a fit on the other sets.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from fit_confidence import Set, sets_of
from scipy.optimize import minimize

from courselens.evaluate.questions import ExamQuestion, read_questions
from courselens.search import answering
from courselens.search.decide import SAME
from courselens.search.field import WEIGHTS, choose_field, evidence
from courselens.search.lens import Lens

RIDGE = 0.01
SURE = 0.62
"""Strength of a title from which a question without an answer is one about the course of that title."""

Floats = npt.NDArray[np.float64]
START = np.array(WEIGHTS)


class Choice(Protocol):
    """`told` (n, k): what speaks for each of n, and which of them are `right` (n,)."""

    @property
    def told(self) -> Floats: ...
    @property
    def right(self) -> npt.NDArray[np.bool_]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A question: `told` (fields, 5) of `field.Told`, and which of the fields are `right` (fields,)."""

    kind: str
    told: Floats
    right: npt.NDArray[np.bool_]


def main() -> None:
    """Fit and print."""
    rows: dict[Set, list[Row]] = defaultdict(list)
    for one in sets_of(sys.argv[1:]):
        rows[one] = list(_rows(one))
    hits: dict[str, list[bool]] = defaultdict(list)
    for left, own in rows.items():
        weights = fitted([row for one, others in rows.items() if one != left for row in others], START, RIDGE)
        for row in own:
            hits[row.kind].append(bool(row.right[int(np.argmax(row.told @ weights))]))
    for kind, found in hits.items():
        print(f"{kind}: right field {np.mean(found):.4f} of {len(found)}, by a fit on the other sets")
    weights = fitted([row for own in rows.values() for row in own], START, RIDGE)
    print(f"WEIGHTS = ({', '.join(f'{weight:.2f}' for weight in weights)})")


def _rows(one: Set) -> Iterator[Row]:
    lens = Lens.open(one.workspace)
    heard: list[Any] = []

    def listen(asked: Any, frame: str, passages: Any, untold: float) -> Any:
        heard.append((asked, passages, untold))
        return choose_field(asked, frame, passages, untold)

    with patch.object(answering, "choose_field", listen):
        for question in read_questions(one.questions):
            heard.clear()
            if question.kind in ("field", "unanswerable") and _found(lens, question) and heard:
                asked, passages, untold = heard[-1]
                told = evidence(asked.shares, passages, untold)
                wanted = {SAME.get(name, name) for name in question.asked or ("elsewhere",)}
                nothing = question.kind == "unanswerable"  # a field that the course lacks is no answer either
                right = np.array([name in wanted or (nothing and not told[name][1]) for name in told])
                if right.any():
                    yield Row(question.kind, np.array([*told.values()]), right)


def _found(lens: Lens, question: ExamQuestion) -> bool:
    """Whether the question is about a course that was found, or names one though nothing answers it."""
    found = lens.consider(question.text)
    if not len(found.ranking.order):
        return False
    understood = found.understood
    if question.kind == "unanswerable":
        return any(code.courses for code in understood.codes) or (not understood.codes and understood.strength >= SURE)
    course = lens.answerer.course(int(found.ranking.order[0]))
    return not {course.code, *course.codes, course.key}.isdisjoint(question.course)


def fitted(rows: Sequence[Choice], start: Floats, ridge: float) -> Floats:
    """Weights of a multinomial logit that chooses one of the right ones of each row, with a pull to `start`."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = ridge / 2 * float(np.sum((weights - start) ** 2)), ridge * (weights - start)
        for row in rows:
            score = row.told @ weights
            share = np.exp(score - score.max())
            share /= share.sum()
            right = max(float(share[row.right].sum()), 1e-12)
            total -= np.log(right)
            slope += row.told.T @ (share - np.where(row.right, share, 0.0) / right)
        return total, slope

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


if __name__ == "__main__":
    main()
