"""What no catalogue holds is told by the phrasings nearest to a question too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from courselens.search.asked import SHARE, AskedModel
from courselens.search.lens import Lens
from courselens.search.vectors import Rounded


def model(rows: list[list[float]], elsewhere: list[bool]) -> AskedModel:
    """Knows two classes that its regression holds equally likely."""
    weights, bias = np.zeros((2, 2), dtype=np.float32), np.zeros(2, dtype=np.float32)
    phrasings = Rounded.of(np.array(rows, dtype=np.float32))
    deep = np.zeros(2, dtype=np.float32)
    return AskedModel(("ects", "elsewhere"), {}, weights, bias, deep, 0.0, phrasings, np.array(elsewhere))


def test_the_phrasings_nearest_to_a_question_count() -> None:
    made = model([[1.0, 0.0]] * 30 + [[0.0, 1.0]] * 30, [True] * 30 + [False] * 30)
    parking = made.probabilities("where can i park", np.array([1.0, 0.0], dtype=np.float32))
    credits = made.probabilities("how many credits", np.array([0.0, 1.0], dtype=np.float32))
    assert parking["elsewhere"] == pytest.approx(SHARE + (1 - SHARE) * 0.5)
    assert credits["elsewhere"] == pytest.approx((1 - SHARE) * 0.5)
    assert sum(parking.values()) == pytest.approx(1.0)
    assert sum(credits.values()) == pytest.approx(1.0)


def test_what_is_written_is_opened(lens: Lens, tmp_path: Path) -> None:
    fitted = lens.index.asked_model
    fitted.write(tmp_path)
    opened = AskedModel.open(tmp_path)
    assert np.array_equal(opened.phrasings.rows, fitted.phrasings.rows)
    assert np.array_equal(opened.elsewhere, fitted.elsewhere)
    assert 100 < fitted.elsewhere.sum() < len(fitted.elsewhere) / 2
    vector = lens.encode(["X parking"])[0]
    assert opened.probabilities("X parking", vector) == fitted.probabilities("X parking", vector)
