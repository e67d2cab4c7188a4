"""What a training run leaves behind, beside the weights: its losses, figures and settings.

In: what the trainer measured. Out: `Training`, which the report and the model card print, as JSON and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from courselens.train.dev import DevMetrics

FACTS_FILE = "courselens.json"
"""In the model's folder: what is known of its training."""


@dataclass(frozen=True, slots=True)
class LossPoint:
    """The mean training loss of the steps since the point before."""

    step: int
    epoch: float
    loss: float


@dataclass(frozen=True, slots=True)
class DevPoint:
    """Dev MRR@10 at a checkpoint."""

    step: int
    epoch: float
    mrr: float


@dataclass(frozen=True, slots=True)
class Training:
    """A finished training run.

    `pairs`: rows of the training set (labelled pairs, or question and positive with negatives); `seconds` of training
    without preparation, over all runs where it was cut off; `pairs_per_second` from both. `peak_memory_mb`: the largest
    resident set of the process so far. `engine`: how it ran, with the reason where the fast path was not taken.
    `best_step`: the step whose weights were saved. `arguments`: all training arguments of sentence-transformers'
    trainer. `negatives`: how many hard negatives came from other fields, from mining, at random. `unused`: positives
    that the recipe has no steps for.
    """

    recipe: str
    fingerprint: str
    engine: str
    pairs: int
    steps: int
    epochs: float
    best_step: int
    seconds: float
    pairs_per_second: float
    peak_memory_mb: float
    losses: tuple[LossPoint, ...]
    dev: tuple[DevPoint, ...]
    base_dev: DevMetrics
    trained_dev: DevMetrics
    arguments: Mapping[str, Any] = field(default_factory=dict)
    negatives: Mapping[str, int] = field(default_factory=dict)
    unused: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Training:
        """The inverse of `to_dict`. Raises KeyError or TypeError on another shape."""
        values = dict(data)
        values["losses"] = tuple(LossPoint(**point) for point in data["losses"])
        values["dev"] = tuple(DevPoint(**point) for point in data["dev"])
        values["base_dev"] = DevMetrics(**data["base_dev"])
        values["trained_dev"] = DevMetrics(**data["trained_dev"])
        return cls(**values)
