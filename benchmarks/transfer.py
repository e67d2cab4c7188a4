"""What is a model worth on a catalogue that it was not trained on?

Every workspace's model is put to every workspace's test questions, beside base and BM25, on the passages of the test
courses alone. Where a catalogue's test holds too few course groups to show anything, models of other catalogues are put
to all its questions instead. Printed: MRR@10 with its interval, the difference to the base (paired over questions,
resampled over course groups), and the kinds of question on which the model falls below its base.

    python benchmarks/transfer.py WORKSPACE WORKSPACE... [--json FILE]
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness import keep, options, show

from courselens import pipeline
from courselens.dataset.pairs_io import read_pairs
from courselens.dataset.passages import make_passages
from courselens.dataset.split import ENOUGH
from courselens.dataset.types import Pair
from courselens.encode import Encoder
from courselens.encode.base import base_model
from courselens.evaluate.compare import evaluate
from courselens.evaluate.evaluation import Evaluation
from courselens.evaluate.systems import Remembering
from courselens.workspace import Workspace


def questions(workspace: Workspace) -> tuple[list[Pair], bool]:
    """The pairs to test on, and whether they are of courses that the workspace's own model never saw."""
    pairs = workspace.folder("pairs")
    test = read_pairs(pairs / "test.parquet")
    if len({pair.question.group for pair in test}) >= ENOUGH:
        return test, True
    splits = (read_pairs(pairs / f"{name}.parquet") for name in ("train", "dev", "test"))
    return [pair for split in splits for pair in split], False


def row(measured: Evaluation, name: str) -> dict[str, Any]:
    """The figures of the model `name`, and the kinds on which it has less than the base."""
    kinds = measured.slices("kind")
    compared = (
        one for one in measured.comparisons if (one.against, one.by, one.metric) == ("base", "overall", "MRR@10")
    )
    change = next(compared).difference
    by_kind = {
        kind: [round(measured.interval(one, by="kind", name=kind).value, 3) for one in (name, "base")] for kind in kinds
    }
    return {
        "mrr": str(measured.interval(name)),
        "base": str(measured.interval("base")),
        "bm25": str(measured.interval("BM25")),
        "difference": f"{change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]",
        "questions": measured.questions,
        "groups": measured.groups,
        "kinds": by_kind,
        "below_base": [kind for kind, (own, base) in by_kind.items() if own < base],
    }


def main() -> None:
    """Measure, print, write."""
    parser = options(__doc__, "transfer")
    parser.add_argument("workspaces", nargs="+", type=Path)
    given = parser.parse_args()
    opened = {path.name: Workspace.open(path) for path in given.workspaces}
    base, home = base_model(), next(iter(opened.values()))
    models: dict[str, Encoder] = {
        name: Remembering(pipeline.base_encoder(home, workspace.folder("model"))) for name, workspace in opened.items()
    }
    untrained = Remembering(pipeline.base_encoder(home, base))
    found: dict[str, dict[str, Any]] = {}
    for tested, workspace in opened.items():
        pairs, unseen = questions(workspace)
        courses = pipeline.load_catalogue(workspace).courses
        passages = make_passages(courses, tokenizer=base / "tokenizer.json", style="best")
        for trained, model in models.items():
            if trained == tested and not unseen:
                continue
            measured = evaluate(pairs, passages, {"base": untrained, trained: model}, subject=trained)
            found.setdefault(tested, {})[trained] = row(measured, trained)
    told = ("questions", "groups", "mrr", "base", "bm25", "difference")
    rows = [
        [tested, trained, *(str(one[key]) for key in told), ", ".join(one["below_base"]) or "none"]
        for tested, of in found.items()
        for trained, one in of.items()
    ]
    show(["tested on", "trained on", "n", "groups", "MRR@10", "base", "BM25", "to base", "kinds below base"], rows)
    keep(given.json, {"tested": found})


if __name__ == "__main__":
    main()
