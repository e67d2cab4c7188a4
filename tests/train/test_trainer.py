"""Training: the same weights whether or not it was killed, a standard model, nothing written elsewhere."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sentence_transformers import SentenceTransformer

from courselens.dataset.pairs_io import read_pairs
from courselens.encode.base import base_model
from courselens.errors import CourselensError
from courselens.progress import Progress
from courselens.train import checkpoints as checkpoints_module
from courselens.train.card import read_facts
from courselens.train.dev import dev_set, evaluate_dev
from courselens.train.hooks import Embedder
from courselens.train.recipe import Recipe, load_recipe
from courselens.train.trainer import load_model, train
from courselens.train.training import Training
from training_pairs import short, write


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


def killed_at(step: int) -> Progress:
    """A progress callback that kills the run after this step."""

    def progress(what: str, done: int, total: int) -> None:
        if what == "training" and done == step:
            raise Killed

    return progress


def weights(model: Path) -> dict[str, torch.Tensor]:
    loaded: dict[str, torch.Tensor] = load_file(model / "model.safetensors")
    return loaded


def assert_same_model(one: Path, other: Path) -> None:
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], rtol=0, atol=1e-6)


def steady(training: Training) -> Training:
    """The training without what no two runs share."""
    return replace(training, seconds=0.0, pairs_per_second=0.0, peak_memory_mb=0.0)


RECIPES = [
    short("card", epochs=2),
    short("best", epochs=5, patience=0, max_steps=-1),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=["card", "best"])
def test_killed_anywhere_it_ends_in_the_same_model(
    recipe: Recipe, pairs: Path, tiny_base: Path, tmp_path: Path
) -> None:
    whole = train(recipe, pairs, tiny_base, tmp_path / "whole", tmp_path / "a")
    for step in (2, 6, 10, whole.steps):  # before the first checkpoint, in the first epoch, in a later one, at the end
        with pytest.raises(Killed):
            train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b", progress=killed_at(step))
        assert not (tmp_path / "cut").exists()
    cut = train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b")
    assert_same_model(tmp_path / "whole", tmp_path / "cut")
    assert steady(cut) == steady(whole)
    for name in ("README.md", "losses.jsonl"):
        assert (tmp_path / "cut" / name).read_text() == (tmp_path / "whole" / name).read_text()


def test_killed_while_a_checkpoint_is_written(
    pairs: Path, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = short("card", epochs=2)
    train(recipe, pairs, tiny_base, tmp_path / "whole", tmp_path / "a")
    original = checkpoints_module.write_whole
    marks: list[Path] = []

    def cut_off(path: Path, text: str) -> None:
        marks.append(path)
        if len(marks) == 2:
            (path.parent / "optimizer.pt").write_bytes(b"half")
            raise Killed
        original(path, text)

    monkeypatch.setattr(checkpoints_module, "write_whole", cut_off)
    with pytest.raises(Killed):
        train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b")
    train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b")
    assert_same_model(tmp_path / "whole", tmp_path / "cut")


KILLED_BY_THE_SYSTEM = """
import os, signal, sys
import torch
torch.set_num_threads(1)
sys.path[:0] = {paths!r}
from pathlib import Path
from training_pairs import short
from courselens.train.trainer import train
def progress(what, done, total):
    if what == "training" and done == 7:
        os.kill(os.getpid(), signal.SIGKILL)
