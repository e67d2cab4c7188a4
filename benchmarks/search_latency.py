"""Exact search or an approximate index: where does HNSW begin to pay, and what does it lose?

Clustered random unit vectors (384), one question at a time, p50 in milliseconds of: one full matrix product with BLAS,
the index's own product in blocks (every row's score, as ranking needs it), and usearch HNSW (ten nearest), with its
recall@10 against exact and the seconds that it takes to build. HNSW is left out where usearch is not installed.

    python benchmarks/search_latency.py [--sizes 1000 10000 100000 200000 400000] [--json FILE]
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, before numpy is imported

import numpy as np
from harness import keep, options, percentile, show

from courselens.encode import Vectors
from courselens.search.vectors import cosines

DIMENSIONS, QUESTIONS, NEAREST = 384, 100, 10


def draw(rows: int) -> tuple[Vectors, Vectors]:
    """Rows around a hundred times fewer centres, as passages lie around topics, and questions near rows."""
    random = np.random.default_rng(7)
    centres = random.standard_normal((max(10, rows // 100), DIMENSIONS), dtype=np.float32)
    vectors = centres[random.integers(0, len(centres), rows)]
    vectors += 0.7 * random.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    asked = vectors[random.integers(0, rows, QUESTIONS)]
    asked = asked + 0.02 * random.standard_normal(asked.shape, dtype=np.float32)
    return vectors, asked / np.linalg.norm(asked, axis=1, keepdims=True)


def measure(rows: int, hnsw_up_to: int) -> dict[str, Any]:
    """Milliseconds and recall at one size."""
    vectors, asked = draw(rows)
    ways: dict[str, Callable[[Vectors], Any]] = {
        "blas": lambda question: vectors @ question,
        "exact": lambda question: cosines(vectors, question[None])[0],
    }
    found: dict[str, Any] = {"rows": rows}
    if importlib.util.find_spec("usearch") and rows <= hnsw_up_to:
        from usearch.index import Index

        index = Index(ndim=DIMENSIONS, metric="cos", dtype="bf16", connectivity=16, expansion_add=128)
        index.expansion_search = 128
        begin = time.perf_counter()
        index.add(np.arange(rows), vectors, threads=os.cpu_count() or 1)
        found["hnsw_build_s"] = time.perf_counter() - begin
        ways["hnsw"] = lambda question: index.search(question, NEAREST).keys
        near = [set(np.argpartition(-(vectors @ one), NEAREST)[:NEAREST].tolist()) for one in asked]
        hits = [len(near[n] & {int(key) for key in ways["hnsw"](one)}) for n, one in enumerate(asked)]
        found["hnsw_recall"] = sum(hits) / NEAREST / len(asked)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for question in asked:
        for name, way in ways.items():
            begin = time.perf_counter()
            way(question)
            taken[name].append(1000 * (time.perf_counter() - begin))
    return found | {name: percentile(values, 0.5) for name, values in taken.items()}


def main() -> None:
    """Measure, print, write."""
    parser = options(__doc__, "search_latency")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000, 200_000])
    parser.add_argument("--hnsw-up-to", type=int, default=100_000, help="building HNSW takes minutes beyond")
    given = parser.parse_args()
    sizes = [measure(rows, given.hnsw_up_to) for rows in given.sizes]
    names = ("blas", "exact", "hnsw", "hnsw_recall", "hnsw_build_s")
    rows = [[f"{one['rows']:,}", *(f"{one[name]:.2f}" if name in one else "–" for name in names)] for one in sizes]
    show(["rows", "BLAS ms", "in blocks ms", "HNSW ms", "recall@10", "build s"], rows)
    keep(given.json, {"dimensions": DIMENSIONS, "sizes": sizes})


if __name__ == "__main__":
    main()
