"""A build that is killed at any instant, and run again, ends in the same workspace as one that was left alone."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.sample import write_sample
from courselens.workspace import STAGES, Workspace, file_sha256
from tiny import build_quietly, write_tiny_base

KILLS = 5
RECIPE = """
style: best
modules: base
max_seq_length: 64
loss: MultipleNegativesRankingLoss
loss_arguments: {scale: 20.0}
batches: groups
batch_size: 4
field_negatives: 1
epochs: 1
max_steps: 12
learning_rate: 0.001
warmup: 0.1
seed: 42
dtype: fp32
engine: stock
logging_steps: 2
checkpoint_steps: 4
evaluate: true
"""

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tiny"])


def killed_after(seconds: float, *arguments: Path) -> bool:
    """Run a build and kill it (SIGKILL) after some seconds; whether it was still running."""
    process = SERVER.Process(target=build_quietly, args=arguments)
    process.start()
    process.join(seconds)
    running = process.is_alive()
    if running and process.pid:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert running or process.exitcode == 0
    return running


EXACT = (
    *("catalogue/courses.jsonl", "catalogue/skipped.jsonl"),
    *("pairs/train.parquet", "pairs/dev.parquet", "pairs/test.parquet"),
    "model/model.safetensors",
)
"""Files that are the same to the last byte. The index is near: its arithmetic (bf16, f32) is chosen by measurement."""


def content(workspace: Path) -> dict[str, str]:
    """Hashes of what two equal builds must agree on exactly."""
    return {name: file_sha256(workspace / name) for name in EXACT}


def vectors(workspace: Path) -> Vectors:
    """The vectors of all passages."""
    found: Vectors = np.load(workspace / "index" / "vectors.npy")
    return found


@pytest.mark.model
def test_a_build_killed_at_random_instants_ends_in_the_same_workspace(tmp_path: Path) -> None:
    pages, base, recipe = tmp_path / "pages", write_tiny_base(tmp_path / "base"), tmp_path / "tiny.yaml"
    write_sample(pages, courses=24, seed=7)
    recipe.write_text(RECIPE, encoding="utf-8")
    begin = time.monotonic()
    assert not killed_after(300, pages, tmp_path / "whole", base, recipe)
    whole = time.monotonic() - begin
    instants = random.Random(1)
    killed = sum(
        killed_after(instants.uniform(0.02, 0.6) * whole, pages, tmp_path / "cut", base, recipe) for _ in range(KILLS)
    )
    assert killed >= KILLS // 3
    assert not killed_after(300, pages, tmp_path / "cut", base, recipe)
    assert content(tmp_path / "cut") == content(tmp_path / "whole")
    np.testing.assert_allclose(vectors(tmp_path / "cut"), vectors(tmp_path / "whole"), atol=0.05)
    for stage in STAGES:
        assert Workspace.open(tmp_path / "cut").record(stage)
        Workspace.open(tmp_path / "cut").verify(stage)
