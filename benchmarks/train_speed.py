"""How many times faster is the packed engine than sentence-transformers' trainer as it comes?

The `card` recipe: batch 16, ContrastiveLoss, AdamW, dropout 0.1, sequences up to 512 tokens. All engines train the same
base on the same pairs with `SentenceTransformerTrainer`, each in a process of its own, a few steps a turn, turns taken
in rotation (A B C A B C …); a step is timed from the end of the step before it, so that tokenising and the optimiser
count. The first step of a turn is not counted. A ratio is that of the medians; the range beside it holds the ratios of
single rounds.

    python benchmarks/train_speed.py [--pairs WORKSPACE/pairs/train.parquet] [--rounds 5] [--json FILE] [--profile]

Without `--pairs`, texts of random words with the lengths of the reference card: questions of 22 to 44 tokens, 28 on
average; passages of 21 to 443, 111 on average. Seconds of processor time stand beside those of the clock: they tell
what a machine that other programs share would hide.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import ContrastiveLoss
from torch.profiler import ProfilerActivity, profile
from transformers import PrinterCallback, TrainerCallback

from courselens.cli import ENVIRONMENT
from courselens.encode.base import base_model
from courselens.evaluate.machine import this_machine
from courselens.train.packed import pack, pack_loss, packed_collator

BATCH = 16
ENGINES = ("stock", "packed fp32", "packed bf16")
SPAWN = multiprocessing.get_context("spawn")
GOALS = {"packed fp32": 2.5, "packed bf16": 6.0}
KINDS = {
    "matrix products of the layers": ("aten::mm", "aten::addmm"),
    "matrix products of attention": ("aten::bmm",),
    "softmax": ("aten::_softmax", "aten::_softmax_backward_data"),
    "dropout": ("aten::ge", "aten::threshold_backward", "aten::bernoulli_", "_Layer"),
    "GELU": ("aten::gelu", "aten::gelu_backward"),
    "LayerNorm": ("aten::native_layer_norm", "aten::native_layer_norm_backward"),
    "optimiser": ("aten::_fused_adamw_", "aten::_foreach_addcdiv_", "aten::_foreach_lerp_"),
    "sums of bias gradients": ("aten::sum",),
    "copies, casts, filling": ("aten::copy_", "aten::fill_", "aten::index_select", "aten::cat"),
}


@dataclass(slots=True)
class Turns:
    """Seconds a step, on the clock and of the processor, and the losses: one list a round."""

    clock: list[list[float]] = field(default_factory=list)
    processor: list[list[float]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def median(self, kind: str) -> float:
        """Median seconds a step over all rounds."""
        rounds: list[list[float]] = getattr(self, kind)
        return statistics.median(step for one in rounds for step in one)


class Stopwatch(TrainerCallback):
    """Seconds from the end of one step to the end of the next."""

    def __init__(self) -> None:
        self.clock: list[float] = []
        self.processor: list[float] = []

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Take both times."""
        self.clock.append(time.perf_counter())
        self.processor.append(time.process_time())


def synthetic_pairs(model: SentenceTransformer, count: int, seed: int = 7) -> Dataset:
    """Pairs of random one-token words with the token lengths of the reference card."""
    draw = random.Random(seed)
    words = sorted(word for word in model.tokenizer.get_vocab() if word.isascii() and word.isalpha() and len(word) > 2)

    def text(tokens: float) -> str:
        return " ".join(draw.choices(words, k=max(int(tokens) - 2, 1)))

    rows: dict[str, list[Any]] = {"sentence_0": [], "sentence_1": [], "label": []}
    for _ in range(count):
        fact = draw.random() < 0.5
        passage = draw.uniform(21, 39) if fact else min(max(draw.gammavariate(3, 64), 40), 443)
        rows["sentence_0"].append(text(min(22 + draw.expovariate(1 / 6), 44)))
        rows["sentence_1"].append(text(passage))
        rows["label"].append(float(draw.random() < 0.64))
    return Dataset.from_dict(rows)


def load(engine: str) -> tuple[SentenceTransformer, ContrastiveLoss, dict[str, Any]]:
    """The base with `engine` installed, its loss, and what the trainer takes for it."""
    model = SentenceTransformer(str(base_model()), device="cpu")
    model.max_seq_length = 512
    model.model_card_data.generate_widget_examples = False
    model.model_card_data.widget = [{}]
    loss = ContrastiveLoss(model, margin=0.5)
    if engine == "stock":
        return model, loss, {}
    report = pack(model, dtype="bf16" if engine.endswith("bf16") else "fp32")
    if not (report.packed and pack_loss(loss)):
        raise SystemExit(f"the base cannot be packed: {report.reason}")
    return model, loss, {"data_collator": packed_collator(model)}


def turn(engine: str, loaded: Any, data: Dataset, steps: int, seed: int, folder: str) -> tuple[Stopwatch, float]:
    """Train `steps` steps and one before them; the stopwatch and the mean loss."""
    model, loss, options = loaded
    watch = Stopwatch()
    arguments = SentenceTransformerTrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=BATCH,
        max_steps=steps + 1,
        learning_rate=5e-5,
        optim="adamw_torch" if engine == "stock" else "adamw_torch_fused",
        seed=seed,
        use_cpu=True,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    trainer = SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=data, loss=loss, callbacks=[watch], **options
    )
    trainer.remove_callback(PrinterCallback)
    return watch, float(trainer.train().training_loss)


def serve_turns(engine: str, data: Dataset, threads: int | None, orders: Connection) -> None:
    """In a process of its own: a turn for every (steps, seed) that comes, until None does; answers with its figures."""
    if threads:
        torch.set_num_threads(threads)
    loaded = load(engine)
    with tempfile.TemporaryDirectory() as folder:
        while order := orders.recv():
            steps, seed = order
            watch, loss = turn(engine, loaded, data, steps, seed, folder)
            orders.send((watch.clock, watch.processor, loss))


