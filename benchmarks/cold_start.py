"""How long does the first answer take, how much memory, and how large is what it needs?

`courselens ask` as a new process, beside `python -c "import sentence_transformers"`, in turns: seconds and peak memory.
Then the bytes of the packages that answering needs, beside those of sentence-transformers, both with all that they
depend on, from the lists of files that pip keeps.

    python benchmarks/cold_start.py [--workspace WORKSPACE] [--rounds 7] [--json FILE]
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from harness import keep, options, sample_workspace, show

GOALS = ["<= 1.0", "<= 400", "<= 1/4"]
QUESTION = "Which courses are about leadership?"


WATCH = """
import os, subprocess, sys, time
begin = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), time.perf_counter() - begin, usage.ru_maxrss * 1024 / 1e6)
"""
"""The peak of a process is never below that of the one it was forked from: a small one stands in between."""


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MB (10^6 bytes) of a command that must succeed."""
    watched = subprocess.run([sys.executable, "-S", "-c", WATCH, *command], capture_output=True, text=True, check=True)
    code, seconds, peak = map(float, watched.stdout.split())
    if code:
        raise SystemExit(f"failed: {' '.join(command)}")
    return seconds, peak


def needed(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """A package and all that it depends on, where installed; markers are read for their extras only."""
    found: set[str] = set()
    todo = [(name, extras)]
    while todo:
        one, with_extras = todo.pop()
        key = re.sub(r"[-_.]+", "-", one).lower()
        if key in found:
            continue
        try:
            requires = metadata.distribution(key).requires or []
        except metadata.PackageNotFoundError:
            continue
        found.add(key)
        for line in requires:
            extra = re.search(r"extra == ['\"]([\w-]+)['\"]", line)
            match = re.match(r"[\w.-]+", line)
            if match and (extra is None or extra.group(1) in with_extras):
                todo.append((match.group(), frozenset()))
    return found


def size(packages: set[str]) -> float:
    """MB (10^6 bytes) of the packages' files; a file that is gone counts nothing."""
    paths = {Path(str(file.locate())) for name in packages for file in metadata.distribution(name).files or []}
    return sum(path.stat().st_size for path in paths if path.is_file() and path.suffix != ".pyc") / 1e6


def main() -> None:
    """Measure, print, write."""
    parser = options(__doc__, "cold_start")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    workspace = given.workspace or sample_workspace(1000)[0]
    commands = {
        "courselens ask": [sys.executable, "-m", "courselens.cli", "ask", str(workspace), QUESTION],
        "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
    }
    runs: dict[str, list[tuple[float, float]]] = {name: [run(command)] for name, command in commands.items()}
    for _ in range(given.rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    medians = {name: [statistics.median(one[n] for one in each[1:]) for n in (0, 1)] for name, each in runs.items()}
    sizes = {
        "courselens ask": size(needed("courselens")),
        "courselens serve": size(needed("courselens", frozenset({"serve"}))),
        "import sentence_transformers": size(needed("sentence-transformers")),
    }
    rows = [[name, *(f"{value:,.2f}" for value in medians[name]), f"{sizes[name]:,.0f}"] for name in commands]
    rows.append(["courselens serve", "", "", f"{sizes['courselens serve']:,.0f}"])
    show(["", "seconds", "peak MB", "installed MB"], [*rows, ["goal", *GOALS]])
    share = sizes["courselens serve"] / sizes["import sentence_transformers"]
    print(f"\nserving needs {share:.3f} of what sentence-transformers installs; {given.rounds} rounds")
    keep(given.json, {"medians": medians, "installed_mb": sizes, "share": share, "runs": runs})


if __name__ == "__main__":
    main()
