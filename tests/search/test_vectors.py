"""Blocks and threads change the speed of the product, not its values."""

from __future__ import annotations

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.search import vectors
from courselens.search.vectors import Rounded, cosines


@pytest.mark.parametrize("rows", [0, 1, vectors.BLOCK, vectors.BLOCK + 1, vectors.MANY, vectors.MANY + 1])
@pytest.mark.parametrize("asked", [1, 3, vectors.TOGETHER, 24])
def test_the_cosine_of_every_row_and_vector(rows: int, asked: int) -> None:
    draw = np.random.default_rng(rows + asked)
    matrix = draw.standard_normal((rows, 16), dtype=np.float32)
    question = draw.standard_normal((asked, 16), dtype=np.float32)
    assert np.allclose(cosines(matrix, question), question @ matrix.T, atol=1e-5)


def unit(rows: int, seed: int) -> Vectors:
    """Rows of 384, a tenth of them close to one another as passages of a course are."""
    draw = np.random.default_rng(seed)
    made = draw.standard_normal((rows, 384), dtype=np.float32)
    made[::10] = 0.2 * made[::10] + made[0]
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


@pytest.mark.parametrize("rows", [1000, vectors.MANY + 1])
@pytest.mark.parametrize("asked", [1, 3, 24])
def test_rounded_rows_change_nothing_near_the_best(rows: int, asked: int) -> None:
    matrix = unit(rows, rows)
    question = matrix[:asked] * np.float32(0.8) + np.float32(0.6) * unit(asked, 1)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    found, exact = cosines(matrix, question, Rounded.of(matrix)), question @ matrix.T
    assert np.abs(found - exact).max() < 0.01
    assert np.abs(found - exact).mean() < 0.001
    best = np.argsort(-exact, axis=1)[:, :50]
    near = np.argsort(-found, axis=1)[:, :50]  # two rows of one score may change places, which depends on the processor
    assert np.allclose(np.take_along_axis(exact, near, 1), np.take_along_axis(exact, best, 1), atol=1e-6)
    assert np.allclose(np.take_along_axis(found, best, 1), np.take_along_axis(exact, best, 1), atol=1e-6)


def test_without_the_library_the_rows_themselves_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "simsimd", None)
    matrix = unit(500, 2)
    assert np.allclose(cosines(matrix, matrix[:2], Rounded.of(matrix)), matrix[:2] @ matrix.T, atol=1e-6)
