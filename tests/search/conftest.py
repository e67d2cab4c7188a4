"""One small index over the catalogue of the fakes, built once, with the hash encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from courselens.course import Catalogue
from courselens.encode import Encoder
from courselens.search import index as indexing
from courselens.search.asked import AskedModel, fit_asked
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


@pytest.fixture(scope="session", autouse=True)
def fitted_once() -> Iterator[None]:
    """The classifier of what is asked is learnt from the phrasings, hardly from a catalogue: once is enough for all the
    small ones here, and each fit takes longer than all else that a test does.
    """
    fitted: dict[int, AskedModel] = {}

    def fit(encoder: Encoder, topics: Sequence[str], sentences: Sequence[str] = (), *, seed: int = 1) -> AskedModel:
        if encoder.dimensions not in fitted:
            fitted[encoder.dimensions] = fit_asked(encoder, topics, sentences, seed=seed)
        return fitted[encoder.dimensions]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "fit_asked", fit)
        yield


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
