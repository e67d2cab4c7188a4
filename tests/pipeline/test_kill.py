"""A build that is killed at any instant, and run again, ends in the same workspace as one that was left alone."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.sample import write_sample
from courselens.workspace import STAGES, Workspace, file_sha256
from tiny import build_quietly, write_tiny_base

KILLS = int(os.environ.get("COURSELENS_KILLS", "12"))
LONGEST = 0.4
"""The latest instant of a kill, as a share of a whole build: a run that goes on from a kill has less to do."""
SHORT = 0.3
"""Seconds within a stage before it is killed, at the most; the catalogue's folder is there for a moment only."""
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

EXACT = (
    *("catalogue/courses.jsonl", "catalogue/skipped.jsonl", "catalogue/health.json"),
    *("pairs/train.parquet", "pairs/dev.parquet", "pairs/test.parquet"),
    *("model/model.safetensors", "index/passages.jsonl"),
)
"""Files that are the same to the last byte. The index is near: its arithmetic (bf16, f32) is chosen by measurement."""

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["courselens.pipeline"])  # not `tiny`: the server's path has no tests


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


def killed_in(stage: str, delay: float, pages: Path, out: Path, base: Path, recipe: Path) -> None:
    """Run a build and kill it (SIGKILL) `delay` seconds after it began to write a stage."""
    process = SERVER.Process(target=build_quietly, args=(pages, out, base, recipe))
    process.start()
    while process.is_alive() and not (out / f".new-{stage}").exists():
        time.sleep(0.001)
    process.join(delay)
    assert process.pid
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"the build was not killed while it wrote {stage}"


def content(workspace: Path) -> dict[str, str]:
    """Hashes of what two equal builds must agree on exactly."""
    return {name: file_sha256(workspace / name) for name in EXACT}


def files(workspace: Path) -> list[str]:
    """Every file and folder, hidden ones and scratch folders too."""
    return sorted(path.relative_to(workspace).as_posix() for path in workspace.rglob("*"))


def card(workspace: Path) -> str:
    """The model card without its figures and their signs, of which some depend on the arithmetic."""
    return re.sub(r"[-+]?\d[\d.]*", "0", (workspace / "model" / "README.md").read_text(encoding="utf-8"))


def vectors(workspace: Path) -> Vectors:
    """The vectors of all passages."""
    found: Vectors = np.load(workspace / "index" / "vectors.npy")
    return found


def assert_same(cut: Path, whole: Path) -> None:
    """The workspace whose builds were killed is the one that was left alone."""
    assert files(cut) == files(whole)
    assert content(cut) == content(whole)
    assert card(cut) == card(whole)
    np.testing.assert_allclose(vectors(cut), vectors(whole), atol=0.05)
    for stage in STAGES:
        assert Workspace.open(cut).record(stage)
        Workspace.open(cut).verify(stage)


@pytest.mark.model
def test_builds_killed_at_random_instants_end_in_the_same_workspace(tmp_path: Path) -> None:
    pages, base, recipe = tmp_path / "pages", write_tiny_base(tmp_path / "base"), tmp_path / "tiny.yaml"
    write_sample(pages, courses=24, seed=7)
    recipe.write_text(RECIPE, encoding="utf-8")
    begin = time.monotonic()
    whole = tmp_path / "whole"
    assert not killed_after(300, pages, whole, base, recipe)
    longest = LONGEST * (time.monotonic() - begin)
    instants = random.Random(1)
    cut = [tmp_path / "cut1"]
    for stage in STAGES:  # chance alone hits the short stages seldom
        killed_in(stage, 0 if stage == "catalogue" else instants.uniform(0, SHORT), pages, cut[-1], base, recipe)
    kills = len(STAGES)
    while kills < KILLS:
        if killed_after(instants.uniform(0, longest), pages, cut[-1], base, recipe):
            kills += 1
        else:  # it was done before it could be killed: the next kills hit another workspace
            cut.append(tmp_path / f"cut{len(cut) + 1}")
    assert not killed_after(300, pages, cut[-1], base, recipe)
    for workspace in cut:
        assert_same(workspace, whole)
