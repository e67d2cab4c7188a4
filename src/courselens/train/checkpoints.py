"""Checkpoints that a killed run can trust.

In: the folder for checkpoints and a fingerprint of recipe, pairs and base. Out: the folder of this run, and the last
checkpoint that is complete. sentence-transformers' trainer writes a checkpoint file by file, so one that was cut off
looks like a whole one; here a marker is written last, a folder without it does not exist for us, and an old checkpoint
loses its marker before it is deleted.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

_MARKER = "complete.json"
_RUN = re.compile(r"run-[0-9a-f]{16}")
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint: `seconds` trained up to it in all runs, `finished` where training ended with it."""

    folder: Path
    step: int
    seconds: float
    finished: bool


def run_folder(checkpoints: Path, fingerprint: str) -> Path:
    """The folder of the run with this fingerprint, made if need be; runs of other recipes or data are removed."""
    folder = checkpoints / f"run-{fingerprint[:16]}"
    if checkpoints.is_dir():
        for other in checkpoints.iterdir():
            if other != folder and other.is_dir() and _RUN.fullmatch(other.name):
                shutil.rmtree(other)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def last_checkpoint(folder: Path) -> Checkpoint | None:
    """The last complete checkpoint of a run's folder; what was cut off is removed."""
    found: list[Checkpoint] = []
    for path in folder.iterdir():
        if not _CHECKPOINT.fullmatch(path.name):
            continue
        checkpoint = _read(path)
        if checkpoint:
            found.append(checkpoint)
        else:
            shutil.rmtree(path)
    return max(found, key=lambda one: one.step, default=None)


def write_whole(path: Path, text: str) -> None:
    """Write a text file under a temporary name and rename it, so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


class CheckpointKeeper(TrainerCallback):
    """Marks each checkpoint that the trainer wrote as complete, then deletes older ones: `keep` and the best stay."""

    def __init__(self, folder: Path, keep: int, seconds_before: float) -> None:
        self.folder = folder
        self.keep = keep
        self.seconds_before = seconds_before
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds trained in this run and in the ones before it that were cut off, up to their last checkpoint."""
        return self.seconds_before + time.monotonic() - self.started

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock."""
        self.started = time.monotonic()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Mark the checkpoint just written, then delete old ones."""
        step = state.global_step
        checkpoint = Checkpoint(
            self.folder / f"checkpoint-{step}", step, self.seconds, bool(control.should_training_stop)
        )
        values = {name: value for name, value in asdict(checkpoint).items() if name != "folder"}
        write_whole(checkpoint.folder / _MARKER, json.dumps(values))
        self._rotate(Path(state.best_model_checkpoint) if state.best_model_checkpoint else None)

    def _rotate(self, best: Path | None) -> None:
        complete = [found for path in self.folder.glob("checkpoint-*") if (found := _read(path))]
        complete.sort(key=lambda one: one.step)
        for old in complete[: -self.keep]:
            if best is None or old.folder.name != best.name:
                (old.folder / _MARKER).unlink()
                shutil.rmtree(old.folder)


def _read(folder: Path) -> Checkpoint | None:
    try:
        values = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
        return Checkpoint(folder, int(values["step"]), float(values["seconds"]), bool(values["finished"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
