"""What the package offers in Python is there before and after its rooms are imported."""

from __future__ import annotations

import importlib
from pathlib import Path

import courselens


def test_read_is_callable_before_and_after_its_room_is_imported(tmp_path: Path) -> None:
    (tmp_path / "courses.csv").write_text("Code,Title,ECTS\nAB 101,Logic,5\n", encoding="utf-8")
    first = courselens.read(tmp_path)
    importlib.import_module("courselens.read.catalogue")
    second = courselens.read([tmp_path / "courses.csv"])
    assert [course.title for course in first.courses] == ["Logic"] == [course.title for course in second.courses]
