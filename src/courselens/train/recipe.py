"""Everything that decides a training run, as one typed value read from YAML.

In: the name of a shipped recipe (`card`, `best`) or a YAML file. Out: a frozen `Recipe` whose every value has been
checked, so that a run that starts does not fail an hour later over a typing mistake. Needs no torch: the pipeline reads
recipes long before it trains.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from courselens.errors import CourselensError

RECIPES = Path(__file__).parent / "recipes"

LABELLED = "labelled"
"""A loss over (question, passage, label)."""
RANKING = "ranking"
"""A loss over (question, positive, negatives …) with the other rows of the batch as negatives."""


@dataclass(frozen=True, slots=True)
class LossKind:
    """What a loss of sentence-transformers trains on, and which of its arguments a recipe may set."""

    data: str
    arguments: frozenset[str]
    negatives: int = 8
    """How many hard negatives a row may have at most; none where the loss trains on labels."""


_RANKING = frozenset({"scale", "directions", "partition_mode", "hardness_mode", "hardness_strength"})
_CONTRASTIVE = frozenset({"margin", "size_average"})
_GIST = frozenset({"temperature", "margin_strategy", "margin"})

LOSSES: Mapping[str, LossKind] = MappingProxyType(
    {
        "ContrastiveLoss": LossKind(LABELLED, _CONTRASTIVE, 0),
        "OnlineContrastiveLoss": LossKind(LABELLED, frozenset({"margin"}), 0),
        "CosineSimilarityLoss": LossKind(LABELLED, frozenset(), 0),
        "MultipleNegativesRankingLoss": LossKind(RANKING, _RANKING),
        "MultipleNegativesSymmetricRankingLoss": LossKind(RANKING, frozenset({"scale"})),
        "CachedMultipleNegativesRankingLoss": LossKind(RANKING, _RANKING | {"mini_batch_size"}),
        "CachedMultipleNegativesSymmetricRankingLoss": LossKind(RANKING, frozenset({"scale", "mini_batch_size"})),
        "GISTEmbedLoss": LossKind(RANKING, _GIST, 1),
        "CachedGISTEmbedLoss": LossKind(RANKING, _GIST | {"mini_batch_size"}, 1),
    }
)
"""Losses by the name of their class in sentence-transformers; GIST takes the base model as its guide."""


GUARDED = ("MultipleNegativesRankingLoss",)
"""Losses that `anchor` and `glossary` may be added to."""


def _one_of(*choices: str) -> Any:
    return field(metadata={"choices": choices})


def _number(minimum: float, maximum: float = float("inf"), **default: Any) -> Any:
    return field(metadata={"range": (minimum, maximum)}, **default)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a training run. Fields with a default are options that are off by default.

    `style`: which pairs of the dataset room it is meant for. `modules`: `mean` is Transformer + mean pooling and
    nothing else, as in the reference model card; `base` keeps the modules of the base model. `max_seq_length` in
    tokens, of the saved model and of training, which `train_length` may cut shorter for speed (0: as the model).
    `loss`: a key of `LOSSES`, `loss_arguments` its arguments.

    `batches`: `random`; `groups`, where no two rows of a batch share a course group, a question or a positive; or
    `neighbours`, where look-alike courses meet, each with several of its fields, and are each other's hard negatives.
    `field_negatives`: hard negatives a row from another field of the same course (label 0.0 rows).
    `mined_negatives`: hard negatives a row mined with the base model, kept only where they score below
    `negative_ceiling` times the positive's cosine, drawn from the `mining_depth` nearest.

    `epochs`, cut at `max_steps` optimiser steps (-1: not cut). `warmup`: share of the steps. `dtype`: that of matrix
    products, `auto` the faster one on this machine; weights and optimiser stay fp32. `engine`: `packed` (no padding;
    falls back where the model is not BERT-like) or `stock`. Checkpoints fall on multiples of `logging_steps`, so that a
    resumed run logs the same losses.

    `evaluate`: MRR@10 on the dev pairs at every checkpoint; the best checkpoint is kept, and `patience` evaluations
    without a better one end the run (0: never). Against forgetting: `merge_base`, the share of the base's weights in
    the saved model, and `anchor`, the weight of the mean of 1 - cosine between the embeddings of questions and
    positives and those that the base gives them. `glossary`: pairs of terms in English and in another language of the
    catalogue's questions that each row brings along, trained to be near. `dropout`: of training; -1: as the base says.
    `matryoshka`: dimensions trained together, the full one first; empty: only the full one.
    """

    name: str
    style: str = _one_of("card", "best")
    modules: str = _one_of("mean", "base")
    max_seq_length: int = _number(8, 8192)
    loss: str = _one_of(*LOSSES)
    loss_arguments: Mapping[str, Any]
    batches: str = _one_of("random", "groups", "neighbours")
    batch_size: int = _number(1)
    epochs: float = _number(0.001)
    learning_rate: float = _number(1e-9, 1.0)
    warmup: float = _number(0.0, 1.0)
    seed: int = _number(0)
    dtype: str = _one_of("auto", "fp32", "bf16")
    engine: str = _one_of("packed", "stock")
    logging_steps: int = _number(1)
    checkpoint_steps: int = _number(1)
    evaluate: bool
    field_negatives: int = _number(0, 8, default=0)
    mined_negatives: int = _number(0, 8, default=0)
    mining_depth: int = _number(1, 1000, default=10)
    train_length: int = _number(0, 8192, default=0)
    negative_ceiling: float = _number(0.01, 1.0, default=0.95)
    max_steps: int = _number(-1, default=-1)
    schedule: str = field(default="linear", metadata={"choices": ("linear", "cosine", "constant_with_warmup")})
    weight_decay: float = _number(0.0, 1.0, default=0.0)
    optimizer: str = field(default="adamw_torch_fused", metadata={"choices": ("adamw_torch", "adamw_torch_fused")})
    patience: int = _number(0, default=0)
    keep_checkpoints: int = _number(1, default=1)
    merge_base: float = _number(0.0, 1.0, default=0.0)
    anchor: float = _number(0.0, 100.0, default=0.0)
    glossary: int = _number(0, 8, default=0)
    dropout: float = _number(-1.0, 0.99, default=-1.0)
    matryoshka: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, _checked(one, getattr(self, one.name)))
        unknown = sorted(set(self.loss_arguments) - LOSSES[self.loss].arguments)
        if unknown:
            raise _unknown(unknown[0], LOSSES[self.loss].arguments, "unknown argument of the loss", self.loss)
        if self.checkpoint_steps % self.logging_steps:
            raise CourselensError(
                "checkpoint_steps is not a multiple of logging_steps",
                value=self.checkpoint_steps,
                where=f"logging_steps {self.logging_steps}",
                remedy="A run that goes on from a checkpoint would otherwise log other losses",
            )
        if self.negatives > LOSSES[self.loss].negatives:
            raise CourselensError(
                "more hard negatives than the loss takes",
                value=self.negatives,
                where=self.loss,
                remedy=f"field_negatives and mined_negatives may be {LOSSES[self.loss].negatives} together",
            )
        if (self.anchor or self.glossary) and self.loss not in GUARDED:
            raise CourselensError(
                "this loss takes neither `anchor` nor `glossary`", value=self.loss, remedy=f"Use {', '.join(GUARDED)}"
            )
        if self.patience and not self.evaluate:
            raise CourselensError("patience needs `evaluate: true`", value=self.patience)
        if list(self.matryoshka) != sorted(set(self.matryoshka), reverse=True):
            raise CourselensError("matryoshka dimensions must fall", value=list(self.matryoshka))

    @property
    def negatives(self) -> int:
        """How many hard negatives a row has."""
        return self.field_negatives + self.mined_negatives

    @property
    def labelled(self) -> bool:
        """Whether the loss trains on (question, passage, label) rather than on (question, positive, negatives …)."""
        return LOSSES[self.loss].data == LABELLED

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain values, in the order of the fields; `Recipe(**recipe.to_dict())` is equal to it."""
        plain = asdict(self)
        return {**plain, "loss_arguments": dict(self.loss_arguments), "matryoshka": list(self.matryoshka)}

    @property
    def fingerprint(self) -> str:
        """A hash of every value except the name: two recipes that train alike have the same one."""
        values = {name: value for name, value in self.to_dict().items() if name != "name"}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def load_recipe(name_or_path: str) -> Recipe:
    """A shipped recipe by its name, or one's own YAML file.

    A file may begin with `extends: best` (or another name or file beside it) and state only what differs. Raises
    CourselensError for a missing file, a file that is no mapping, an unknown or missing key, a value out of its range.
    """
    path = _path(name_or_path)
    values = _values(path, ())
    values.setdefault("name", path.stem)
    known = [one.name for one in fields(Recipe)]
    for key in values:
        if key not in known:
            raise _unknown(str(key), known, "unknown key in the recipe", path)
    missing = [one.name for one in fields(Recipe) if one.default is MISSING and one.name not in values]
    if missing:
        raise CourselensError(
            "the recipe lacks keys",
            value=", ".join(missing),
            where=path,
            remedy="Add them, or begin the file with `extends: best` and state only what differs",
        )
    try:
        return Recipe(**values)
    except CourselensError as error:
        where = f"{path}, {error.where}" if error.where else path
        raise CourselensError(error.what, value=error.value, where=where, remedy=error.remedy) from error


def shipped() -> tuple[str, ...]:
    """The names of the recipes that come with the package."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.yaml")))


