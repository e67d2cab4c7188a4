"""Which arithmetic trains faster on this machine: bf16 matrix products, or fp32.

In: nothing but the machine. Out: `fp32` or `bf16`. A CPU with AMX multiplies bf16 many times as fast as fp32, an AMD
with AVX-512 twice as fast; an Intel with AVX-512 and no AMX does it at half the speed of fp32, and says of itself that
it can. So it is measured, which takes a fraction of a second. Weights and optimiser are fp32 either way.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import torch

from courselens.train.packed import Dtype

ROWS, WIDTH, INNER = 2048, 384, 1536
"""One matrix product of a batch: tokens, width, width of the feed-forward layer of MiniLM."""
ROUNDS = 7
FASTER = 1.2
"""How many times as fast bf16 must be: its casts cost too, and near parity the more exact one is the better."""
FILE = "arithmetic.json"


def fastest(run: Path) -> Dtype:
    """The faster arithmetic, measured once for a run: one that goes on after it was cut off keeps the run's own."""
    kept = run / FILE
    if not kept.is_file():
        partial = kept.with_suffix(".partial")
        partial.write_text(json.dumps({"dtype": measure()}) + "\n", encoding="utf-8")
        partial.rename(kept)
    dtype: Dtype = json.loads(kept.read_text(encoding="utf-8"))["dtype"]
    return dtype


def measure() -> Dtype:
    """The faster of both: the median of products in turns. `bf16` on a GPU."""
    if torch.accelerator.is_available():
        return "bf16"
    kinds = (torch.float32, torch.bfloat16)
    operands = {kind: (torch.ones(ROWS, WIDTH, dtype=kind), torch.ones(INNER, WIDTH, dtype=kind)) for kind in kinds}
    seconds: dict[torch.dtype, list[float]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, (left, right) in operands.items():
            begin = time.perf_counter()
            torch.nn.functional.linear(left, right)
            seconds[kind].append(time.perf_counter() - begin)
    fp32, bf16 = (statistics.median(seconds[kind][1:]) for kind in kinds)
    return "bf16" if bf16 * FASTER <= fp32 else "fp32"
