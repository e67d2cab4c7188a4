"""One small index over the catalogue of the fakes, built once, with the hash encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from courselens.course import Catalogue
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from fakes import HashEncoder, catalogue, passages_of


def two_years() -> Catalogue:
    """The catalogue of the fakes, and an older year of its first course with other credits."""
    found = catalogue()
    newest = found.courses[0]
    fields = {**newest.fields, "ects": replace(newest.fields["ects"], values=(5.0,))}
    older = replace(newest, key=f"{newest.code} 2020/2021", year="2020/2021", fields=fields)
    return Catalogue((*found.courses, older))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace") / "index"
    made = two_years()
    passages = [passage for course in made.courses for passage in passages_of(course)]
    build_index(made, passages, HashEncoder(256), folder)
    return folder


@pytest.fixture(scope="session")
def lens(folder: Path) -> Lens:
    return Lens(open_index(folder), HashEncoder(256))