def _path(name_or_path: str) -> Path:
    if name_or_path in shipped():
        return RECIPES / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    names = ", ".join(f"`{name}`" for name in shipped())
    close = difflib.get_close_matches(name_or_path, shipped(), n=1)
    hint = f"Did you mean `{close[0]}`? " if close else ""
    raise CourselensError("no such recipe", value=name_or_path, remedy=f"{hint}Give {names}, or a YAML file")


def _values(path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise CourselensError("the recipe cannot be read", value=str(error), where=path) from error
    if not isinstance(values, dict):
        raise CourselensError("a recipe is a mapping of keys to values", value=values, where=path)
    parent = values.pop("extends", None)
    if parent is None:
        return values
    found = path.parent / str(parent)
    origin = found if found.is_file() else _path(str(parent))
    if origin in (*seen, path):
        raise CourselensError("the recipe extends itself", value=parent, where=path)
    inherited = _values(origin, (*seen, path))
    inherited.pop("name", None)
    if "loss" in values and values["loss"] != inherited.get("loss"):
        for name in ("loss_arguments", *(() if values["loss"] in GUARDED else ("anchor", "glossary"))):
            inherited.pop(name, None)
        values.setdefault("loss_arguments", {})
    return {**inherited, **values}


def _checked(one: Field[Any], value: Any) -> Any:
    """The value of one field in its declared type and range, or an error that names the field."""
    kind = str(one.type)
    wrong = CourselensError("wrong value in the recipe", value=value, where=one.name, remedy=_expected(one))
    if kind == "tuple[int, ...]":
        numbers = list(value) if isinstance(value, (list, tuple)) else [None]
        if not all(isinstance(number, int) and not isinstance(number, bool) and number > 0 for number in numbers):
            raise wrong
        return tuple(numbers)
    if kind == "Mapping[str, Any]":
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise wrong
        return dict(value)
    if kind == "float" and isinstance(value, str):  # YAML 1.1 reads `5e-5` as text
        try:
            value = float(value)
        except ValueError:
            raise wrong from None
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value).__name__ != kind:
        raise wrong
    choices, (low, high) = one.metadata.get("choices"), one.metadata.get("range", (None, None))
    if (choices and value not in choices) or (low is not None and not low <= value <= high):
        raise wrong
    return value


def _expected(one: Field[Any]) -> str:
    if "choices" in one.metadata:
        return "Use one of " + ", ".join(f"`{choice}`" for choice in one.metadata["choices"])
    words = {"Mapping[str, Any]": "a mapping", "tuple[int, ...]": "a list of whole numbers", "bool": "true or false"}
    words |= {"int": "a whole number", "float": "a number", "str": "text"}
    text = f"Use {words[str(one.type)]}"
    if "range" not in one.metadata:
        return text
    low, high = one.metadata["range"]
    return f"{text} from {low:g}" + (f" to {high:g}" if high != float("inf") else "")


def _unknown(key: str, known: Iterable[str], what: str, where: object) -> CourselensError:
    close = difflib.get_close_matches(key, list(known), n=1)
    names = ", ".join(f"`{name}`" for name in sorted(known)) or "none"
    remedy = f"Did you mean `{close[0]}`?" if close else f"Known: {names}"
    return CourselensError(what, value=key, where=where, remedy=remedy.rstrip("?") + ("?" if close else ""))
