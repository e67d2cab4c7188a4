"""The arithmetic of a run is measured once, and a run that goes on keeps it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch

from courselens.train import arithmetic
from courselens.train.arithmetic import fastest, measure
from courselens.train.recipe import load_recipe


def test_the_faster_of_both_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    assert measure() in ("fp32", "bf16")
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    assert measure() == "fp32"  # as fast: the more exact one

    steps = [0.0, 2.0, 2.0, 3.0]  # begin and end of fp32, of bf16
    ticks = iter(round_ * 3.0 + step for round_ in range(100) for step in steps)
    monkeypatch.setattr(time, "perf_counter", lambda: next(ticks))
    assert measure() == "bf16"


def test_a_run_keeps_its_arithmetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter(["bf16", "fp32"])
    monkeypatch.setattr(arithmetic, "measure", lambda: next(found))
    assert [fastest(tmp_path), fastest(tmp_path)] == ["bf16", "bf16"]
    assert [path.name for path in tmp_path.iterdir()] == [arithmetic.FILE]


def test_best_asks_for_the_faster_one() -> None:
    assert load_recipe("best").dtype == "auto"
    assert load_recipe("card").dtype == "fp32"
