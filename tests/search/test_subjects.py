"""Where a question stands among what universities teach: the data, the coverage, what hiding a course changes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from courselens.search.subjects import Coverage, coverage_of, standing, subject_texts


def test_subjects_are_many_distinct_and_have_terms() -> None:
    texts = subject_texts()
    names = [text.partition(": ")[0].casefold() for text in texts]
    assert len(texts) > 500
    assert len(set(names)) == len(names)
    assert all(text.partition(": ")[2] for text in texts)


def floats(values: list[float]) -> npt.NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def catalogue(
    rows: int = 40,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    rng = np.random.default_rng(5)
    subjects, passages = rng.normal(size=(30, 8)).astype(np.float32), rng.normal(size=(rows, 8)).astype(np.float32)
    first = np.array([0, 10, 10, 25, rows], dtype=np.int64)
    return subjects, passages, first, np.array([0, 1, 2, 0], dtype=np.int32)


def test_coverage_is_the_best_passage_and_the_best_of_another_group() -> None:
    subjects, passages, first, group = catalogue()
    made = coverage_of(subjects, passages, first, group)
    scores = passages @ subjects.T
    owner = np.searchsorted(first, np.arange(len(passages)), side="right") - 1
    np.testing.assert_allclose(made.best, scores.max(axis=0), rtol=1e-6)
    for subject in range(len(subjects)):
        assert owner[scores[:, subject].argmax()] == made.owner[subject]
        others = group[owner] != group[made.owner[subject]]
        assert made.second[subject] == pytest.approx(scores[others, subject].max())


def test_without_the_owner_the_second_counts() -> None:
    coverage = Coverage(floats([0.9, 0.8]), floats([0.4, 0.5]), np.array([0, 1]))
    assert coverage.without(None).tolist() == pytest.approx([0.9, 0.8])
    assert coverage.without(np.array([True, False])).tolist() == pytest.approx([0.4, 0.8])


def test_a_question_is_covered_as_the_subjects_near_it_are() -> None:
    coverage = floats([0.9, 0.2, 0.5])
    near_first = standing(floats([0.8, 0.1, 0.1]), floats([0.7, 0.2, 0.1]), coverage)
    near_second = standing(floats([0.1, 0.8, 0.1]), floats([0.2, 0.6, 0.1]), coverage)
    assert near_first.covered == pytest.approx(0.9, abs=0.01)
    assert near_second.covered == pytest.approx(0.2, abs=0.01)
    assert near_first.near == pytest.approx(0.7)
    assert near_second.near == pytest.approx(0.6)
