"""RESULTS.md out of the figures that the benchmarks wrote: nothing in it is typed by hand.

python benchmarks/results.py [--json FOLDER]
"""

from __future__ import annotations

import json
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
)
HIDDEN = {"machine", "load_average", "turns", "profile", "runs", "curves"}
"""Single turns and curves: they stay in the JSON files."""


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
