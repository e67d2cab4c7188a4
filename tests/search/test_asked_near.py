"""What is asked is told by the questions of students nearest to it too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from courselens.search.asked import FIELD_SHARE, SHARE, AskedModel
from courselens.search.lens import Lens
from courselens.search.vectors import Rounded
from courselens.search.vocabulary import NOT_FIELDS


def model(rows: list[list[float]], classes: list[int], names: tuple[str, ...] = ("ects", "elsewhere")) -> AskedModel:
    """Knows classes that its regression holds equally likely."""
    weights, bias = np.zeros((2, len(names)), dtype=np.float32), np.zeros(len(names), dtype=np.float32)
    asked = Rounded.of(np.array(rows, dtype=np.float32))
    deep = np.zeros(2, dtype=np.float32)
    return AskedModel(names, {}, weights, bias, deep, 0.0, asked, np.array(classes))


def test_the_questions_nearest_to_one_count() -> None:
    made = model([[0.0, 1.0]] * 30 + [[1.0, 0.0]] * 30, [0] * 30 + [1] * 30)
    parking = made.probabilities("where can i park", np.array([1.0, 0.0], dtype=np.float32))
    credits = made.probabilities("how many credits", np.array([0.0, 1.0], dtype=np.float32))
    assert parking["elsewhere"] == pytest.approx(SHARE + (1 - SHARE) * 0.5)
    assert credits["elsewhere"] == pytest.approx((1 - SHARE) * 0.5)
    assert sum(parking.values()) == pytest.approx(1.0)
    assert sum(credits.values()) == pytest.approx(1.0)


def test_they_divide_what_fields_have_among_them_and_take_nothing_from_the_rest() -> None:
    names = ("ects", "exam", "none", "elsewhere")
    made = model([[1.0, 0.0]] * 50 + [[0.0, 1.0]] * 50 + [[1.0, 0.0]] * 50, [0] * 50 + [1] * 50 + [2] * 50, names)
    told = made.probabilities("points", np.array([1.0, 0.0], dtype=np.float32))
    rest = 1 - told["elsewhere"]
    assert told["elsewhere"] == pytest.approx((1 - SHARE) / 4)
    assert told["none"] == pytest.approx(rest / 3)
    assert told["ects"] == pytest.approx(rest * ((1 - FIELD_SHARE) / 3 + FIELD_SHARE * 2 / 3))
    assert told["exam"] == pytest.approx(rest * (1 - FIELD_SHARE) / 3)


def test_what_is_written_is_opened(lens: Lens, tmp_path: Path) -> None:
    fitted = lens.index.asked_model
    fitted.write(tmp_path)
    opened = AskedModel.open(tmp_path)
    assert np.array_equal(opened.asked.rows, fitted.asked.rows)
    assert np.array_equal(opened.classes, fitted.classes)
    special = [fitted.names[one] in NOT_FIELDS for one in fitted.classes]
    assert special == sorted(special)  # what asks for a field comes first
    assert 1000 < sum(special) < len(special) - 5000
    vector = lens.encode(["X parking"])[0]
    assert opened.probabilities("X parking", vector) == fitted.probabilities("X parking", vector)
