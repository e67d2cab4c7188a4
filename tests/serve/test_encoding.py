"""Texts of several threads are encoded together, each thread gets its own, and a failure reaches those concerned."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.serve import encoding
from courselens.serve.encoding import MOST_TOGETHER, SharedEncoder
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


class Parallel(HashEncoder):
    """Counts how many threads are inside at once; each waits until two are."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2, timeout=10)
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.both.wait()
        self.texts += texts
        return super().encode(texts)


def test_as_many_encode_at_once_as_the_encoder_has_lanes() -> None:
    parallel = Parallel()
    shared = SharedEncoder(parallel, lanes=2)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(shared.encode, ["a"]), pool.submit(shared.encode, ["b"])
        np.testing.assert_array_equal(first.result(), HashEncoder().encode(["a"]))
        np.testing.assert_array_equal(second.result(), HashEncoder().encode(["b"]))
    assert sorted(parallel.texts) == ["a", "b"], "what one has taken along the other does not encode again"


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
