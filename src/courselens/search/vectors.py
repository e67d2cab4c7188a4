"""Cosines of every row to a question's vectors, exactly where it matters.

In: unit rows, memory-mapped, and a few unit vectors. Out: one score a row and vector. Reading the rows from memory is
what it costs, so they are read once for all vectors, in blocks that stay in the processor's cache, by two threads where
there are many. At 100,000 rows of 384 and two vectors it takes 20 ms instead of 34 (BLAS with one thread, half a core
busy with something else); for the 24 vectors of eight questions at once, 46 ms instead of 260.

Many rows have a copy in 8 bits, a quarter to read: all are scored by it (off by .001, `tests/search/test_vectors.py`),
and the `NEAR` best of them once more by the rows themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

try:
    import simsimd
except ImportError:  # no wheel for this machine: the rows themselves are read
    simsimd = None  # type: ignore[assignment]

from courselens.encode import Vectors

BLOCK = 1024
"""Rows of a block: 1.5 MB at 384 dimensions, within a core's second-level cache."""
THREADS = 2
MANY = 50_000
"""Rows from which a second thread is worth waking: on a busy machine its turn is waited for."""
TOGETHER = 6
"""Vectors from which one product of matrices is faster than a product for each."""

NEAR = 320
"""About so many of the best rows of a vector are scored exactly: from the score on that a sample says they have."""
SAMPLE = 16

Cosines = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rounded:
    """Rows in 8 bits: int8 (n, d), of which 127 stands for `largest`."""

    rows: npt.NDArray[np.int8]
    largest: float

    @classmethod
    def of(cls, rows: Vectors) -> Rounded:
        """The rows, rounded; `largest` is the largest number in them."""
        largest = max(float(rows.max(initial=0.0)), -float(rows.min(initial=0.0)), 1e-6)
        made = np.empty(rows.shape, dtype=np.int8)
        for at in range(0, len(rows), BLOCK):
            made[at : at + BLOCK] = np.rint(rows[at : at + BLOCK] * (127 / largest))
        return cls(made, largest)

    def dot(self, vectors: Vectors) -> Cosines:
        """float32 (k, n): the products of `vectors` (k, d), rounded too, with the rows."""
        out = np.empty((len(vectors), len(self.rows)), dtype=np.float32)
        asked = Rounded.of(vectors)
        _fill_rounded(self.rows, asked.rows, np.float32(asked.largest * self.largest / 127**2), out, 0, len(self.rows))
        return out


def cosines(rows: Vectors, vectors: Vectors, rounded: Rounded | None = None) -> Cosines:
    """float32 (k, n): the dot product of each of `vectors` (k, d) with each of `rows` (n, d).

    With `rounded` rows, all but about the `NEAR` best scores of a vector are those of the rounded rows.
    """
    out = np.empty((len(vectors), len(rows)), dtype=np.float32)
    if rounded is None or simsimd is None:
        _shared(len(rows), lambda start, stop: _fill(rows, vectors, out, start, stop))
        return out
    asked = Rounded.of(vectors)
    unit = np.float32(asked.largest * rounded.largest / 127**2)
    _shared(len(rows), lambda start, stop: _fill_rounded(rounded.rows, asked.rows, unit, out, start, stop))
    for vector, one in zip(vectors, out, strict=True):
        sample = one[::SAMPLE]
        place = max(0, len(sample) - NEAR // SAMPLE)
        near = np.flatnonzero(one >= np.partition(sample, place)[place])
        one[near] = rows[near] @ vector
    return out


def _shared(rows: int, fill: Callable[[int, int], None]) -> None:
    """Let `fill(start, stop)` do all rows, by two threads where they are many."""
    if rows < MANY:
        return fill(0, rows)
    share = -(-rows // THREADS)
    for part in [_pool().submit(fill, at, min(rows, at + share)) for at in range(0, rows, share)]:
        part.result()
    return None


def _fill_rounded(
    rows: npt.NDArray[np.int8], asked: npt.NDArray[np.int8], unit: np.float32, out: Cosines, start: int, stop: int
) -> None:
    if simsimd is None:
        found = asked.astype(np.float32) @ rows[start:stop].T.astype(np.float32)
    else:
        told = simsimd.cdist(asked, rows[start:stop], "dot", out_dtype="float32")
        found = np.asarray(told).reshape(len(asked), stop - start)
    np.multiply(found, unit, out=out[:, start:stop])


def _fill(rows: Vectors, vectors: Vectors, out: Cosines, start: int, stop: int) -> None:
    turned = np.ascontiguousarray(vectors.T)
    for at in range(start, stop, BLOCK):
        end = min(stop, at + BLOCK)
        block = rows[at:end]
        if len(vectors) >= TOGETHER:
            out[:, at:end] = np.matmul(block, turned).T
        else:
            for vector, one in zip(vectors, out, strict=True):
                np.matmul(block, vector, out=one[at:end])


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="cosines")
