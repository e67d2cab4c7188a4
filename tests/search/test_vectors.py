"""Blocks and threads change the speed of the product, not its values."""

from __future__ import annotations

import numpy as np
import pytest

from courselens.search import vectors
from courselens.search.vectors import best_cosines


@pytest.mark.parametrize("rows", [0, 1, vectors.BLOCK, vectors.BLOCK + 1, vectors.MANY, vectors.MANY + 1])
@pytest.mark.parametrize("asked", [1, 2, 3])
def test_the_best_of_all_vectors_for_every_row(rows: int, asked: int) -> None:
    draw = np.random.default_rng(rows + asked)
    matrix = draw.standard_normal((rows, 16), dtype=np.float32)
    question = draw.standard_normal((asked, 16), dtype=np.float32)
    assert np.allclose(best_cosines(matrix, question), (matrix @ question.T).max(axis=1), atol=1e-5)
