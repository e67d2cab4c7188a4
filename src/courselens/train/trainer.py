"""Fine-tune the base model by a recipe, with sentence-transformers' own trainer.

In: a recipe, the folder of pairs, the base model's folder. Out: a model in sentence-transformers' standard format with
its card, and a `Training`. Killed at any instant, the same call goes on from the last complete checkpoint to the same
weights; finished, it returns what it did. Nothing is fetched, sent or written outside `out` and `checkpoints`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    ProgressCallback,
    TrainerState,
)
from transformers.utils.logging import disable_progress_bar, enable_progress_bar, is_progress_bar_enabled

from courselens.dataset.pairs_io import read_pairs
from courselens.dataset.types import Pair
from courselens.errors import CourselensError
from courselens.progress import Progress
from courselens.train.arithmetic import fastest
from courselens.train.batches import GroupBatchSampler, NeighbourBatchSampler
from courselens.train.card import CardFacts, card_facts, read_facts, write_card, write_facts
from courselens.train.checkpoints import Checkpoint, CheckpointKeeper, last_checkpoint, run_folder
from courselens.train.dev import DevSet, dev_set, evaluate_dev
from courselens.train.examples import Prepared, anchors, prepare
from courselens.train.hooks import (
    DEV_METRIC,
    CatalogueTrainer,
    DevEvaluator,
    Embedder,
    LossLog,
    MemoryKeeper,
    best_step,
    dev_points,
    jsonl,
    losses,
)
from courselens.train.losses import make_loss
from courselens.train.mining import remembering
from courselens.train.packed import pack, pack_loss, packed_collator, unpack
from courselens.train.recipe import Recipe
from courselens.train.training import Training
from courselens.workspace import file_sha256

LOSS_LOG = "losses.jsonl"


def train(
    recipe: Recipe, pairs: Path, base: Path, out: Path, checkpoints: Path, *, progress: Progress | None = None
) -> Training:
    """Train `base` on `pairs/train.parquet` by `recipe` and save the model to the folder `out`.

    `pairs` is the folder of the pairs, or its train.parquet; dev.parquet beside it measures the base, the checkpoints
    and the result. `checkpoints` keeps what a run that is cut off needs to go on, at last the finished one, until the
    caller removes it or another recipe, other pairs or another base are trained. A model in `out` with the same recipe,
    pairs and base is not trained again. Raises CourselensError for pairs that
    are missing or empty, and for weights that are no longer finite.
    """
    report = progress or _silent
    folder = pairs if pairs.is_dir() else pairs.parent
    train_file = folder / "train.parquet" if pairs.is_dir() else pairs
    dev_file = folder / "dev.parquet"
    report("reading the pairs", 0, 0)
    rows = read_pairs(train_file)
    dev = dev_set(read_pairs(dev_file) if dev_file.is_file() else [])
    fingerprint = _fingerprint(recipe, [train_file, dev_file], base)
    done = _already(out, fingerprint)
    if done:
        return done
    run = run_folder(checkpoints, fingerprint)
    with _quiet():
        return _train(recipe, rows, dev, base, run, fingerprint, report, out).training


def training_arguments(
    recipe: Recipe, output: Path, *, steps: int, packed: bool
) -> SentenceTransformerTrainingArguments:
    """The arguments of sentence-transformers' trainer for a recipe.

    `steps` are the optimiser steps of all epochs, which `max_steps` of the recipe may cut; `packed` says that the fast
    engine does the casts to bf16, not the trainer.
    """
    cut = 0 < recipe.max_steps < steps
    bf16 = recipe.dtype == "bf16" and not packed
    return SentenceTransformerTrainingArguments(
        output_dir=str(output),
        per_device_train_batch_size=recipe.batch_size,
        per_device_eval_batch_size=recipe.batch_size,
        num_train_epochs=int(recipe.epochs) if recipe.epochs.is_integer() else recipe.epochs,
        max_steps=recipe.max_steps if cut else -1,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        lr_scheduler_kwargs={},
        warmup_steps=math.ceil(recipe.warmup * (recipe.max_steps if cut else steps)),
        weight_decay=recipe.weight_decay,
        optim=recipe.optimizer,
        seed=recipe.seed,
        bf16=bf16,
        use_cpu=bf16 and not torch.accelerator.is_available(),  # else transformers refuses bf16
        multi_dataset_batch_sampler="round_robin",
        average_tokens_across_devices=False,
        logging_steps=recipe.logging_steps,
        save_strategy="steps",
        save_steps=recipe.checkpoint_steps,
        eval_strategy="steps" if recipe.evaluate else "no",
        eval_steps=recipe.checkpoint_steps if recipe.evaluate else None,
        load_best_model_at_end=recipe.evaluate,
        metric_for_best_model=f"eval_{DEV_METRIC}" if recipe.evaluate else None,
        greater_is_better=True if recipe.evaluate else None,
        disable_tqdm=False,  # the bar itself is taken out: progress is reported in our own words
        report_to="none",
    )


def load_model(recipe: Recipe, base: Path) -> SentenceTransformer:
    """The model to train, fp32, from the base's folder: its own modules, or Transformer + mean pooling only."""
    if recipe.modules == "mean":
        transformer = Transformer(
            str(base),
            max_seq_length=recipe.max_seq_length,
            model_kwargs={"dtype": torch.float32, "local_files_only": True},
        )
        model = SentenceTransformer(modules=[transformer, Pooling(transformer.get_embedding_dimension(), "mean")])
    else:
        model = SentenceTransformer(str(base), local_files_only=True, model_kwargs={"dtype": torch.float32})
        model.max_seq_length = recipe.max_seq_length
    if recipe.dropout >= 0:
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = recipe.dropout
    return model


