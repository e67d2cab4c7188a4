"""A workspace keeps the old stage until the new one stands, and names what is wrong with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from courselens.errors import CourselensError
from courselens.workspace import MANIFEST, RECORD, SCHEMA, Workspace, fingerprint


def fill(workspace: Workspace, text: str, stage: str = "catalogue") -> None:
    with workspace.stage(stage, fingerprint(text), {"courses": 1}, {"courselens": "1"}) as folder:
        (folder / "courses.jsonl").write_text(text, encoding="utf-8")
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text(text, encoding="utf-8")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    with Workspace.writing(tmp_path / "w") as workspace:
        fill(workspace, "old")
    return tmp_path / "w"


def test_a_stage_is_current_only_for_its_fingerprint(made: Path) -> None:
    workspace = Workspace.open(made)
    assert workspace.is_current("catalogue", fingerprint("old"))
    assert not workspace.is_current("catalogue", fingerprint("new"))
    assert not workspace.is_current("pairs", fingerprint("old"))


def test_an_error_inside_a_stage_leaves_the_old_one(made: Path) -> None:
    with Workspace.writing(made) as workspace:
        half_way = workspace.stage("catalogue", "x", {}, {})
        (half_way.__enter__() / "courses.jsonl").write_text("half", encoding="utf-8")
        assert half_way.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None) is False
        assert (workspace.folder("catalogue") / "courses.jsonl").read_text(encoding="utf-8") == "old"
        assert workspace.is_current("catalogue", fingerprint("old"))
    assert sorted(path.name for path in made.iterdir()) == [".lock", "catalogue", MANIFEST]


def test_a_full_disk_is_a_clear_error(made: Path) -> None:
    with Workspace.writing(made) as workspace:
        with (
            pytest.raises(CourselensError, match=r"No space left.*as it was"),
            workspace.stage("catalogue", "x", {}, {}),
        ):
            raise OSError(28, "No space left on device", "courses.jsonl")
        assert workspace.is_current("catalogue", fingerprint("old"))


def test_a_new_stage_takes_the_place_of_the_old(made: Path) -> None:
    with Workspace.writing(made) as workspace:
        fill(workspace, "new")
    assert (made / "catalogue" / "courses.jsonl").read_text(encoding="utf-8") == "new"
    manifest = json.loads((made / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["schema"] == SCHEMA
    assert manifest["stages"]["catalogue"]["fingerprint"] == fingerprint("new")
    assert not [path for path in made.iterdir() if path.name.startswith((".new", ".old"))]


@pytest.mark.parametrize("name", ["courses.jsonl", "deep/file"])
@pytest.mark.parametrize("damage", ["cut", "flip", "remove"])
def test_a_damaged_file_is_named(made: Path, name: str, damage: str) -> None:
    path = made / "catalogue" / name
    if damage == "remove":
        path.unlink()
    else:
        path.write_text("ol" if damage == "cut" else "0ld", encoding="utf-8")
    workspace = Workspace.open(made)
    with pytest.raises(CourselensError, match=f"catalogue/{name}.*again"):
        workspace.verify("catalogue")
    assert not workspace.is_current("catalogue", fingerprint("old"))


def test_a_damaged_record_is_named_and_made_anew(made: Path) -> None:
    (made / "catalogue" / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(CourselensError, match=r"catalogue/\.stage\.json"):
        Workspace.open(made).record("catalogue")
    with Workspace.writing(made) as workspace:
        assert not workspace.is_current("catalogue", fingerprint("old"))
        fill(workspace, "new")
    Workspace.open(made).verify("catalogue")


def test_another_schema_is_refused(made: Path) -> None:
    (made / MANIFEST).write_text(json.dumps({"schema": SCHEMA + 1, "stages": {}}), encoding="utf-8")
    with pytest.raises(CourselensError, match=r"another version.*new folder"):
        Workspace.open(made)
    with pytest.raises(CourselensError, match="another version"), Workspace.writing(made):
        pass


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="no such workspace"):
        Workspace.open(tmp_path / "none")
    with pytest.raises(CourselensError, match="not a courselens workspace"):
        Workspace.open(tmp_path)
    (tmp_path / "thesis.doc").write_text("precious", encoding="utf-8")
    with pytest.raises(CourselensError, match=r"holds other files.*thesis\.doc"), Workspace.writing(tmp_path):
        pass


def test_a_missing_stage_names_the_command(made: Path) -> None:
    with pytest.raises(CourselensError, match="courselens train"):
        Workspace.open(made).folder("model")


def test_a_second_writer_is_refused(made: Path) -> None:
    code = f"from courselens.workspace import Workspace\nwith Workspace.writing({str(made)!r}): pass"
    with Workspace.writing(made):
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "another courselens command is writing" in other.stderr
    with Workspace.writing(made) as workspace:
        fill(workspace, "free again")


def test_a_manifest_left_behind_by_a_kill_is_mended(made: Path) -> None:
    before = (made / MANIFEST).read_text(encoding="utf-8")
    with Workspace.writing(made) as workspace:
        fill(workspace, "new")
    after = (made / MANIFEST).read_text(encoding="utf-8")
    (made / MANIFEST).write_text(before, encoding="utf-8")
    with Workspace.writing(made):
        pass
    assert json.loads((made / MANIFEST).read_text(encoding="utf-8")) == json.loads(after)


def test_what_a_kill_put_aside_is_taken_back(made: Path) -> None:
    (made / "catalogue").rename(made / ".old-catalogue")
    with Workspace.writing(made) as workspace:
        assert workspace.is_current("catalogue", fingerprint("old"))


def test_a_read_only_place_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CourselensError, match="cannot write the workspace"), Workspace.writing(tmp_path / "file" / "w"):
        pass


@pytest.mark.parametrize("said", ["I/O error: No space left on device (os error 28)", "[errno 28] write failed"])
def test_a_full_disk_is_told_whichever_library_met_it(made: Path, said: str) -> None:
    with Workspace.writing(made) as workspace:
        with (
            pytest.raises(CourselensError, match=r"cannot write the catalogue stage.*No space left"),
            workspace.stage("catalogue", "x", {}, {}),
        ):
            raise RuntimeError(said)
        assert workspace.is_current("catalogue", fingerprint("old"))
    with pytest.raises(CourselensError, match=r"cannot go on.*No space left"), Workspace.writing(made):
        raise RuntimeError(said)


def test_a_full_disk_is_told_where_a_library_only_failed(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.writing(made) as workspace:
        with pytest.raises(RuntimeError, match="a defect"), workspace.stage("catalogue", "x", {}, {}):
            raise RuntimeError("a defect")
        full = SimpleNamespace(total=10, used=10, free=0)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
        with pytest.raises(CourselensError, match="No space left"), workspace.stage("catalogue", "x", {}, {}):
            raise RuntimeError("basic_ios::clear: iostream error")


def test_the_seconds_of_a_stage_count_from_where_its_work_began(made: Path) -> None:
    with Workspace.writing(made) as workspace:
        with workspace.stage("catalogue", "x", {}, {}, time.monotonic() - 5) as folder:
            (folder / "courses.jsonl").touch()
        record = workspace.record("catalogue")
        assert record is not None
        assert record.seconds >= 5