train(short("best", epochs=3, patience=0, max_steps=-1), *map(Path, sys.argv[1:]), progress=progress)
"""


def test_killed_by_the_system(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("best", epochs=3, patience=0, max_steps=-1)
    here = Path(__file__).parent
    script = KILLED_BY_THE_SYSTEM.format(paths=[str(here.parent)])
    places = [pairs, tiny_base, tmp_path / "cut", tmp_path / "b"]
    done = subprocess.run([sys.executable, "-c", script, *map(str, places)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert [path.name for path in (tmp_path / "b").glob("run-*/checkpoint-*")] == ["checkpoint-4"]
    train(recipe, *places)
    train(recipe, pairs, tiny_base, tmp_path / "whole", tmp_path / "a")
    assert_same_model(tmp_path / "whole", tmp_path / "cut")


def test_early_stopping_is_the_same_after_a_kill(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("best", epochs=20, patience=1, max_steps=-1, learning_rate=0.5, warmup=0.0)
    whole = train(recipe, pairs, tiny_base, tmp_path / "whole", tmp_path / "a")
    assert whole.steps < 100, "the learning rate is far too high: an evaluation must come out worse"
    assert whole.best_step < whole.steps

    def progress(what: str, done: int, total: int) -> None:
        if what == "measuring the trained model":
            raise Killed

    for _ in range(2):
        with pytest.raises(Killed):
            train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b", progress=progress)
    cut = train(recipe, pairs, tiny_base, tmp_path / "cut", tmp_path / "b")
    assert_same_model(tmp_path / "whole", tmp_path / "cut")
    assert steady(cut) == steady(whole)


def test_another_recipe_does_not_go_on_from_this_ones_checkpoint(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(short("card"), pairs, tiny_base, tmp_path / "model", tmp_path / "b", progress=killed_at(6))
    other = short("card", epochs=1, seed=1)
    train(other, pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    train(other, pairs, tiny_base, tmp_path / "fresh", tmp_path / "c")
    assert_same_model(tmp_path / "model", tmp_path / "fresh")
    assert len(list((tmp_path / "b").iterdir())) == 1


def test_a_finished_model_is_not_trained_again_unless_damaged(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("card", epochs=1)
    steps: list[int] = []

    def progress(what: str, done: int, total: int) -> None:
        if what == "training":
            steps.append(done)

    first = train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b", progress=progress)
    assert steps[-1] == first.steps
    steps.clear()
    assert train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b", progress=progress) == first
    assert not steps
    (tmp_path / "model" / "model.safetensors").write_bytes(b"damaged")
    shutil.rmtree(tmp_path / "b")
    train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b", progress=progress)
    assert steps
    assert read_facts(tmp_path / "model").training.steps == first.steps


def test_killed_after_training_it_is_saved_without_training_again(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("card", epochs=1)
    first = train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    again = train(recipe, pairs, tiny_base, tmp_path / "other", tmp_path / "b", progress=killed_at(1))
    assert_same_model(tmp_path / "model", tmp_path / "other")
    assert again.losses == first.losses


def test_training_teaches_and_reports(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("best", epochs=4, patience=0, max_steps=-1)
    training = train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    assert training.trained_dev.mrr > training.base_dev.mrr
    assert training.engine in ("packed, bf16", "packed, fp32")  # the faster one here
    assert [point.step for point in training.losses] == list(range(2, training.steps + 1, 2))
    assert training.losses[-1].loss < training.losses[0].loss
    assert training.dev[-1].step == training.steps
    assert training.negatives == {}
    assert (training.seconds > 0, training.peak_memory_mb > 0, training.pairs_per_second > 0) == (True,) * 3
    lines = (tmp_path / "model" / "losses.jsonl").read_text().splitlines()
    assert len(lines) == len(training.losses) + len(training.dev)
    assert json.loads(lines[0]) == {"step": 2, "epoch": training.losses[0].epoch, "loss": training.losses[0].loss}


def test_the_dev_figure_is_that_of_the_saved_model_at_its_full_length(
    pairs: Path, tiny_base: Path, tmp_path: Path
) -> None:
    recipe = replace(short("best", epochs=2, patience=0, max_steps=-1), train_length=6)
    training = train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    saved = SentenceTransformer(str(tmp_path / "model"), device="cpu")
    dev = dev_set(read_pairs(pairs / "dev.parquet"))
    assert training.trained_dev.mrr == pytest.approx(evaluate_dev(dev, Embedder(saved)).mrr)
    assert training.trained_dev.mrr == max(point.mrr for point in training.dev)


def test_nothing_is_sent_or_written_elsewhere(
    pairs: Path, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("training must not touch the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    train(short("best", epochs=1), pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    assert not list(here.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "here", "model", "pairs"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"merge_base": 1.0},
        {"matryoshka": [32, 16], "engine": "stock"},
        {"loss": "GISTEmbedLoss", "loss_arguments": {}, "mined_negatives": 1, "anchor": 0.0, "glossary": 0},
        {
            "loss": "CachedMultipleNegativesRankingLoss",
            "loss_arguments": {"mini_batch_size": 4},
            "batches": "groups",
            "field_negatives": 1,
            "anchor": 0.0,
            "glossary": 0,
        },
        {"loss": "MultipleNegativesRankingLoss", "loss_arguments": {"directions": ["query_to_doc", "doc_to_query"]}},
    ],
    ids=["merge", "matryoshka", "gist", "cached", "symmetric"],
)
def test_other_recipes_run(changes: dict[str, object], pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("best", epochs=1, evaluate=False, patience=0, **changes)
    training = train(recipe, pairs, tiny_base, tmp_path / "model", tmp_path / "b")
    assert np.isfinite([point.loss for point in training.losses]).all()
    same = all(torch.equal(value, weights(tiny_base)[name]) for name, value in weights(tmp_path / "model").items())
    assert same == (changes.get("merge_base") == 1.0)


def test_a_shorter_training_length_does_not_cut_the_saved_model(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    recipe = short("card", epochs=1)
    train(recipe, pairs, tiny_base, tmp_path / "whole", tmp_path / "a")
    train(replace(recipe, train_length=6), pairs, tiny_base, tmp_path / "cut", tmp_path / "b")
    assert SentenceTransformer(str(tmp_path / "cut")).max_seq_length == recipe.max_seq_length
    assert not torch.equal(
        *(weights(tmp_path / name)["embeddings.word_embeddings.weight"] for name in ("whole", "cut"))
    )


@pytest.mark.parametrize("engine", ["packed", "stock"])
def test_dropout_of_training_is_the_recipes_and_the_saved_model_keeps_the_bases(
    engine: str, pairs: Path, tiny_base: Path, tmp_path: Path
) -> None:
    recipe = short("card", epochs=1, engine=engine)
    for dropout in (0.0, 0.5, -1.0):
        train(replace(recipe, dropout=dropout), pairs, tiny_base, tmp_path / f"{dropout}", tmp_path / f"b{dropout}")
        config = json.loads((tmp_path / f"{dropout}" / "config.json").read_text())
        assert (config["hidden_dropout_prob"], config["attention_probs_dropout_prob"]) == (0.1, 0.1)
    layers = [weights(tmp_path / f"{dropout}")["encoder.layer.0.output.dense.weight"] for dropout in (0.0, 0.5, -1.0)]
    assert not any(torch.equal(*both) for both in itertools.combinations(layers, 2))
    without = [one.p for one in load_model(replace(recipe, dropout=0.0), tiny_base).modules() if hasattr(one, "p")]
    assert without
    assert not any(without)


def test_no_pairs_is_an_error(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="courselens pairs"):
        train(short("card"), tmp_path, tiny_base, tmp_path / "model", tmp_path / "b")


def test_divergence_is_an_error(pairs: Path, tiny_base: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    model = SentenceTransformer(str(tiny_base))
    with torch.no_grad():
        next(model.parameters()).fill_(float("nan"))
    model.save_pretrained(str(damaged), create_model_card=False)
    with pytest.raises(CourselensError, match="Lower the learning rate"):
        train(short("card", epochs=1), pairs, damaged, tmp_path / "model", tmp_path / "b")
    assert not (tmp_path / "model").exists()


def test_without_dev_pairs(tiny_base: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "pairs", range(6), range(6, 7))
    (folder / "dev.parquet").unlink()
    training = train(short("card", epochs=1), folder / "train.parquet", tiny_base, tmp_path / "model", tmp_path / "b")
    assert training.trained_dev.questions == 0
    assert "no development courses" in (tmp_path / "model" / "README.md").read_text()


def test_the_card_recipe_has_no_normalize_module() -> None:
    names = [type(module).__name__ for module in load_model(load_recipe("card"), base_model())]
    assert names == ["Transformer", "Pooling"]


@pytest.mark.model
def test_the_usage_section_of_the_card(tmp_path: Path) -> None:
    folder = write(tmp_path / "pairs", range(6), range(6, 7))
    recipe = replace(load_recipe("card"), max_steps=2, logging_steps=1, checkpoint_steps=2)
    train(recipe, folder, base_model(), tmp_path / "model", tmp_path / "b")
    model = SentenceTransformer(str(tmp_path / "model"))
    assert model.max_seq_length == 512
    embeddings = model.encode(["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."])
    assert embeddings.shape == (3, 384)
    assert tuple(model.similarity(embeddings, embeddings).shape) == (3, 3)
