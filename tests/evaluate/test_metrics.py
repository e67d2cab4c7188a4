"""Metrics against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.evaluate import metrics

RIGHT = np.array([[1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]], dtype=bool)
RELEVANT = np.array([1, 4, 2])


def test_reciprocal_rank_is_one_over_the_first_right_rank() -> None:
    assert metrics.reciprocal_rank(RIGHT).tolist() == pytest.approx([1, 1 / 3, 0])


def test_reciprocal_rank_looks_no_further_than_k() -> None:
    assert metrics.reciprocal_rank(RIGHT, k=2).tolist() == [1, 0, 0]


def test_recall_is_the_share_of_all_right_passages() -> None:
    assert metrics.recall(RIGHT, RELEVANT, 3).tolist() == [1, 0.25, 0]
    assert metrics.recall(RIGHT, RELEVANT, 10).tolist() == [1, 0.5, 0]


def test_ndcg_by_hand() -> None:
    ideal = 1 + 1 / math.log2(3) + 1 / 2 + 1 / math.log2(5)
    expected = (1 / 2 + 1 / math.log2(5)) / ideal
    assert metrics.ndcg(RIGHT, RELEVANT).tolist() == pytest.approx([1, expected, 0])


def test_ndcg_of_a_full_ranking_is_one_though_more_is_relevant_than_fits() -> None:
    assert metrics.ndcg(np.ones((1, 3), dtype=bool), np.array([7]), k=3).tolist() == pytest.approx([1])


def test_bootstrap_resamples_groups_not_questions() -> None:
    values = np.array([1.0] * 10 + [0.0] * 10)
    wide = metrics.bootstrap(values, ["a"] * 10 + ["b"] * 10)
    narrow = metrics.bootstrap(values, [str(number) for number in range(20)])
    assert (wide.value, wide.low, wide.high, wide.n, wide.groups) == (0.5, 0.0, 1.0, 20, 2)
    assert 0.2 < narrow.low < 0.35
    assert 0.65 < narrow.high < 0.8


def test_bootstrap_agrees_with_the_normal_interval_where_groups_are_many() -> None:
    values = np.random.default_rng(1).normal(0.4, 0.1, size=400)
    found = metrics.bootstrap(values, [str(number) for number in range(400)])
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.low == pytest.approx(values.mean() - half, abs=0.002)
    assert found.high == pytest.approx(values.mean() + half, abs=0.002)


def test_bootstrap_is_the_same_each_time() -> None:
    values = np.random.default_rng(3).random(30)
    groups = [str(number % 7) for number in range(30)]
    assert metrics.bootstrap(values, groups) == metrics.bootstrap(values, groups)


def test_all_right_is_not_called_certain() -> None:
    found = metrics.bootstrap(np.ones(50), [str(number) for number in range(50)])
    assert found.value == found.high == 1
    assert found.low == pytest.approx(50 / (50 + 1.959964**2), abs=1e-6)  # Wilson at a share of 1: n / (n + z²)


def test_wilson_by_hand() -> None:
    low, high = metrics.wilson(0.5, 10)
    assert (low, high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_columns_are_bootstrapped_as_one_by_one() -> None:
    values = np.random.default_rng(5).random((12, 2))
    groups = list("aabbccddeeff")
    both = metrics.bootstrap_columns(values, groups)
    assert both == tuple(metrics.bootstrap(values[:, column], groups) for column in range(2))


def test_blocks_do_not_change_how_many_rounds_there_are() -> None:
    values = np.random.default_rng(6).random(5000)
    found = metrics.bootstrap(values, [str(number) for number in range(5000)], rounds=1000)
    assert found.low < found.value < found.high


def test_what_a_sum_leaves_behind_is_not_shown_as_a_difference() -> None:
    ours, theirs = np.array([0.2, 0.1, 0.6, 0.3]), np.array([0.6, 0.3, 0.2, 0.1])
    assert -1e-15 < (ours - theirs).mean() < 0, "the order of the sum leaves something"
    found = metrics.paired_difference(ours, theirs, ["a"] * 4)
    assert (found.value, found.low, found.high) == (0, 0, 0)
    assert [math.copysign(1, end) for end in (found.value, found.low, found.high)] == [1, 1, 1]


def test_paired_difference_of_equal_systems_is_not_significant() -> None:
    values = np.random.default_rng(7).random(40)
    found = metrics.paired_difference(values, values, [str(number) for number in range(40)])
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_permutation_p_by_hand() -> None:
    # Five groups that all gain 1: 2 of the 32 sign patterns are as extreme, so p is near 1/16.
    found = metrics.paired_difference(np.ones(5), np.zeros(5), list("abcde"), rounds=20_000)
    assert found.p == pytest.approx(1 / 16, abs=0.01)
    assert found.value == 1


def test_pairing_sees_a_small_gain_that_every_question_has() -> None:
    base = np.random.default_rng(8).random(60)
    found = metrics.paired_difference(base + 0.01, base, [str(number) for number in range(60)])
    assert found.low > 0
    assert found.p == pytest.approx(1 / 2001)


def test_holm_by_hand() -> None:
    assert metrics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert metrics.holm([]) == []


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.95, 0.85, 0.85, 0.05])
    right = np.array([1.0, 1.0, 0.0, 0.0])
    # bins: .9-1: |1 - .95| × 1; .8-.9: |.5 - .85| × 2; 0-.1: |0 - .05| × 1
    assert metrics.expected_calibration_error(confidence, right) == pytest.approx((0.05 + 0.7 + 0.05) / 4)
    assert [(one.low, one.n, one.accuracy) for one in metrics.reliability(confidence, right)] == [
        (0.0, 1, 0.0),
        (0.8, 2, 0.5),
        (0.9, 1, 1.0),
    ]


def test_confidence_of_one_is_in_the_last_bin() -> None:
    assert metrics.reliability(np.array([1.0]), np.array([1.0]))[0].high == 1.0


def test_confidence_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        metrics.reliability(np.array([1.2]), np.array([1.0]))


def test_auc_by_hand() -> None:
    # of 2 × 2 pairs: .9 above both, .5 above one and tied with the other
    assert metrics.auc(np.array([0.9, 0.5]), np.array([0.5, 0.1])) == pytest.approx(3.5 / 4)


@pytest.mark.parametrize(
    "call", [lambda: metrics.auc(np.ones(0), np.ones(1)), lambda: metrics.bootstrap(np.ones(0), [])]
)
def test_nothing_to_measure_is_an_error(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"no values|needs"):
        call()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_calibration_error_lies_between_0_and_1_and_bins_hold_every_answer(answers: list[tuple[float, bool]]) -> None:
    confidence = np.array([one for one, _ in answers])
    right = np.array([float(one) for _, one in answers])
    assert 0 <= metrics.expected_calibration_error(confidence, right) <= 1 + 1e-9
    assert sum(one.n for one in metrics.reliability(confidence, right)) == len(answers)


@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=20))
def test_every_ranking_metric_lies_between_0_and_1(rows: list[list[bool]]) -> None:
    relevance = np.array(rows)
    relevant = np.maximum(1, relevance.sum(axis=1))
    for values in (
        metrics.reciprocal_rank(relevance),
        metrics.ndcg(relevance, relevant),
        metrics.recall(relevance, relevant, 10),
    ):
        assert values.min() >= 0
        assert values.max() <= 1 + 1e-12
