from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from courselens.dataset.pairs import make_pairs
from courselens.dataset.pairs_io import read_pairs, write_pairs
from courselens.dataset.types import PairSet
from courselens.errors import CourselensError
from fakes import catalogue


@pytest.fixture(scope="module")
def pairset(tokenizer: Path) -> PairSet:
    return make_pairs(catalogue(), tokenizer=tokenizer)


def test_pairs_read_back_equal(pairset: PairSet, tmp_path: Path) -> None:
    write_pairs(pairset, tmp_path)
    for name, pairs in pairset.sides.items():
        assert read_pairs(tmp_path / f"{name}.parquet") == list(pairs)


def test_the_first_columns_are_the_cards(pairset: PairSet, tmp_path: Path) -> None:
    write_pairs(pairset, tmp_path)
    table = pq.read_table(tmp_path / "train.parquet")
    assert table.column_names[:3] == ["sentence_0", "sentence_1", "label"]
    assert str(table.schema.field("label").type) == "float"


def test_the_same_pairs_give_the_same_bytes(pairset: PairSet, tmp_path: Path) -> None:
    write_pairs(pairset, tmp_path / "a")
    write_pairs(pairset, tmp_path / "b")
    for name in pairset.sides:
        assert (tmp_path / "a" / f"{name}.parquet").read_bytes() == (tmp_path / "b" / f"{name}.parquet").read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == 3


def test_a_side_without_pairs_is_a_file_without_rows(tmp_path: Path) -> None:
    write_pairs(PairSet((), (), ()), tmp_path)
    assert read_pairs(tmp_path / "dev.parquet") == []


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.parquet"
    with pytest.raises(CourselensError, match=r"no readable pairs.*train\.parquet.*courselens pairs"):
        read_pairs(path)
    path.write_bytes(b"PAR1 and then nothing")
    with pytest.raises(CourselensError, match=r"no readable pairs.*train\.parquet"):
        read_pairs(path)
