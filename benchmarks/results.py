"""RESULTS.md out of the figures that the benchmarks wrote: nothing in it is typed by hand.

python benchmarks/results.py [--json FOLDER]
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import RESULTS, ROOT, options

ORDER = (
    "train_speed",
    "time_to_quality",
    "encode_speed",
    "search_latency",
    "build_scaling",
    "ask_latency",
    "cold_start",
    "serve_load",
    "transfer",
)
HIDDEN = {"machine", "load_average", "turns", "profile", "runs", "curves", "rounds", "kinds"}
"""Single turns and curves: they stay in the JSON files."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure at `path` in `benchmark`'s file, measured beside the `peer`, and what it should be."""

    benchmark: str
    what: str
    peer: str
    path: tuple[str | int, ...]
    sign: str
    bound: float

    def line(self, found: Any) -> str:
        """A row of the table of goals."""
        value = found
        for key in self.path:
            value = value[key]
        told, reached = "not reached", False
        if value is not None:
            told = f"{value:.5f}" if 0.999 < value < 1 else f"{value:.3g}"
            reached = value >= self.bound if self.sign == "≥" else value <= self.bound
        return f"| {self.what} | {self.peer} | {told} | {self.sign} {self.bound:g} | {'yes' if reached else 'no'} |"


STOCK, ENCODE, IMPORT = "sentence-transformers' trainer", "SentenceTransformer.encode", "import sentence_transformers"
COLD = ("medians", "courselens ask")
SERVED = ("medians", "courselens")
GOALS = (
    Goal("train_speed", "training `card`, bf16: times as fast", STOCK, ("engines", "packed bf16", "ratio"), "≥", 6),
    Goal("train_speed", "training `card`, fp32: times as fast", STOCK, ("engines", "packed fp32", "ratio"), "≥", 2.5),
    Goal("time_to_quality", "`best` to the MRR of `card`: times less time", STOCK, ("ratio",), "≥", 30),
    Goal("encode_speed", "encoding passages: times as fast", ENCODE, ("ratio",), "≥", 6),
    Goal("encode_speed", "mean cosine with float32", ENCODE, ("cosine",), "≥", 0.9999),
    Goal("encode_speed", "share of the ten nearest that stay", ENCODE, ("top10_overlap",), "≥", 0.99),
    Goal("encode_speed", "encoding a short question: times as fast", ENCODE, ("question_ratio",), "≥", 5),
    Goal("ask_latency", "`ask` at 100,000 passages, p50 ms", "", ("p50",), "≤", 10),
    Goal("ask_latency", "`ask` at 100,000 passages, p99 ms", "", ("p99",), "≤", 30),
    Goal("cold_start", "`courselens ask` as a cold command, s", IMPORT, (*COLD, 0), "≤", 1),
    Goal("cold_start", "`courselens ask` as a cold command, peak MB", IMPORT, (*COLD, 1), "≤", 400),
    Goal("serve_load", "`/ask` requests a second, 16 clients", "bare FastAPI", (*SERVED, "rate"), "≥", 150),
    Goal("serve_load", "`/ask` p99 ms, 16 clients", "bare FastAPI", (*SERVED, "p99"), "≤", 150),
    Goal("serve_load", "`/ask`: times as many requests", "the naive peer", (*SERVED, "to_naive"), "≥", 8),
    Goal("cold_start", "installed for serving, share of the peer", "sentence-transformers", ("share",), "≤", 0.25),
)


def lines_of(value: Any, name: str = "") -> list[str]:
    """One `name: figure` for every leaf, nested names joined with dots; lists of objects by their place."""
    if isinstance(value, dict):
        inner = [(f"{name}.{key}" if name else str(key), one) for key, one in value.items() if key not in HIDDEN]
        return [line for key, one in inner for line in lines_of(one, key)]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [line for number, one in enumerate(value, 1) for line in lines_of(one, f"{name} {number}")]
    if isinstance(value, list):
        told = ", ".join(f"{one:.4g}" if isinstance(one, float) else str(one) for one in value)
        return [f"| {name} | {told} |"]
    return [f"| {name} | {value:.4g} |" if isinstance(value, float) else f"| {name} | {value} |"]


def page(folder: Path) -> str:
    """The page over all files in `folder`; a benchmark without a file is named as not measured."""
    out = ["# Results", "", "Written by `benchmarks/results.py` from `benchmarks/results/`; `make bench` renews both."]
    out += ["", "| what | peer in the same run | measured | goal | reached |", "|---|---|---|---|---|"]
    for goal in GOALS:
        path = folder / f"{goal.benchmark}.json"
        if path.is_file():
            out.append(goal.line(json.loads(path.read_text(encoding="utf-8"))))
    for name in ORDER:
        path = folder / f"{name}.json"
        out += ["", f"## {name}", ""]
        if not path.is_file():
            out.append("Not measured yet.")
            continue
        found = json.loads(path.read_text(encoding="utf-8"))
        of = found["machine"]
        memory = f"{of['memory'] / 2**30:.0f} GiB"
        load = f", load average {found['load_average']} at the end" if "load_average" in found else ""
        out += [f"{of['processor']}, {of['cores']} cores, {memory}, Python {of['python']}, {of['date']}{load}.", ""]
        out += ["| figure | value |", "|---|---|", *lines_of(found)]
    return "\n".join(out) + "\n"


def main() -> None:
    """Write `RESULTS.md`."""
    parser = options(__doc__, "")
    parser.set_defaults(json=RESULTS)
    (ROOT / "RESULTS.md").write_text(page(parser.parse_args().json), encoding="utf-8")


if __name__ == "__main__":
    main()
