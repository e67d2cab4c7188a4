"""The defaults of confidence, fitted on questions in people's own wording.

    python scripts/fit_confidence.py WORKSPACE QUESTIONS.jsonl...

In: a workspace and questions with known answers about its catalogue (the files of `benchmarks/exam`). Every question is
answered whatever the confidence, and what the evidence was is kept with whether the answer was right and whether there
was one. Out: `DEFAULTS` of `src/courselens/search/confidence.py`, printed, and what they refuse of these questions by
tenfold cross-validation. The threshold is the highest that refuses no more than `REFUSED` of what can be answered.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from courselens.course import Catalogue, read_courses
from courselens.encode.openvino_encoder import load_encoder
from courselens.evaluate.exam import run_exam
from courselens.evaluate.questions import read_questions
from courselens.search.calibrate import Seen, fit_sureness
from courselens.search.confidence import FEATURES, GROUPS, Confidence, Group, Logistic, Sureness
from courselens.search.lens import Lens
from courselens.search.stored import ENCODER, open_index

RIDGE = 0.1
REFUSED = 0.018
FOLDS = 10
FLAT = Logistic((0.0,) * len(FEATURES), 0.0)
OPEN: dict[Group, Sureness] = {name: Sureness(FLAT, FLAT, -1.0) for name in GROUPS}
"""Refuses nothing."""


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    arguments = parser.parse_args()
    folder = arguments.workspace / "index"
    lens = Lens(open_index(folder), load_encoder(folder / ENCODER), Confidence(OPEN))
    catalogue = Catalogue(tuple(read_courses(arguments.workspace / "catalogue" / "courses.jsonl")))
    rows: dict[Group, list[Seen]] = defaultdict(list)
    for path in arguments.questions:
        for outcome in run_exam(lens, read_questions(path), catalogue).outcomes:
            evidence = lens.consider(outcome.question.text).evidence
            held = outcome.question.kind != "unanswerable"
            rows[evidence.kind].append(Seen(evidence, outcome.right and held, held))
    print("DEFAULTS: Mapping[Group, Sureness] = {")
    for name in GROUPS:
        print("\n".join(_fitted(name, rows[name])))
    print("}")


def _fitted(name: Group, seen: Sequence[Seen]) -> list[str]:
    fitted = fit_sureness(seen, OPEN[name], ridge=RIDGE)
    crossed, true = _crossed(seen), np.array([one.held for one in seen])
    threshold = round(float(np.quantile(crossed[true], REFUSED)) - 0.005, 2)
    refused = crossed < threshold
    given = [one for one in seen if fitted.held.probability(one.evidence.numbers) >= threshold]
    right = fit_sureness(given, OPEN[name], ridge=RIDGE).right
    return [
        f"    # {len(seen)} questions, {np.sum(~true)} without an answer: refused {refused[~true].mean():.3f} of these,"
        f" {refused[true].mean():.3f} of the others",
        f'    "{name}": Sureness(',
        f"        {_said(right)},",
        f"        {_said(fitted.held)},",
        f"        {threshold},",
        "    ),",
    ]


def _crossed(seen: Sequence[Seen]) -> npt.NDArray[np.float64]:
    """The probability that an answer is held, of each question by a fit on the other folds."""
    made = np.zeros(len(seen))
    for fold in range(FOLDS):
        others = [one for at, one in enumerate(seen) if at % FOLDS != fold]
        fitted = fit_sureness(others, Sureness(FLAT, FLAT, 0.0), ridge=RIDGE)
        for at in range(fold, len(seen), FOLDS):
            made[at] = fitted.held.probability(seen[at].evidence.numbers)
    return made


def _said(model: Logistic) -> str:
    weights = ", ".join(f"{one:.2f}" for one in model.weights)
    return f"Logistic(\n            ({weights}),\n            {model.bias:.2f},\n        )"


if __name__ == "__main__":
    main()