def _train(
    recipe: Recipe,
    pairs: list[Pair],
    dev: DevSet,
    base: Path,
    run: Path,
    fingerprint: str,
    progress: Progress,
    out: Path,
) -> CardFacts:
    asked, recipe = recipe, replace(recipe, dtype=fastest(run)) if recipe.dtype == "auto" else recipe
    model = load_model(recipe, base)
    engine = _engine(recipe, model)
    embedder = Embedder(model)
    before = remembering(embedder)
    prepared = prepare(pairs, dev, recipe, before, run, progress)
    held = torch.from_numpy(anchors(prepared, before, run)) if recipe.anchor else None
    del before
    checkpoint = last_checkpoint(run)
    keeper = CheckpointKeeper(run, recipe.keep_checkpoints, checkpoint.seconds if checkpoint else 0.0)
    model.max_seq_length = min(recipe.train_length or recipe.max_seq_length, recipe.max_seq_length)
    trainer = _trainer(recipe, model, prepared, dev, base, run, keeper, progress, held)
    _run(trainer, model, checkpoint)
    model.max_seq_length = recipe.max_seq_length
    if recipe.merge_base:
        _merge(model, load_model(recipe, base), recipe.merge_base)
    _check_finite(model, recipe)
    measured = trainer.evaluator.of(trainer.state.best_metric) if isinstance(trainer.evaluator, DevEvaluator) else None
    kept = None if recipe.merge_base else measured  # the best checkpoint's weights are the model's
    progress("measuring the trained model", 0, 0)
    state = trainer.state
    seconds = keeper.seconds if not (checkpoint and checkpoint.finished) else checkpoint.seconds
    trained = state.global_step * recipe.batch_size
    training = Training(
        recipe=recipe.name,
        fingerprint=fingerprint,
        engine=engine,
        pairs=len(prepared),
        steps=state.global_step,
        epochs=round(float(state.epoch or 0.0), 4),
        best_step=best_step(state),
        seconds=round(seconds, 1),
        pairs_per_second=round(trained / seconds, 1) if seconds else 0.0,
        peak_memory_mb=_peak_memory_mb(),
        losses=losses(state.log_history),
        dev=dev_points(state.log_history),
        base_dev=prepared.base_dev,
        trained_dev=kept or evaluate_dev(dev, embedder),
        arguments=_plain(trainer.args, run),
        negatives=prepared.negatives,
        unused=prepared.unused,
    )
    unpack(model)
    facts = card_facts(model, trainer, asked, training, prepared, pairs, dev, base)
    _save(model, facts, state.log_history, out)
    return facts


def _engine(recipe: Recipe, model: SentenceTransformer) -> str:
    """Install the engine that the recipe asks for, and say which one runs."""
    if recipe.engine == "stock":
        return f"stock, {recipe.dtype}"
    report = pack(model, dtype="bf16" if recipe.dtype == "bf16" else "fp32")
    return f"packed, {recipe.dtype}" if report.packed else f"stock, {recipe.dtype} (not packed: {report.reason})"


def _trainer(
    recipe: Recipe,
    model: SentenceTransformer,
    prepared: Prepared,
    dev: DevSet,
    base: Path,
    run: Path,
    keeper: CheckpointKeeper,
    progress: Progress,
    held: torch.Tensor | None,
) -> CatalogueTrainer:
    sampler = batch_sampler(recipe, prepared)
    batches = len(sampler) if sampler else math.ceil(len(prepared) / recipe.batch_size)
    loss = make_loss(recipe, model, base, held)
    packed = "forward" in vars(model)
    pack_loss(loss)
    callbacks = [keeper, LossLog(run / LOSS_LOG, progress)]
    if packed:
        callbacks.append(MemoryKeeper())
    if recipe.patience:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    model.model_card_data.local_files_only = True
    model.model_card_data.generate_widget_examples = False
    model.model_card_data.widget = [{}]  # card.py chooses them; the trainer's own choice shows a progress bar
    trainer = CatalogueTrainer(
        model=model,
        args=training_arguments(recipe, run, steps=math.ceil(batches * recipe.epochs), packed=packed),
        train_dataset=prepared.dataset,
        loss=loss,
        evaluator=DevEvaluator(dev, recipe.max_seq_length) if recipe.evaluate else None,
        data_collator=packed_collator(model) if packed else None,
        callbacks=callbacks,
    )
    trainer.sampler = sampler
    trainer.remove_callback(ProgressCallback)
    trainer.remove_callback(PrinterCallback)
    return trainer


