"""A base model small enough to train in a second, and the pairs of a dozen courses."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tiny import write_tiny_base
from training_pairs import write


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """The tiny model is quicker on one thread, and the suite does not fight with itself for cores."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of 2 layers x 32 dimensions with the packaged tokenizer and a licence in its card."""
    folder = write_tiny_base(tmp_path_factory.mktemp("base") / "tiny")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# tiny\n", encoding="utf-8")
    return folder


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Pairs of six courses to train on and two to measure with."""
    return write(tmp_path / "pairs", range(6), range(10, 12))
