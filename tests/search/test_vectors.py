"""Blocks and threads change the speed of the product, not its values."""

from __future__ import annotations

import numpy as np
import pytest

from courselens.search import vectors
from courselens.search.vectors import cosines


@pytest.mark.parametrize("rows", [0, 1, vectors.BLOCK, vectors.BLOCK + 1, vectors.MANY, vectors.MANY + 1])
@pytest.mark.parametrize("asked", [1, 3, vectors.TOGETHER, 24])
def test_the_cosine_of_every_row_and_vector(rows: int, asked: int) -> None:
    draw = np.random.default_rng(rows + asked)
    matrix = draw.standard_normal((rows, 16), dtype=np.float32)
    question = draw.standard_normal((asked, 16), dtype=np.float32)
    assert np.allclose(cosines(matrix, question), question @ matrix.T, atol=1e-5)