@contextmanager
def process(engine: str, data: Dataset, threads: int | None) -> Iterator[Connection]:
    """An engine in a process of its own: the command line sets `ENVIRONMENT` for ours, nothing does for the peer."""
    ours, theirs = SPAWN.Pipe()
    with mock.patch.dict(os.environ, {} if engine == "stock" else ENVIRONMENT):
        worker = SPAWN.Process(target=serve_turns, args=(engine, data, threads, theirs))
        worker.start()
    try:
        yield ours
    finally:
        ours.send(None)
        worker.join()


def measure(engines: Sequence[str], data: Dataset, rounds: int, steps: int, threads: int | None) -> dict[str, Turns]:
    """All engines in turn, the same batches in the same round."""
    turns = {engine: Turns() for engine in engines}
    with ExitStack() as stack:
        workers = {engine: stack.enter_context(process(engine, data, threads)) for engine in engines}
        for number in range(rounds):
            for engine in engines:
                workers[engine].send((steps, 100 + number))
                clock, processor, loss = workers[engine].recv()
                turns[engine].clock.append([b - a for a, b in pairwise(clock)])
                turns[engine].processor.append([b - a for a, b in pairwise(processor)])
                turns[engine].losses.append(loss)
                print(f"  round {number + 1}, {engine}: {statistics.median(turns[engine].clock[-1]):.2f} s a step")
    return turns


def shares(data: Dataset, engine: str, steps: int) -> dict[str, float]:
    """Where the time of a step goes, in shares that sum to 1."""
    loaded = load(engine)
    with tempfile.TemporaryDirectory() as folder:
        turn(engine, loaded, data, 1, 1, folder)
        with profile(activities=[ProfilerActivity.CPU]) as profiler:
            turn(engine, loaded, data, steps, 2, folder)
    events = {event.key: event.self_cpu_time_total for event in profiler.key_averages()}
    total = sum(events.values())
    found = {kind: sum(events.get(name, 0.0) for name in names) / total for kind, names in KINDS.items()}
    return {**found, "the rest": 1 - sum(found.values())}


def table(turns: dict[str, Turns]) -> tuple[str, dict[str, dict[str, Any]]]:
    """The table as printed, and its rows by engine."""
    first = next(iter(turns))
    lines = [f"{'engine':<14}{'s/step':>9}{'pairs/s':>9}{'ratio':>8}{'rounds':>14}{'CPU s':>9}{'CPU ratio':>11}  goal"]
    rows: dict[str, dict[str, Any]] = {}
    for engine, one in turns.items():
        clock, processor = one.median("clock"), one.median("processor")
        single = [
            statistics.median(a) / statistics.median(b) for a, b in zip(turns[first].clock, one.clock, strict=True)
        ]
        row = {
            "seconds_per_step": clock,
            "pairs_per_second": BATCH / clock,
            "ratio": turns[first].median("clock") / clock,
            "ratio_range": [min(single), max(single)],
            "processor_seconds_per_step": processor,
            "processor_ratio": turns[first].median("processor") / processor,
            "goal": GOALS.get(engine),
        }
        rows[engine] = row
        lines.append(
            f"{engine:<14}{clock:>9.3f}{BATCH / clock:>9.1f}{row['ratio']:>8.2f}"
            f"{f'{min(single):.1f} to {max(single):.1f}':>14}{processor:>9.3f}{row['processor_ratio']:>11.2f}"
            f"  {GOALS.get(engine, '')}"
        )
    return "\n".join(lines), rows


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=Path, help="a train.parquet; without it, synthetic pairs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="timed steps a turn")
    parser.add_argument("--threads", type=int, help="torch's threads; default: torch's own choice")
    parser.add_argument("--profile", action="store_true", help="also where the time of a step goes")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*pin_memory.*")
    if options.threads:
        torch.set_num_threads(options.threads)
    count = BATCH * (options.steps + 1) * 4
    model = SentenceTransformer(str(base_model()), device="cpu")
    model.max_seq_length = 512
    columns = ["sentence_0", "sentence_1", "label"]
    data = synthetic_pairs(model, count)
    if options.pairs:
        data = Dataset.from_parquet(str(options.pairs)).select_columns(columns).shuffle(seed=7)
    sample = data.select(range(min(count, len(data))))
    tokens = {name: [len(ids) for ids in model.tokenizer(sample[name][:])["input_ids"]] for name in columns[:2]}
    machine = this_machine()
    print(f"{machine}; torch {torch.__version__}, {torch.get_num_threads()} threads")
    for name, lengths in tokens.items():
        print(f"{name}: {min(lengths)} to {max(lengths)} tokens, {statistics.mean(lengths):.1f} on average")
    turns = measure(ENGINES, data, options.rounds, options.steps, options.threads)
    text, rows = table(turns)
    print(f"\nBatch {BATCH}, {options.rounds} rounds of {options.steps} steps, medians\n{text}")
    profiles = {engine: shares(data, engine, options.steps) for engine in (ENGINES if options.profile else ())}
    for engine, found in profiles.items():
        print(f"\n{engine}: " + ", ".join(f"{kind} {share:.1%}" for kind, share in found.items()))
    if options.json:
        result = {
            "machine": machine.to_dict(),
            "threads": torch.get_num_threads(),
            "pairs": str(options.pairs) if options.pairs else "synthetic, the reference card's lengths",
            "tokens": {name: [min(of), statistics.mean(of), max(of)] for name, of in tokens.items()},
            "batch": BATCH,
            "engines": rows,
            "turns": {engine: asdict(one) for engine, one in turns.items()},
            "profile": profiles,
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
