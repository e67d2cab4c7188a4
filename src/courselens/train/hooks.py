"""What is hung into sentence-transformers' trainer: batches, dev metrics, the loss log and progress.

In: the trainer's events. Out: group-aware batches, dev MRR@10 at each checkpoint, losses.jsonl as it goes, and progress
in our own words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
from sentence_transformers.base.evaluation import BaseEvaluator
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from courselens.progress import Progress
from courselens.train.batches import GroupBatchSampler
from courselens.train.dev import DevMetrics, DevSet, evaluate_dev
from courselens.train.packed import release_freed_memory, resident_memory
from courselens.train.training import DevPoint, LossPoint

DEV_METRIC = "dev_mrr"

MOST_KEPT = 900_000_000
"""Bytes that may be resident beyond those of the last release before freed memory is given back."""


class Embedder:
    """Texts to L2-normalised float32 vectors with the model as it is now."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        made = self.model.encode(
            list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(made, dtype=np.float32)


class DevEvaluator(BaseEvaluator):
    """Dev MRR@10 of the model under training, in the form that the trainer calls; its texts have up to `length` tokens,
    as the base's had, whatever is trained on.
    """

    def __init__(self, dev: DevSet, length: int) -> None:
        self.dev = dev
        self.length = length
        self.measured: list[DevMetrics] = []

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The metric by its name, in [0, 1]."""
        trained_on, model.max_seq_length = model.max_seq_length, self.length
        try:
            self.measured.append(evaluate_dev(self.dev, Embedder(model)))
        finally:
            model.max_seq_length = trained_on
        return {DEV_METRIC: self.measured[-1].mrr}

    def of(self, metric: float | None) -> DevMetrics | None:
        """What was measured first where the metric was exactly this; None where nothing was."""
        return next((one for one in self.measured if one.mrr == metric), None)


class CatalogueTrainer(SentenceTransformerTrainer):
    """sentence-transformers' trainer with group-aware batches."""

    sampler: GroupBatchSampler | None = None

    def get_batch_sampler(self, dataset: Any, batch_size: int, drop_last: bool, *args: Any, **options: Any) -> Any:
        """Batches without false negatives where the recipe asks for them; else what the arguments say."""
        return self.sampler or super().get_batch_sampler(dataset, batch_size, drop_last, *args, **options)


class LossLog(TrainerCallback):
    """Writes what the trainer logs as JSON Lines while it trains, and reports progress."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.path = path
        self.progress = progress

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Begin the log with what the checkpoint knows: lines written after it will be written again."""
        self.path.write_text(jsonl(state.log_history), encoding="utf-8")
        self.progress("training", state.global_step, state.max_steps)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Append the last entry."""
        with self.path.open("a", encoding="utf-8") as log:
            log.write(jsonl(state.log_history[-1:]))

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the step."""
        self.progress("training", state.global_step, state.max_steps)


class MemoryKeeper(TrainerCallback):
    """Gives freed memory back before training, when steps have left much of it, and after training.

    After every second step it would cost a seventh of the time, since the next one faults its buffers in again.
    """

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """What mining left."""
        release_freed_memory()
        self.least = resident_memory()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """What the last steps left."""
        if resident_memory() - self.least > MOST_KEPT:
            release_freed_memory()
            self.least = resident_memory()

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """What training left."""
        release_freed_memory()


def jsonl(history: Sequence[dict[str, Any]]) -> str:
    """What the trainer logged as JSON Lines: `step`, `epoch` and `loss` or `dev_mrr`."""
    points = [{"step": point.step, "epoch": point.epoch, "loss": point.loss} for point in losses(history)]
    dev = [{"step": point.step, "epoch": point.epoch, "dev_mrr": point.mrr} for point in dev_points(history)]
    lines = sorted([*points, *dev], key=lambda line: (line["step"], "dev_mrr" in line))
    return "".join(json.dumps(line) + "\n" for line in lines)


def losses(history: Sequence[dict[str, Any]]) -> tuple[LossPoint, ...]:
    """The losses among what the trainer logged."""
    return tuple(LossPoint(one["step"], one["epoch"], one["loss"]) for one in history if "loss" in one)


def dev_points(history: Sequence[dict[str, Any]]) -> tuple[DevPoint, ...]:
    """The dev metrics among what the trainer logged."""
    name = f"eval_{DEV_METRIC}"
    return tuple(DevPoint(one["step"], one["epoch"], one[name]) for one in history if name in one)


def best_step(state: TrainerState) -> int:
    """The step whose weights are kept."""
    return int(state.best_global_step or state.global_step) if state.best_model_checkpoint else int(state.global_step)
