"""The weights of `search/telling.py`, fitted on questions whose answering passage is known.

    python scripts/fit_telling.py WORKSPACE SUMMARIES.tsv QUESTIONS.jsonl...

In: a workspace; questions about examinations with `summary` or `detail` before them, whether a summary tells it; and
questions with known answers (the files of `benchmarks/exam`), of which those with words that the answer must hold
(`contains`) say which passage is right, and those of the first file whether it is a fact. The field is taken as given.
Out: `WEIGHTS`, fitted on all, and how often the right passage was first by a fit on the other three quarters.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from fit_field import fitted

from courselens.evaluate.questions import ExamQuestion, read_questions
from courselens.search import answering
from courselens.search.lens import Lens
from courselens.search.telling import WEIGHTS, features

RIDGE = 0.05
PARTS = 4
EXAM = ("exam", "exam_form")

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Row:
    """A question: `told` (passages, 7) of `features`, and which of the passages are `right` (passages,)."""

    kind: str
    told: Floats
    right: Mask


def main() -> None:
    """Fit and print."""
    workspace, summaries, *files = map(Path, sys.argv[1:])
    lines = (line.split("\t") for line in summaries.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    depths = {question: depth for depth, question in lines}
    lens = Lens.open(workspace)
    rows = [row for file in files for question in read_questions(file) for row in _rows(lens, question, depths)]
    np.random.default_rng(1).shuffle(rows)
    hits: dict[str, list[bool]] = defaultdict(list)
    start = np.zeros(len(WEIGHTS))
    for part in range(PARTS):
        weights = fitted([row for number, row in enumerate(rows) if number % PARTS != part], start, RIDGE)
        for row in rows[part::PARTS]:
            hits[row.kind].append(bool(row.right[int(np.argmax(row.told @ weights))]))
    before = np.array([*WEIGHTS.values()])
    for kind, found in hits.items():
        now = np.mean([row.right[int(np.argmax(row.told @ before))] for row in rows if row.kind == kind])
        print(f"{kind}: right passage {np.mean(found):.3f} of {len(found)}, with the weights as they are {now:.3f}")
    weights = fitted(rows, start, RIDGE)
    told = ", ".join(f'"{name}": {weight:.2f}' for name, weight in zip(WEIGHTS, weights, strict=True))
    print(f"WEIGHTS = {{{told}}}")


def _rows(lens: Lens, question: ExamQuestion, depths: dict[str, str]) -> Iterator[Row]:
    """The question with the passages of its field, where its course is found and one of them is right."""
    depth = depths.get(question.text)
    if not (question.contains or depth):
        return
    heard: list[Any] = []

    def listen(*given: Any) -> Any:
        heard.append(given)
        return features(*given) @ np.array([*WEIGHTS.values()], dtype=np.float32)

    with patch.object(answering, "telling", listen):
        found = lens.consider(question.text)
    if not heard or not len(found.ranking.order):
        return
    number = int(found.ranking.order[0])
    course = lens.answerer.course(number)
    if {course.code, *course.codes, course.key}.isdisjoint(question.course):
        return
    passages = [lens.index.passage(place) for place in lens.index.passages_of(number)]
    wanted = EXAM if "exam" in question.asked else question.asked
    mine = [row for row, passage in enumerate(passages) if passage.asked in wanted]
    if depth:
        right = [(passages[row].kind == "fact") == (depth == "summary") for row in mine]
    else:
        right = [all(_squeezed(one) in _squeezed(passages[row].text) for one in question.contains) for row in mine]
    if any(right):
        kind = depth or "words of the answer"
        yield Row(kind, features(*heard[0])[mine].astype(np.float64), np.array(right, dtype=bool))


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


if __name__ == "__main__":
    main()
