"""The best cosine of every row to any of a question's vectors, exactly.

In: unit rows, memory-mapped, and a few unit vectors. Out: one score a row. Reading the rows from memory is what it
costs, so they are read once for all vectors, in blocks that stay in the processor's cache, by two threads where there
are many. At 100,000 rows of 384 and two vectors it takes 20 ms instead of 34 (BLAS with one thread, half a core busy
with something else).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from courselens.encode import Vectors

BLOCK = 1024
"""Rows of a block: 1.5 MB at 384 dimensions, within a core's second-level cache."""
THREADS = 2
MANY = 50_000
"""Rows from which a second thread is worth waking: on a busy machine its turn is waited for."""


def best_cosines(rows: Vectors, vectors: Vectors) -> npt.NDArray[np.float32]:
    """float32 (n,): the highest dot product of each of `rows` (n, d) with `vectors` (k, d), k of one or more."""
    best = np.empty(len(rows), dtype=np.float32)
    if len(rows) < MANY:
        _fill(rows, vectors, best, 0, len(rows))
        return best
    share = -(-len(rows) // THREADS)
    starts = range(0, len(rows), share)
    parts = [_pool().submit(_fill, rows, vectors, best, at, min(len(rows), at + share)) for at in starts]
    for part in parts:
        part.result()
    return best


def _fill(rows: Vectors, vectors: Vectors, best: npt.NDArray[np.float32], start: int, stop: int) -> None:
    other = np.empty(BLOCK, dtype=np.float32)
    for at in range(start, stop, BLOCK):
        end = min(stop, at + BLOCK)
        block, out = rows[at:end], best[at:end]
        np.matmul(block, vectors[0], out=out)
        for vector in vectors[1:]:
            np.maximum(out, np.matmul(block, vector, out=other[: end - at]), out=out)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="cosines")
