"""Further models: what they are called, and whether they have seen the test."""

from __future__ import annotations

from pathlib import Path

import pytest

from courselens.dataset.pairs_io import write_pairs
from courselens.dataset.types import Pair, PairSet, Passage, Question
from courselens.errors import CourselensError
from courselens.evaluate.others import other_models

PASSAGE = Passage("A is taught in English.", "fact", "language", None, "A 2025", "A", "f")
OTHER = Passage("B is taught in English.", "fact", "language", None, "B 2025", "B", "f")


def model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    return folder


def workspace(path: Path) -> Path:
    model(path / "model")
    (path / "manifest.json").write_text("{}")
    (path / "pairs").mkdir()
    question = Question("what language is A taught in", "field", "language", None, "A 2025", "A", "title", "en")
    pair = Pair(question, PASSAGE, 1.0, "positive")
    write_pairs(PairSet((pair,), (pair,), (pair,)), path / "pairs")
    return path


def test_names_tell_models_apart(tmp_path: Path) -> None:
    given = [workspace(tmp_path / "card"), model(tmp_path / "x" / "card"), tmp_path / "card" / "model"]
    given.append(model(tmp_path / "base"))
    found = other_models([str(one) for one in given])
    assert [one.name for one in found] == ["card", "card (2)", "card (3)", "base (2)"]
    assert [one.model for one in found] == [given[0] / "model", *given[1:]]
    assert [one.pairs is not None for one in found] == [True, False, True, False]


def test_a_model_that_has_seen_the_test_is_told(tmp_path: Path) -> None:
    (seen,) = other_models([str(workspace(tmp_path / "card"))])
    assert list(seen.warnings([OTHER])) == []
    assert "card was trained on 1 of the test's 2 passages" in next(iter(seen.warnings([PASSAGE, OTHER])))
    (unknown,) = other_models([str(model(tmp_path / "own"))])
    assert "not known" in next(iter(unknown.warnings([OTHER])))


def test_what_is_no_model_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourselensError, match="no model in this folder"):
        other_models([str(tmp_path / "empty")])
