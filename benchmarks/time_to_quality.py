"""How long until `best` finds as much as `card` does after its run?

Both train on pairs of the same sample courses and are measured on the same questions about test courses (MRR@10), every
few steps; measuring does not count as time. `card` in full is 7,143 steps of the stock trainer: its time is the seconds
of a stock step, measured here, times its steps; its quality is that of `--card-steps` on the packed engine, which
computes the same (`tests/train/test_packed.py`). More steps give a surer target and take longer; with `--card` the
target is the quality of a model that has had the full run, on whatever catalogue: if it has seen the test courses, the
target is too high, not too low.

    python benchmarks/time_to_quality.py [--courses 200] [--card-steps 60] [--every 20] [--json FILE]
    python benchmarks/time_to_quality.py --card WORKSPACE
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import PASSAGES_A_COURSE, keep, options, sample_catalogue, show
from sentence_transformers import SentenceTransformer

from courselens.course import Catalogue
from courselens.dataset.pairs import make_pairs
from courselens.dataset.pairs_io import read_pairs, write_pairs
from courselens.encode.base import base_model
from courselens.encode.export import export_encoder
from courselens.encode.openvino_encoder import load_encoder
from courselens.train.dev import dev_set, evaluate_dev
from courselens.train.hooks import DevEvaluator, Embedder
from courselens.train.recipe import Recipe, load_recipe
from courselens.train.trainer import train

CARD_STEPS = 7143
"""Of the full recipe: 38,096 pairs, batch 16, three epochs."""
STOCK_STEPS = 4
GOAL = 30


def curve(recipe: Recipe, pairs: Path, folder: Path) -> list[dict[str, float]]:
    """Step, seconds of training so far and test MRR@10 at every checkpoint; the base is step 0."""
    points: list[dict[str, float]] = []
    begin, measuring = 0.0, 0.0
    put = DevEvaluator.__call__

    def timed(self: DevEvaluator, *args: Any, **kwargs: Any) -> dict[str, float]:
        nonlocal measuring
        start = time.perf_counter()
        found = put(self, *args, **kwargs)
        spent = start - begin - measuring
        points.append({"step": recipe.checkpoint_steps * (len(points) + 1), "seconds": spent, **found})
        measuring += time.perf_counter() - start
        return found

    DevEvaluator.__call__ = timed  # type: ignore[method-assign]
    try:
        begin = time.perf_counter()
        run = train(recipe, pairs, base_model(), folder / f"{recipe.name}-model", folder / f"{recipe.name}-run")
    finally:
        DevEvaluator.__call__ = put  # type: ignore[method-assign]
    base = {"step": 0.0, "seconds": 0.0, "mrr": run.base_dev.mrr}
    return [base, *({"step": p["step"], "seconds": p["seconds"], "mrr": _mrr(p)} for p in points)]


def _mrr(point: dict[str, float]) -> float:
    return next(value for name, value in point.items() if name not in ("step", "seconds"))


def write(folder: Path, catalogue: Catalogue) -> None:
    """Pairs of both styles; the test pairs of `best` stand where training measures itself."""
    export_encoder(base_model(), folder / "encoder", [])
    encoder, tokenizer = load_encoder(folder / "encoder"), base_model() / "tokenizer.json"
    for style in ("best", "card"):
        (folder / style).mkdir()
        pairs = make_pairs(catalogue, style=style, seed=42, tokenizer=tokenizer, encoder=encoder)
        write_pairs(pairs, folder / style)
    for style in ("card", "best"):
        (folder / style / "dev.parquet").write_bytes((folder / "best" / "test.parquet").read_bytes())


def step_seconds(stock: list[dict[str, float]]) -> float:
    """Seconds of a step of the stock trainer; the first is left out: it warms up, and preparation is before it."""
    return (stock[-1]["seconds"] - stock[1]["seconds"]) / (STOCK_STEPS - 1)


def quality(model: Path, pairs: Path) -> float:
    """MRR@10 of a finished model on the questions that training measures itself with."""
    dev = dev_set(read_pairs(pairs / "dev.parquet"))
    return evaluate_dev(dev, Embedder(SentenceTransformer(str(model), device="cpu"))).mrr


def main() -> None:
    """Train both, print, write."""
    parser = options(__doc__, "time_to_quality")
    parser.add_argument("--courses", type=int, default=200)
    parser.add_argument("--card-steps", type=int, default=60)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--best-steps", type=int, default=40)
    parser.add_argument("--card", type=Path, help="a workspace whose model is that of the full `card` run")
    given = parser.parse_args()
    step = {"logging_steps": given.every, "checkpoint_steps": given.every, "evaluate": True}
    card = replace(load_recipe("card"), engine="packed", max_steps=given.card_steps, **step)
    best = replace(
        load_recipe("best"), **{**step, "logging_steps": 10, "checkpoint_steps": 10}, max_steps=given.best_steps
    )
    stock = replace(
        load_recipe("card"), name="stock", max_steps=STOCK_STEPS, logging_steps=1, checkpoint_steps=1, evaluate=True
    )
    recipes = [best, stock] if given.card else [best, card, stock]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), sample_catalogue(given.courses * PASSAGES_A_COURSE))
        curves = {one.name: curve(one, Path(folder) / one.style, Path(folder)) for one in recipes}
        if given.card:
            mrr = quality(given.card / "model", Path(folder) / "best")
            seconds = step_seconds(curves["stock"]) * CARD_STEPS
            curves["card"] = [{"step": float(CARD_STEPS), "seconds": seconds, "mrr": mrr}]
    rows = [
        [name, f"{p['step']:.0f}", f"{p['seconds']:.0f}", f"{p['mrr']:.3f}"] for name in curves for p in curves[name]
    ]
    show(["", "step", "seconds", "test MRR@10"], rows)
    single = step_seconds(curves["stock"])
    target = curves["card"][-1]["mrr"] if given.card else max(point["mrr"] for point in curves["card"])
    reached = next((point["seconds"] for point in curves["best"][1:] if point["mrr"] >= target), None)
    ratio = single * CARD_STEPS / reached if reached else None
    print(f"\ncard, stock: {single:.2f} s a step, {single * CARD_STEPS / 3600:.1f} h in full; target MRR {target:.3f}")
    print(
        f"best reaches it after {reached:.0f} s: {ratio:.0f} times less" if reached and ratio else "best: not reached"
    )
    figures = {
        "full_card": bool(given.card),
        "base": curves["best"][0]["mrr"],
        "target": target,
        "stock_step_s": single,
        "best_s": reached,
        "ratio": ratio,
        "goal": GOAL,
    }
    keep(given.json, {**figures, "curves": curves})


if __name__ == "__main__":
    main()
