"""The commands that make a workspace: one JSON document on standard output, and the files of the interface."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commands import COURSES, Walked, document, run
from courselens.workspace import STAGES

pytestmark = pytest.mark.model

FILES = (
    "manifest.json",
    *(f"catalogue/{name}" for name in ("courses.jsonl", "skipped.jsonl", "health.json")),
    *(f"pairs/{name}" for name in ("train.parquet", "dev.parquet", "test.parquet", "audit.json")),
    *(f"model/{name}" for name in ("model.safetensors", "README.md", "modules.json")),
    *(f"index/{name}" for name in ("passages.jsonl", "vectors.npy", "lexical", "encoder")),
    *(f"report/{name}" for name in ("index.html", "metrics.json", "loss.png", "map.png", "scores.png")),
)
"""What a workspace holds for others to read."""


@pytest.mark.parametrize("command", ["sample", "read", "pairs", "train", "index", "evaluate"])
def test_each_stage_alone_prints_one_document(walked: Walked, command: str) -> None:
    assert document(walked.results[command])
    assert walked.results[command].stderr or command == "sample"


def test_what_each_document_tells(walked: Walked) -> None:
    told = {name: document(result) for name, result in walked.results.items()}
    assert told["sample"]["folder"] == str(walked.pages)
    assert (told["read"]["courses"], told["read"]["skipped"]) == (COURSES, [])
    assert told["pairs"]["sides"]["train"]["pairs"] > 20
    assert told["train"]["steps"] == 4
    assert told["index"]["courses"] == COURSES
    assert told["evaluate"]["systems"]


def test_the_files_of_the_interface(walked: Walked) -> None:
    assert [name for name in FILES if not (walked.workspace / name).exists()] == []
    manifest = json.loads((walked.workspace / "manifest.json").read_text(encoding="utf-8"))
    assert tuple(manifest["stages"]) == STAGES
    for stage in manifest["stages"].values():
        assert {"fingerprint", "counts", "seconds", "versions"} <= {*stage}
        assert stage["seconds"] > 0
    for side in ("train", "dev", "test"):
        names = pq.read_schema(walked.workspace / "pairs" / f"{side}.parquet").names
        assert names[:4] == ["sentence_0", "sentence_1", "label", "kind"]
        assert {"course_0", "course_1"} <= {*names}


def test_build_skips_what_the_stages_made(walked: Walked) -> None:
    again = run(
        *("build", walked.pages, "--out", walked.workspace, "--recipe", walked.recipe),
        *("--base-model", walked.base, "--allow-worse", "--json"),
    )
    assert {*document(again)["stages"]} == {*STAGES}
    assert again.stderr.count("unchanged") == len(STAGES)


def test_info_counts_and_checks_every_file(walked: Walked, tmp_path: Path) -> None:
    told = document(run("info", walked.workspace, "--json"))
    assert {"schema", "stages", "health", "audit", "metrics"} <= {*told}
    shutil.copytree(walked.workspace, tmp_path / "w")
    weights = tmp_path / "w" / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    damaged = run("info", tmp_path / "w", "--json")
    assert (damaged.exit_code, damaged.stdout) == (1, "")
    assert "model/model.safetensors" in damaged.stderr


def test_pairs_of_another_style_are_told(walked: Walked, tmp_path: Path) -> None:
    shutil.copytree(walked.workspace, tmp_path / "w")
    recipe = tmp_path / "other.yaml"
    recipe.write_text(walked.recipe.read_text(encoding="utf-8").replace("style: card", "style: best"), encoding="utf-8")
    trained = run("train", tmp_path / "w", "--recipe", recipe, "--base-model", walked.base, "--allow-worse", "--json")
    assert document(trained)["steps"] == 4
    assert "WARNING: the pairs have the style card" in trained.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "nowhere"], "nowhere"),
        (["build", "{pages}", "--labels", "no.yaml"], "no.yaml"),
        (["read", "{pages}", "--labels", "{pages}"], "labels"),
        (["build", "{pages}", "--recipe", "bset"], "Did you mean `best`"),
        (["build", "{pages}", "--base-model", "/nowhere"], "no such base model"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_built_is_told(walked: Walked, tmp_path: Path, arguments: list[str], said: str) -> None:
    given = [one.format(pages=walked.pages) for one in arguments]
    failed = run(*given, "--out", tmp_path / "w", "--json")
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr
