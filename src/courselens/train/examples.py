"""What a run trains on, prepared once: a run that was cut off goes on with the very same examples.

In: the labelled pairs, the recipe, the base as encoder. Out: a dataset for the trainer, the keys of its batches, and
the dev metrics of the untouched base. Kept as a file in the run's folder, since mining costs time and must not come out
differently on another machine.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset

from courselens.dataset.glossary import term_pairs
from courselens.dataset.types import Pair
from courselens.errors import CourselensError
from courselens.progress import Progress
from courselens.train.batches import LOOK_ALIKES, BatchKeys
from courselens.train.checkpoints import write_whole
from courselens.train.dev import DevMetrics, DevSet, Embed, evaluate_dev
from courselens.train.mining import Example, mine, nearest_groups
from courselens.train.recipe import Recipe

_FILE = "examples.json"
_ANCHORS = "anchors.npy"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Columns of the training set in the order that the loss expects, and for `groups` batches a key for each row."""

    columns: Mapping[str, list[Any]]
    keys: tuple[BatchKeys, ...]
    base_dev: DevMetrics
    negatives: Mapping[str, int]
    unused: int = 0
    neighbours: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def dataset(self) -> Dataset:
        """The training set of sentence-transformers' trainer."""
        return Dataset.from_dict(dict(self.columns))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def prepare(pairs: list[Pair], dev: DevSet, recipe: Recipe, embed: Embed, folder: Path, progress: Progress) -> Prepared:
    """The examples of a run, from its folder where they are already there."""
    path = folder / _FILE
    if path.is_file():
        return _load(json.loads(path.read_text(encoding="utf-8")))
    progress("measuring the base model", 0, 0)
    base_dev = evaluate_dev(dev, embed)
    if recipe.labelled:
        prepared = _labelled(pairs, base_dev)
    else:
        progress("mining hard negatives", 0, 0)
        prepared = _ranking(pairs, recipe, embed, base_dev)
    if not len(prepared):
        raise CourselensError("no pairs to train on", value=0, remedy="The catalogue is too small, or the pairs are")
    write_whole(path, json.dumps(asdict(prepared), ensure_ascii=False))
    return prepared


def _labelled(pairs: list[Pair], base_dev: DevMetrics) -> Prepared:
    columns: dict[str, list[Any]] = {
        "sentence_0": [pair.question.text for pair in pairs],
        "sentence_1": [pair.passage.text for pair in pairs],
        "label": [pair.label for pair in pairs],
    }
    keys = tuple(Example(one.question.text, one.passage.text, (), one.question.group).keys for one in pairs)
    return Prepared(columns, keys, base_dev, {})


def _ranking(pairs: list[Pair], recipe: Recipe, embed: Embed, base_dev: DevMetrics) -> Prepared:
    mined = mine(pairs, recipe, embed)
    columns: dict[str, list[Any]] = {
        "anchor": [one.question for one in mined.examples],
        "positive": [one.positive for one in mined.examples],
    }
    for number in range(recipe.negatives):
        columns[f"negative_{number + 1}"] = [one.negatives[number] for one in mined.examples]
    counts = {"other field": mined.from_fields, "mined": mined.from_mining, "random": mined.at_random}
    neighbours: dict[str, list[str]] = {}
    if recipe.batches == "neighbours":
        neighbours = nearest_groups(mined.examples, embed(columns["positive"]), LOOK_ALIKES)
    columns |= _terms(pairs, recipe, len(mined.examples))
    if recipe.anchor or recipe.glossary:
        columns["label"] = list(range(len(mined.examples)))
    keys = tuple(one.keys for one in mined.examples)
    return Prepared(columns, keys, base_dev, counts if recipe.negatives else {}, mined.unused, neighbours)


def _terms(pairs: Sequence[Pair], recipe: Recipe, rows: int) -> dict[str, list[str]]:
    """Two columns for each of the pairs of terms that a row brings along; none for a catalogue in English."""
    languages = sorted({pair.question.language for pair in pairs} - {"en"})
    terms = term_pairs(languages, rows * recipe.glossary, random.Random(recipe.seed))
    columns: dict[str, list[str]] = {}
    for number in range(recipe.glossary if terms else 0):
        part = terms[number * rows : (number + 1) * rows]
        columns[f"term_{number + 1}"] = [english for english, _ in part]
        columns[f"translation_{number + 1}"] = [other for _, other in part]
    return columns


def anchors(prepared: Prepared, embed: Embed, folder: Path) -> npt.NDArray[np.float32]:
    """What the base makes of each row's question and positive, float32 (rows, 2, d), kept in the folder."""
    path = folder / _ANCHORS
    if not path.is_file():
        made = np.stack([embed(prepared.columns[name]) for name in ("anchor", "positive")], axis=1)
        part = path.with_suffix(".part.npy")
        np.save(part, made)
        part.replace(path)
    found: npt.NDArray[np.float32] = np.load(path)
    return found


def _load(data: Mapping[str, Any]) -> Prepared:
    keys = tuple(BatchKeys(**{**one, "negatives": tuple(one["negatives"])}) for one in data["keys"])
    return Prepared(
        data["columns"], keys, DevMetrics(**data["base_dev"]), data["negatives"], data["unused"], data["neighbours"]
    )
