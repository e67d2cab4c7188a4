"""The read stage on a workspace that is not as it was left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from courselens import pipeline
from courselens.sample import write_sample
from courselens.workspace import Workspace

QUIET = pipeline.Watch(progress=lambda what, done, total: None, say=lambda line: None)


@pytest.mark.parametrize("name", ["courses.jsonl", "skipped.jsonl", ".stage.json"])
def test_a_damaged_catalogue_is_read_anew(tmp_path: Path, name: str) -> None:
    write_sample(tmp_path / "pages", courses=3, seed=7)
    for damage in (False, True):
        if damage:
            (tmp_path / "w" / "catalogue" / name).write_text('{"x', encoding="utf-8")
        with Workspace.writing(tmp_path / "w") as workspace:
            read = pipeline.read_stage(workspace, [tmp_path / "pages"], watch=QUIET)
    assert len(pipeline.load_catalogue(Workspace.open(tmp_path / "w")).courses) == len(read.courses) == 3
    Workspace.open(tmp_path / "w").verify("catalogue")


def test_a_file_whose_name_is_no_utf8_is_read_and_named(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    write_sample(pages, courses=2, seed=7)
    first, second = sorted(pages.iterdir())
    try:
        first.rename(os.fsdecode(os.fsencode(pages) + b"/caf\xe9.html"))
        second.rename(os.fsdecode(os.fsencode(pages) + b"/broken\xff.pdf"))
    except OSError:
        pytest.skip("this file system takes no such name")
    with Workspace.writing(tmp_path / "w") as workspace:
        pipeline.read_stage(workspace, [pages], watch=QUIET)
    catalogue = pipeline.load_catalogue(Workspace.open(tmp_path / "w"))
    assert [course.source.file for course in catalogue.courses] == ["caf\\xe9.html"]
    assert [skipped.file for skipped in catalogue.skipped] == ["broken\\xff.pdf"]
