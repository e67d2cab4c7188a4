"""Only complete checkpoints exist, whatever instant a run was killed at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from courselens.train.checkpoints import CheckpointKeeper, last_checkpoint, run_folder


def written(folder: Path, step: int) -> Path:
    checkpoint = folder / f"checkpoint-{step}"
    checkpoint.mkdir()
    (checkpoint / "model.safetensors").write_bytes(b"weights")
    return checkpoint


def saved(keeper: CheckpointKeeper, step: int, best: Path | None = None, *, last: bool = False) -> None:
    state = TrainerState(global_step=step, best_model_checkpoint=str(best) if best else None)
    arguments = TrainingArguments(output_dir=str(keeper.folder), report_to="none")
    keeper.on_save(arguments, state, TrainerControl(should_training_stop=last))


def test_a_checkpoint_exists_when_it_is_marked(tmp_path: Path) -> None:
    keeper = CheckpointKeeper(tmp_path, 1, 100.0)
    written(tmp_path, 4)
    assert last_checkpoint(tmp_path) is None
    assert not (tmp_path / "checkpoint-4").exists()
    written(tmp_path, 8)
    saved(keeper, 8)
    written(tmp_path, 12)
    found = last_checkpoint(tmp_path)
    assert found is not None
    assert (found.step, found.finished) == (8, False)
    assert found.seconds >= 100.0


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"step": 1}'])
def test_a_damaged_marker_is_none(tmp_path: Path, damage: str) -> None:
    (written(tmp_path, 4) / "complete.json").write_text(damage)
    assert last_checkpoint(tmp_path) is None


def test_rotation_keeps_the_last_and_the_best(tmp_path: Path) -> None:
    keeper = CheckpointKeeper(tmp_path, 2, 0.0)
    best = written(tmp_path, 2)
    saved(keeper, 2, best)
    for step in (4, 6, 10):
        written(tmp_path, step)
        saved(keeper, step, best, last=step == 10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-2", "checkpoint-6"]
    found = last_checkpoint(tmp_path)
    assert found is not None
    assert found.finished


def test_runs_of_other_recipes_or_data_go(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    old = run_folder(tmp_path, "a" * 64)
    (old / "examples.json").write_text(json.dumps({}))
    assert run_folder(tmp_path, "a" * 64) == old
    assert (old / "examples.json").exists()
    new = run_folder(tmp_path, "b" * 64)
    assert not old.exists()
    assert new.is_dir()
    assert (tmp_path / "notes").is_dir()
