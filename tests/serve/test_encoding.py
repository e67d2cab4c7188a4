"""Texts of several threads are encoded together, each thread gets its own, and a failure reaches those concerned."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.serve import encoding
from courselens.serve.encoding import INFERENCE, MOST_TOGETHER, SharedEncoder, cuts
from fakes import HashEncoder


class Slow(HashEncoder):
    """Counts its calls; the first waits until it is let go, and no two may overlap."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []
        self.go = threading.Event()
        self.inside = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.inside += 1
        assert self.inside == 1, "the encoder below is not safe for two threads"
        self.go.wait(10)
        self.calls.append(len(texts))
        self.inside -= 1
        if "broken" in texts:
            raise ValueError("broken")
        return super().encode(texts)


def test_threads_get_their_own_vectors_in_few_inferences() -> None:
    slow = Slow()
    shared = SharedEncoder(slow)
    asked = [[f"question {number}", "who teaches X", f"topic {number}"] for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        futures = [pool.submit(shared.encode, texts) for texts in asked]
        while len(shared._waiting) < 11:
            pass
        slow.go.set()
        for texts, future in zip(asked, futures, strict=True):
            np.testing.assert_array_equal(future.result(), HashEncoder().encode(texts))
    assert len(slow.calls) < 6
    assert max(slow.calls) <= MOST_TOGETHER + 3


def test_batches_are_cut_where_padding_costs_more_than_an_inference() -> None:
    assert cuts([]) == []
    assert cuts([20, 20, 19, 18]) == [4]
    assert cuts([INFERENCE * 3, 20, 20]) == [1, 3]
    for lengths in ([90, 80, 70, 40, 30, 10], [500, 100, 99, 20], [30] * 5):
        everywhere = [INFERENCE * len(ends) + cost_of(lengths, ends) for ends in all_cuts(len(lengths))]
        assert INFERENCE * len(cuts(lengths)) + cost_of(lengths, cuts(lengths)) == min(everywhere)


def cost_of(lengths: Sequence[int], ends: Sequence[int]) -> int:
    return sum(lengths[start] * (stop - start) for start, stop in pairwise([0, *ends]))


def all_cuts(count: int) -> list[list[int]]:
    inner = range(1, count)
    return [[*some, count] for size in range(count) for some in combinations(inner, size)]


def test_a_text_is_encoded_once_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "KEPT", 3)
    slow = Slow()
    slow.go.set()
    shared = SharedEncoder(slow)
    shared.encode(["a", "b", "a"])
    shared.encode(["b", "a"])
    assert slow.calls == [2]
    shared.encode(["c", "d", "e"])
    shared.encode(["a"])
    assert slow.calls == [2, 3, 1]
    assert len(shared._kept) == 3
    assert shared.encode([]).shape == (0, 64)


def test_a_failure_does_not_stop_the_next() -> None:
    slow = Slow()
    slow.go.set()
    shared = SharedEncoder(slow)
    with pytest.raises(RuntimeError, match="encoding failed"):
        shared.encode(["broken"])
    assert shared.encode(["whole"]).shape == (1, 64)
