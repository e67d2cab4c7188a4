"""What every benchmark here does alike: turns, medians, the machine, a JSON file.

In: functions to time. Out: seconds of the clock and of the processor, one list each, measured in turns (A B A B …), so
that whatever else the machine does disturbs all of them alike; and `results/NAME.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from courselens import pipeline
from courselens.course import Catalogue
from courselens.dataset.passages import make_passages
from courselens.encode.base import base_model
from courselens.evaluate.machine import this_machine
from courselens.read import read
from courselens.sample import write_sample
from courselens.workspace import Workspace, write_text

ROOT = Path(__file__).parent
RESULTS = ROOT / "results"
SCRATCH = ROOT.parent / ".scratch" / "benchmarks"
"""Sample workspaces that several benchmarks use; made again when the code that makes them has changed."""
PASSAGES_A_COURSE = 28
"""Of the sample catalogue, a little fewer than there are."""


@dataclass(slots=True)
class Times:
    """Seconds of each turn, on the clock and of the processor."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median seconds on the clock."""
        return statistics.median(self.clock)

    @property
    def cpu(self) -> float:
        """Median seconds of the processor."""
        return statistics.median(self.processor)

    def to_dict(self) -> dict[str, Any]:
        """Medians and every turn."""
        return {"clock": self.median, "processor": self.cpu, "turns": self.clock, "processor_turns": self.processor}


def in_turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Each way once to warm up, then `rounds` times in turn."""
    for way in ways.values():
        way()
    times = {name: Times() for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            clock, processor = time.perf_counter(), time.process_time()
            way()
            times[name].clock.append(time.perf_counter() - clock)
            times[name].processor.append(time.process_time() - processor)
    return times


def options(doc: str | None, name: str) -> argparse.ArgumentParser:
    """A parser with `--json`, where the figures are written."""
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--json", type=Path, default=RESULTS / f"{name}.json", help="where the figures are written")
    return parser


def keep(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the figures with the machine and its load, and say on what they were measured."""
    machine = this_machine()
    load = round(os.getloadavg()[0], 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"machine": machine.to_dict(), "load_average": load, **figures}
    write_text(path, json.dumps(document, indent=1) + "\n")
    print(f"\n{machine}; load average {load} at the end; {path}")


def show(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table: the first column to the left, figures to the right."""
    widths = [max(len(row[n]) for row in [header, *rows]) for n in range(len(header))]
    for row in [header, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(cells))


def percentile(values: Sequence[float], share: float) -> float:
    """The value at `share` (0 to 1) of the sorted values, nearest rank."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def sample_catalogue(passages: int) -> Catalogue:
    """About `passages` passages of the sample catalogue, in whole courses."""
    courses = -(-passages // PASSAGES_A_COURSE)
    folder = SCRATCH / f"sample-{courses}"
    if not (folder / "courses.csv").exists():
        write_sample(folder, courses=courses, format="csv")
    return read([folder])


def sample_texts(count: int) -> list[str]:
    """`count` distinct passages of the sample catalogue, spread over it."""
    found = make_passages(sample_catalogue(3 * count).courses, tokenizer=base_model() / "tokenizer.json")
    texts = list(dict.fromkeys(passage.text for passage in found))
    return texts[:: max(1, len(texts) // count)][:count]


def sample_workspace(passages: int, *, again: bool = False) -> tuple[Path, dict[str, float]]:
    """A workspace over the sample catalogue with the untrained base as its model, and the seconds of its stages.

    One that was made by the same code is taken as it is, unless `again`.
    """
    path = SCRATCH / f"workspace-{passages}"
    noted = path.with_suffix(".json")
    code = pipeline.code_of("sample", "read", "dataset", "encode", "search")
    if not again and noted.exists():
        note = json.loads(noted.read_text(encoding="utf-8"))
        if note["code"] == code:
            return path, note["seconds"]
    sample_catalogue(passages)  # written before the clock starts
    noted.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)
    watch = pipeline.Watch(progress=lambda what, done, total: None, say=lambda line: None)
    begin = time.perf_counter()
    with Workspace.writing(path) as workspace:
        pipeline.read_stage(workspace, [SCRATCH / f"sample-{-(-passages // PASSAGES_A_COURSE)}"], watch=watch)
        reading = time.perf_counter() - begin
        with workspace.stage("model", "base", {"kept": "base"}, {}) as folder:
            shutil.copytree(base_model(), folder, dirs_exist_ok=True)
        begin = time.perf_counter()
        counts = pipeline.index_stage(workspace, watch=watch)
    seconds = {"read": reading, "index": time.perf_counter() - begin, "passages": float(counts["passages"])}
    write_text(noted, json.dumps({"code": code, "seconds": seconds}))
    return path, seconds


QUESTIONS = (
    "What language is {} taught in?",
    "who teaches {}",
    "how is {} examined",
    "courses about {}",
    "{}",
    "how many credits is {}",
)


def sample_questions(titles: Sequence[str], count: int) -> list[str]:
    """Questions on fields and topics, no two alike where there are titles enough."""
    step = max(1, len(titles) // count)
    return [QUESTIONS[n % len(QUESTIONS)].format(titles[n * step % len(titles)]) for n in range(count)]
