"""Pairs on disk: one Parquet file a side, whose columns hold every attribute of a pair, so that it reads back equal.

`sentence_0`, `sentence_1` and `label` come first and have the names and types of the reference card's training data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from courselens.dataset.types import Pair, PairSet, Passage, Question
from courselens.errors import CourselensError

_TEXT = pa.string()
SCHEMA = pa.schema(
    [
        ("sentence_0", _TEXT),
        ("sentence_1", _TEXT),
        ("label", pa.float32()),
        ("kind", _TEXT),
        ("question_kind", _TEXT),
        ("field", _TEXT),
        ("section", _TEXT),
        ("style", _TEXT),
        ("language", _TEXT),
        ("course_0", _TEXT),
        ("group_0", _TEXT),
        ("passage_kind", _TEXT),
        ("passage_field", _TEXT),
        ("passage_section", _TEXT),
        ("course_1", _TEXT),
        ("group_1", _TEXT),
        ("file", _TEXT),
        ("page", pa.int32()),
    ]
)
"""The columns: `_0` is the question's side, `_1` the passage's; `kind` says how the pair was made."""


def write_pairs(pairset: PairSet, folder: Path) -> None:
    """Write `train.parquet`, `dev.parquet` and `test.parquet` into `folder`: the same pairs give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, pairs in pairset.sides.items():
        part = folder / f"{name}.parquet.part"
        pq.write_table(_to_table(pairs), part, compression="zstd")
        part.replace(folder / f"{name}.parquet")


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of one file. Raises CourselensError when it is missing, damaged or has other columns."""
    try:
        table = pq.read_table(path, schema=SCHEMA)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise CourselensError(
            "no readable pairs",
            value=f"{type(error).__name__}: {error}",
            where=path,
            remedy="Run `courselens pairs` on the workspace again",
        ) from error
    return [_to_pair(*row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def _to_table(pairs: Sequence[Pair]) -> pa.Table:
    rows = [_to_row(pair) for pair in pairs]
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    arrays = [pa.array(column, type=found.type) for column, found in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _to_row(pair: Pair) -> tuple[object, ...]:
    question, passage = pair.question, pair.passage
    return (
        question.text,
        passage.text,
        pair.label,
        pair.kind,
        question.kind,
        question.field,
        question.section,
        question.style,
        question.language,
        question.course,
        question.group,
        passage.kind,
        passage.field,
        passage.section,
        passage.course,
        passage.group,
        passage.file,
        passage.page,
    )


def _to_pair(
    sentence_0: str,
    sentence_1: str,
    label: float,
    kind: str,
    question_kind: str,
    field: str | None,
    section: str | None,
    style: str,
    language: str,
    course_0: str,
    group_0: str,
    passage_kind: str,
    passage_field: str | None,
    passage_section: str | None,
    course_1: str,
    group_1: str,
    file: str,
    page: int | None,
) -> Pair:
    question = Question(sentence_0, question_kind, field, section, course_0, group_0, style, language)
    passage = Passage(
        sentence_1,
        "fact" if passage_kind == "fact" else "chunk",
        passage_field,
        passage_section,
        course_1,
        group_1,
        file,
        page,
    )
    return Pair(question, passage, label, kind)
