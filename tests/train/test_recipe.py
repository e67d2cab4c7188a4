"""Recipes: what ships is right, what is misspelt is told, and `card` has the reference card's values."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from courselens.errors import CourselensError
from courselens.train.recipe import Recipe, load_recipe, shipped
from courselens.train.trainer import training_arguments

HERE = Path(__file__).parent
REFERENCE = Path(os.environ.get("COURSELENS_REFERENCE", "../shared/reference")) / "model-card.md"

GONE = {
    "overwrite_output_dir", "per_gpu_train_batch_size", "per_gpu_eval_batch_size", "save_safetensors", "no_cuda",
    "use_mps_device", "jit_mode_eval", "use_ipex", "fp16_opt_level", "half_precision_backend", "tpu_num_cores",
    "tpu_metrics_debug", "past_index", "fsdp_min_num_params", "tp_size", "fsdp_transformer_layer_cls_to_wrap",
    "adafactor", "group_by_length", "use_legacy_prediction_loop", "include_inputs_for_metrics", "fp16_backend",
    "push_to_hub_model_id", "push_to_hub_organization", "mp_parameters", "torchdynamo", "ray_scope",
    "include_tokens_per_second",
}  # fmt: skip
"""Arguments of the card (transformers 4.51) that transformers 5 no longer has; each was at its default there."""

SPELT_ANEW: dict[str, tuple[Any, Any]] = {
    "warmup_ratio": (0.0, None),  # part of warmup_steps, which is 0 on both sides
    "local_rank": (0, -1),  # one process: the launcher's number is read at run time
    "fsdp": ([], None),
    "fsdp_config": ({"min_num_params": 0, "xla": False, "xla_fsdp_v2": False, "xla_fsdp_grad_ckpt": False}, None),
    "include_num_input_tokens_seen": (False, "no"),
}
"""Arguments with another spelling of the same value: (the card's, ours)."""


def card_values(text: str) -> dict[str, Any]:
    """The list `- `name`: value` of a model card, values read as Python where they are Python."""
    values: dict[str, Any] = {}
    for name, value in re.findall(r"^- `(\w+)`: ?(.*)$", text, re.MULTILINE):
        try:
            values[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            values[name] = value
    return values


def test_card_has_every_value_of_the_reference_card(tmp_path: Path) -> None:
    card = card_values((HERE / "reference_hyperparameters.txt").read_text(encoding="utf-8"))
    arguments: Any = training_arguments(load_recipe("card"), tmp_path, steps=7143, packed=False)
    ours = arguments.to_dict()
    assert len(card) == 114
    assert {name for name in card if name not in ours} <= GONE
    differing = {name: (value, ours[name]) for name, value in card.items() if name in ours and ours[name] != value}
    assert differing == {name: both for name, both in SPELT_ANEW.items() if ours[name] == both[1]}
    assert ours["logging_steps"] == 500


def test_the_kept_list_is_that_of_the_reference_card() -> None:
    if not REFERENCE.is_file():
        pytest.skip(f"{REFERENCE} is absent: set COURSELENS_REFERENCE")
    listed = REFERENCE.read_text(encoding="utf-8").split("#### All Hyperparameters")[1].split("</details>")[0]
    assert card_values(listed) == card_values((HERE / "reference_hyperparameters.txt").read_text(encoding="utf-8"))


def test_card_beside_its_arguments() -> None:
    card = load_recipe("card")
    assert (card.modules, card.max_seq_length, card.loss) == ("mean", 512, "ContrastiveLoss")
    assert card.loss_arguments == {"margin": 0.5, "size_average": True}
    assert (card.epochs, card.batch_size, card.seed, card.dtype, card.batches) == (3.0, 16, 42, "fp32", "random")


def test_shipped_recipes_load_and_differ() -> None:
    assert shipped() == ("best", "card")
    assert load_recipe("best").fingerprint != load_recipe("card").fingerprint


def test_a_recipe_survives_its_own_yaml(tmp_path: Path) -> None:
    best = load_recipe("best")
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(best.to_dict()), encoding="utf-8")
    assert load_recipe(str(path)) == best
    assert Recipe(**best.to_dict()) == best


def test_the_name_does_not_change_the_fingerprint_and_a_value_does() -> None:
    best = load_recipe("best")
    assert replace(best, name="other").fingerprint == best.fingerprint
    assert replace(best, seed=1).fingerprint != best.fingerprint


def test_extends_states_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: best\nepochs: 2\nlearning_rate: 1e-5\n", encoding="utf-8")
    mine = load_recipe(str(path))
    assert (mine.name, mine.epochs, mine.learning_rate) == ("mine", 2.0, 1e-5)
    assert mine.batches == load_recipe("best").batches


def test_another_loss_does_not_inherit_arguments(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: card\nloss: CosineSimilarityLoss\n", encoding="utf-8")
    assert load_recipe(str(path)).loss_arguments == {}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("learning_rat: 1", "Did you mean `learning_rate`?"),
        ("epochs: many", "epochs"),
        ("epochs: 0", "from 0.001"),
        ("batch_size: 2.5", "a whole number"),
        ("batch_size: true", "a whole number"),
        ("evaluate: 1", "true or false"),
        ("loss: TripleLoss", "Use one of"),
        ("loss_arguments: {margn: 1}", "margn"),
        ("matryoshka: [64, 128]", "must fall"),
        ("matryoshka: 64", "a list of whole numbers"),
        ("checkpoint_steps: 55", "not a multiple"),
        ("{evaluate: false, patience: 3}", "patience"),
        ("{loss: ContrastiveLoss, mined_negatives: 1}", "may be 0 together"),
        ("{loss: GISTEmbedLoss, mined_negatives: 2}", "may be 1 together"),
        ("{loss: GISTEmbedLoss, anchor: 1.0}", "neither `anchor` nor `glossary`"),
        ("extends: worst", "no such recipe"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, line: str, expected: str) -> None:
    path = tmp_path / "mine.yaml"
    values = {"extends": "best", **yaml.safe_load(line)}
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(CourselensError) as error:
        load_recipe(str(path))
    assert expected in str(error.value)


def test_missing_keys_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("seed: 1\n", encoding="utf-8")
    with pytest.raises(CourselensError, match="extends: best"):
        load_recipe(str(path))


@pytest.mark.parametrize("text", ["- a list", "a: [", "", "extends: mine.yaml"])
def test_what_is_no_recipe(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourselensError):
        load_recipe(str(path))


def test_did_you_mean_a_shipped_recipe() -> None:
    with pytest.raises(CourselensError, match="Did you mean `best`"):
        load_recipe("bset")


def test_max_steps_only_cuts(tmp_path: Path) -> None:
    best = replace(load_recipe("best"), max_steps=100)
    assert training_arguments(best, tmp_path, steps=50, packed=True).max_steps == -1
    assert training_arguments(best, tmp_path, steps=500, packed=True).max_steps == 100
