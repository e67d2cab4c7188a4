"""The model card: the reference's shape, a head that the Hub reads, and the test figures when they stand."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard

from courselens.errors import CourselensError
from courselens.train.card import read_facts, write_card
from courselens.train.trainer import train
from training_pairs import short, write

REFERENCE = Path(os.environ.get("COURSELENS_REFERENCE", "../shared/reference")) / "model-card.md"

HEADINGS = [
    "## Model Details", "### Model Description", "### Model Sources", "### Full Model Architecture", "## Usage",
    "### Direct Usage (Sentence Transformers)", "## Training Details", "### Training Dataset", "#### Unnamed Dataset",
    "### Training Hyperparameters", "#### Non-Default Hyperparameters", "#### All Hyperparameters", "### Training Logs",
    "### Framework Versions", "## Citation", "### BibTeX", "#### Sentence Transformers", "#### ContrastiveLoss",
]  # fmt: skip
"""Those of the reference card, in its order."""


@pytest.fixture(scope="module")
def model(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained by `card`, cut down."""
    folder = tmp_path_factory.mktemp("card")
    train(
        short("card", epochs=1),
        write(folder / "pairs", range(10), range(10, 12)),
        tiny_base,
        folder / "m",
        folder / "c",
    )
    return folder / "m"


def card(model: Path) -> str:
    return (model / "README.md").read_text(encoding="utf-8")


def head(model: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(card(model).split("---\n")[1])
    return loaded


def headings(text: str) -> list[str]:
    """The headings outside comments and code, without the title."""
    text = re.sub(r"<!--.*?-->|```.*?```", "", text.split("\n---\n", 1)[1], flags=re.DOTALL)
    return re.findall(r"^#{2,4} .*$", text, re.MULTILINE)


def evaluation() -> dict[str, Any]:
    def figure(value: float) -> dict[str, float]:
        return {"value": value, "low": value - 0.05, "high": value + 0.05, "n": 120, "groups": 12}

    def system(value: float) -> dict[str, Any]:
        figures = {"MRR@10": figure(value), "Recall@5": figure(value + 0.02)}
        return {**figures, "by_kind": {"field": figures, "described": figures}}

    systems = {"courselens": system(0.9), "base": system(0.7), "BM25": system(0.6)}
    return {"questions": 120, "groups": 12, "passages": 400, "courses": 30, "subject": "courselens", "systems": systems}


def test_headings_of_the_reference_card_in_its_order(model: Path) -> None:
    ours = headings(card(model))
    assert [heading for heading in ours if heading in HEADINGS] == HEADINGS
    assert {*ours} - {*HEADINGS} == {"## Evaluation", "### Development courses", "## Bias, Risks and Limitations"}


def test_the_kept_headings_are_those_of_the_reference_card() -> None:
    if not REFERENCE.is_file():
        pytest.skip(f"{REFERENCE} is absent: set COURSELENS_REFERENCE")
    assert headings(REFERENCE.read_text(encoding="utf-8")) == HEADINGS


def test_the_head(model: Path) -> None:
    made = head(model)
    assert {"dataset_size:100", "loss:ContrastiveLoss", "sentence-transformers", "generated_from_trainer"} <= {
        *made["tags"]
    }
    assert made["license"] == "apache-2.0"
    assert "base_model" not in made  # the tiny base is none of the Hub
    assert (made["pipeline_tag"], made["library_name"]) == ("sentence-similarity", "sentence-transformers")
    assert len(made["widget"]) == 5
    assert all({*one} == {"source_sentence", "sentences"} and len(one["sentences"]) == 3 for one in made["widget"])
    assert "model-index" not in made
    assert ModelCard.load(model / "README.md").data.tags == made["tags"]  # as the Hub's own reader sees it


def test_the_training_section(model: Path) -> None:
    text = card(model)
    assert "* Size: 100 training samples" in text
    assert "* Columns: <code>sentence_0</code>, <code>sentence_1</code>, and <code>label</code>" in text
    assert re.search(r"details \| <ul><li>min: \d+ tokens</li><li>mean: [\d.]+ tokens</li>", text)
    assert "<li>min: 0.0</li><li>mean: 0.4</li><li>max: 1.0</li>" in text
    assert '"distance_metric": "SiameseDistanceMetric.COSINE_DISTANCE"' in text
    assert text.count("<code>1.0</code>") >= 1
    assert "- `per_device_train_batch_size`: 8" in text.split("#### All Hyperparameters")[1]
    assert re.search(r"\| Epoch +\| Step +\| Training Loss +\|", text)
    assert "hadsell2006dimensionality" in text


def test_no_path_of_this_machine(model: Path) -> None:
    for path in (model / "README.md", model / "courselens.json"):
        assert str(model.parent) not in path.read_text(encoding="utf-8")


def test_written_again_with_test_figures(model: Path) -> None:
    before = card(model)
    write_card(model, evaluation=evaluation())
    text = card(model)
    index = head(model)["model-index"][0]
    metrics = {one["type"]: one["value"] for one in index["results"][0]["metrics"]}
    assert metrics == {"mrr@10": 0.9, "recall@5": 0.92}
    assert "| **courselens** | 0.9000 [0.8500, 0.9500]" in re.sub(" +", " ", text)
    assert "| described | 120 | 0.9000 | 0.7000 | 0.6000 |" in re.sub(" +", " ", text)
    write_card(model, read_facts(model))
    assert card(model) == before


def test_what_each_part_adds_and_what_a_reader_must_know(model: Path) -> None:
    before = read_facts(model)
    added = {"system": "whole", "against": "base", "by": "overall", "name": "all", "metric": "MRR@10"}
    figures = {"value": 0.2, "low": 0.1, "high": 0.3, "n": 9, "groups": 3, "p": 0.01, "p_adjusted": 0.01}
    found = evaluation() | {
        "ablation": [added | figures | {"verdict": "better"}],
        "inconclusive": "The test holds 3 course groups only.",
        "warnings": ["x was trained on the test"],
        "dimensions": {"384": {"base": figures, "trained": figures}, "64": {"base": figures, "trained": figures}},
    }
    write_card(model, evaluation=found)
    text = re.sub(" +", " ", card(model))
    assert "| whole over base | MRR@10 | +0.2000 [+0.1000, +0.3000] | better |" in text
    assert "**The test holds 3 course groups only.**" in text
    assert "| 64 | 0.2000 [0.1000, 0.3000] | 0.2000 [0.1000, 0.3000] |" in text
    assert "**x was trained on the test**" in text
    write_card(model, before)


def test_no_licence_is_claimed_that_the_base_does_not_state(tiny_base: Path, pairs: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(tiny_base, bare)
    (bare / "README.md").unlink()
    train(short("card", epochs=1), pairs, bare, tmp_path / "model", tmp_path / "c")
    assert "license" not in head(tmp_path / "model")
    assert "states no license" in card(tmp_path / "model")


@pytest.mark.parametrize("damage", ["", "{}", '{"training": {}}', "[]"])
def test_damaged_facts_are_told(tmp_path: Path, damage: str) -> None:
    (tmp_path / "courselens.json").write_text(damage)
    with pytest.raises(CourselensError, match="courselens train"):
        write_card(tmp_path)
