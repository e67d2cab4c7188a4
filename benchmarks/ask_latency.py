"""How long does `ask` take in process at 100,000 passages?

Every question is put once, one after the other; p50, p99 and where the time goes (encoding, the product with all
vectors, the rest). The workspace is the sample catalogue with the untrained base, made by `build_scaling` or here.

    python benchmarks/ask_latency.py [--workspace WORKSPACE] [--passages 100000] [--questions 500] [--json FILE]
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before numpy is imported

from harness import keep, options, percentile, sample_questions, sample_workspace, show

from courselens.search import rank
from courselens.search.lens import Lens
from courselens.search.vectors import cosines

WARM = 30
GOALS = {"p50": "<= 10", "p99": "<= 30"}


def measure(lens: Lens, questions: list[str]) -> dict[str, Any]:
    """Milliseconds of `ask`, of its encoding and of its product with the vectors."""
    spent: dict[str, list[float]] = {"ask": [], "encode": [], "product": []}
    encode, product = lens.encoder.encode, cosines
    for name, owner, attribute, function in (
        ("encode", lens.encoder, "encode", encode),
        ("product", rank, "cosines", product),
    ):
        setattr(owner, attribute, _timed(function, spent[name]))
    try:
        for question in questions:
            begin = time.perf_counter()
            lens.ask(question)
            spent["ask"].append(1000 * (time.perf_counter() - begin))
    finally:
        setattr(rank, "cosines", product)  # noqa: B010 — mypy: not exported there
        del lens.encoder.__dict__["encode"]
    asked = spent["ask"][WARM:]
    per = len(asked) + WARM
    return {
        "questions": len(asked),
        "p50": percentile(asked, 0.5),
        "p99": percentile(asked, 0.99),
        "mean": sum(asked) / len(asked),
        "mean_encode": sum(spent["encode"]) / per,
        "mean_product": sum(spent["product"]) / per,
    }


def _timed(function: Any, into: list[float]) -> Any:
    def run(*args: Any) -> Any:
        begin = time.perf_counter()
        made = function(*args)
        into.append(1000 * (time.perf_counter() - begin))
        return made

    return run


def ask_all(workspace: Path, count: int) -> dict[str, Any]:
    """The latency of a workspace, with its size."""
    lens = Lens.open(workspace)
    step = max(1, lens.index.courses // 2000)
    titles = [lens.index.course(number).title for number in range(0, lens.index.courses, step)]
    found = measure(lens, sample_questions(titles, count + WARM))
    return {"passages": len(lens.index.vectors), "courses": lens.index.courses, **found}


def main() -> None:
    """Measure, print, write."""
    parser = options(__doc__, "ask_latency")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=500)
    given = parser.parse_args()
    figures = ask_all(given.workspace or sample_workspace(given.passages)[0], given.questions)
    print(f"{figures['passages']:,} passages of {figures['courses']:,} courses, {figures['questions']} questions\n")
    names = ("p50", "p99", "mean", "mean_encode", "mean_product")
    show(["ms", *names], [["ask", *(f"{figures[name]:.1f}" for name in names)], ["goal", "<= 10", "<= 30", "", "", ""]])
    keep(given.json, figures)


if __name__ == "__main__":
    main()