def batch_sampler(recipe: Recipe, prepared: Prepared) -> GroupBatchSampler | None:
    """The batches that the recipe asks for; None for random ones."""
    size, seed = recipe.batch_size, recipe.seed
    if recipe.batches == "neighbours":
        return NeighbourBatchSampler(prepared.keys, prepared.neighbours, batch_size=size, seed=seed)
    if recipe.batches == "groups":
        alone = [replace(one, asked="") for one in prepared.keys]
        return GroupBatchSampler(alone, batch_size=size, seed=seed)
    return None


def _run(trainer: CatalogueTrainer, model: SentenceTransformer, checkpoint: Checkpoint | None) -> None:
    """Train, or go on from a checkpoint; from one that ended the training, only its weights and state are taken."""
    if checkpoint is None or not checkpoint.finished:
        trainer.train(resume_from_checkpoint=str(checkpoint.folder) if checkpoint else None)
        return
    trainer.state = TrainerState.load_from_json(str(checkpoint.folder / "trainer_state.json"))
    best = trainer.state.best_model_checkpoint
    folder = checkpoint.folder.parent / Path(best).name if best else checkpoint.folder
    saved = SentenceTransformer(str(folder), local_files_only=True, device=str(model.device))
    model.load_state_dict(saved.state_dict())


def _merge(model: SentenceTransformer, base: SentenceTransformer, share: float) -> None:
    """Weights become (1 - share) · trained + share · base (Wortsman et al. 2022, arXiv:2109.01903)."""
    original = base.state_dict()
    merged = {
        name: torch.lerp(value, original[name].to(value), share) if value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(merged)


def _check_finite(model: SentenceTransformer, recipe: Recipe) -> None:
    for name, value in model.state_dict().items():
        if not torch.isfinite(value).all():
            raise CourselensError(
                "training diverged: weights are not finite",
                value=name,
                where=f"recipe {recipe.name}",
                remedy="Lower the learning rate",
            )


def _save(model: SentenceTransformer, facts: CardFacts, history: Sequence[dict[str, Any]], out: Path) -> None:
    """Write the model beside `out` and rename it, so that `out` is a whole model at any instant or not there."""
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(str(partial), create_model_card=False)
    (partial / LOSS_LOG).write_text(jsonl(history), encoding="utf-8")
    write_facts(partial, facts, weights=_weights(partial))
    write_card(partial, facts)
    if out.exists():
        shutil.rmtree(out)
    partial.rename(out)


def _already(out: Path, fingerprint: str) -> Training | None:
    """The training that made the model in `out`, where it is the one asked for and its weights are whole."""
    try:
        facts = read_facts(out)
    except CourselensError:
        return None
    whole = facts.training.fingerprint == fingerprint and facts.weights == _weights(out)
    return facts.training if whole else None


def _weights(folder: Path) -> str:
    path = folder / "model.safetensors"
    return file_sha256(path) if path.is_file() else ""


def _fingerprint(recipe: Recipe, files: Sequence[Path], base: Path) -> str:
    """A hash of all that decides the weights: the recipe, the bytes of the pairs, the base's weights and settings."""
    digest = hashlib.sha256(recipe.fingerprint.encode())
    model = [path for kind in ("*.safetensors", "*.bin", "*.json") for path in sorted(base.rglob(kind))]
    for path in [*files, *model]:
        digest.update(f"{path.name} {file_sha256(path) if path.is_file() else ''}\n".encode())
    return digest.hexdigest()


def _plain(arguments: Any, run: Path) -> dict[str, Any]:
    """Training arguments as JSON values, without paths of this machine."""
    made: dict[str, Any] = json.loads(json.dumps(arguments.to_dict(), default=str))
    return {name: value for name, value in made.items() if not (isinstance(value, str) and str(run) in value)}


def _peak_memory_mb() -> float:
    """The largest resident set of this process so far, in MB (10^6 bytes); 0.0 where the system does not tell."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Progress is reported in our own words: the libraries' bars, hints and hardware warnings are kept down."""
    names = ("transformers", "sentence_transformers", "datasets", "accelerate")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.ERROR)
    bars = is_progress_bar_enabled()
    _bars(False)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*pin_memory.*")
            yield
    finally:
        _bars(bars)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _bars(shown: bool) -> None:
    switch: Any = enable_progress_bar if shown else disable_progress_bar  # untyped in transformers
    switch()


def _silent(what: str, done: int, total: int) -> None:
    """No progress wanted."""
