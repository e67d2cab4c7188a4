"""The defaults of confidence, fitted on questions in people's own wording.

    python scripts/fit_confidence.py WORKSPACE QUESTIONS.jsonl... [-- WORKSPACE QUESTIONS.jsonl...]

In: workspaces, each with questions with known answers about its catalogue (the files of `benchmarks/exam`). Every
question is answered whatever the confidence, and what the evidence was is kept with whether the answer was right and
whether there was one; a catalogue counts by the root of its questions. Out: `DEFAULTS` of
`src/courselens/search/confidence.py`, printed, and what they refuse of each set of questions by a fit on the others.
The threshold, one for all kinds of question, is the highest that refuses at most `REFUSED` of what can be answered:
at the same probability each kind gives up as many right answers for a wrong one.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from courselens.course import Catalogue, read_courses
from courselens.encode.openvino_encoder import load_encoder
from courselens.evaluate.exam import run_exam
from courselens.evaluate.questions import read_questions
from courselens.search.calibrate import Seen, fit_sureness
from courselens.search.confidence import DEFAULTS, GROUPS, TIMES, Confidence, Group, Logistic, Sureness
from courselens.search.lens import Lens
from courselens.search.stored import ENCODER, open_index

RIDGE = 0.1
REFUSED = 0.017
"""Of what can be answered. The goal is .02; what nobody has read is refused a little more often than this."""
AGAINST = frozenset({"elsewhere", "off", "near", "subject", "outdone", "instead", "untold"})
"""Evidence that speaks against an answer; all other evidence speaks for one. What a fit weighs the other way is left
out: exams describe courses without the words of their titles, on purpose, and people do not. A product of two may be
weighed either way."""
OPEN: dict[Group, Sureness] = {
    name: Sureness(
        Logistic(dict.fromkeys(DEFAULTS[name].right.weights, 0.0), 0.0),
        Logistic(dict.fromkeys(DEFAULTS[name].held.weights, 0.0), 0.0),
        -1.0,
    )
    for name in GROUPS
}
"""Knows nothing and refuses nothing."""


@dataclass(frozen=True, slots=True)
class Set:
    """A file of questions about the catalogue of `workspace`."""

    workspace: Path
    questions: Path


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("paths", type=Path, nargs="+", help="WORKSPACE QUESTIONS.jsonl... [-- WORKSPACE ...]")
    parser.parse_args([one for one in sys.argv[1:] if one != "--"])
    sets = list(sets_of(sys.argv[1:]))
    rows: dict[Group, list[tuple[Set, Seen]]] = defaultdict(list)
    for one in sets:
        for seen in _seen(one):
            rows[seen.evidence.kind].append((one, seen))
    sizes = Counter(one.workspace for found in rows.values() for one, _ in found)
    mean = sum(sizes.values()) / len(sizes)
    weights = {workspace: float((mean / size) ** 0.5) for workspace, size in sizes.items()}
    weighed = {
        name: [(one, Seen(s.evidence, s.right, s.held, weights[one.workspace])) for one, s in rows[name]]
        for name in GROUPS
    }
    crossed = {name: _crossed(name, weighed[name]) for name in GROUPS}
    held = np.concatenate([crossed[name][[seen.held for _, seen in weighed[name]]] for name in GROUPS])
    threshold = round(float(np.quantile(held, REFUSED)) - 0.005, 2)
    print("DEFAULTS: Mapping[Group, Sureness] = {")
    for name in GROUPS:
        print("\n".join(_fitted(name, [seen for _, seen in weighed[name]], crossed[name], threshold)))
    print("}")


def sets_of(arguments: Sequence[str]) -> Iterator[Set]:
    """The sets named on the command line."""
    for divides, told in itertools.groupby(arguments, lambda one: one == "--"):
        if not divides:
            workspace, *files = map(Path, told)
            yield from (Set(workspace, file) for file in files)


def _seen(one: Set) -> Iterator[Seen]:
    folder = one.workspace / "index"
    lens = Lens(open_index(folder), load_encoder(folder / ENCODER), Confidence(OPEN))
    catalogue = Catalogue(tuple(read_courses(one.workspace / "catalogue" / "courses.jsonl")))
    for outcome in run_exam(lens, read_questions(one.questions), catalogue).outcomes:
        held = outcome.question.kind != "unanswerable"
        yield Seen(lens.consider(outcome.question.text).evidence, outcome.right and held, held)


def _fit(name: Group, seen: Sequence[Seen]) -> Sureness:
    """Both models of a group without the evidence that they would weigh against its meaning."""
    base = OPEN[name]
    while True:
        fitted = fit_sureness(seen, base, ridge=RIDGE)
        right, held = _sensible(fitted.right), _sensible(fitted.held)
        if right == fitted.right and held == fitted.held:
            return fitted
        base = Sureness(_zero(right), _zero(held), base.threshold)


def _sensible(model: Logistic) -> Logistic:
    kept = {n: w for n, w in model.weights.items() if TIMES in n or (w <= 0) == (n in AGAINST)}
    return Logistic(kept, model.bias)


def _zero(model: Logistic) -> Logistic:
    return Logistic(dict.fromkeys(model.weights, 0.0), 0.0)


def _fitted(name: Group, seen: Sequence[Seen], crossed: npt.NDArray[np.float64], threshold: float) -> list[str]:
    fitted = _fit(name, seen)
    true = np.array([one.held for one in seen])
    refused = crossed < threshold
    given = [one for one in seen if fitted.held.probability(one.evidence) >= threshold]
    right = _fit(name, given).right
    return [
        f"    # {len(seen)} questions, {np.sum(~true)} without an answer: refused {refused[~true].mean():.3f} of these,"
        f" {refused[true].mean():.3f} of the others",
        f'    "{name}": Sureness(',
        f"        {_said(right)},",
        f"        {_said(fitted.held)},",
        f"        {threshold},",
        "    ),",
    ]


def _crossed(name: Group, told: Sequence[tuple[Set, Seen]]) -> npt.NDArray[np.float64]:
    """The probability that an answer is held, of each question by a fit on the other sets."""
    made = np.zeros(len(told))
    for left in dict.fromkeys(one for one, _ in told):
        fitted = _fit(name, [seen for one, seen in told if one != left])
        for at, (one, seen) in enumerate(told):
            if one == left:
                made[at] = fitted.held.probability(seen.evidence)
    return made


def _said(model: Logistic) -> str:
    weights = ", ".join(f'"{name}": {weight:.2f}' for name, weight in model.weights.items())
    return f"Logistic({{{weights}}}, {model.bias:.2f})"


if __name__ == "__main__":
    main()
