"""Systems rank a fixed corpus: dense by cosine, BM25 by words, fusion by ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from courselens.encode import Vectors
from courselens.evaluate.systems import Bm25System, DenseSystem, FusedSystem, Remembering, System, fuse, top
from fakes import HashEncoder

TEXTS = ["taxes and treaties", "boards and ownership", "queues and integers", "taxes on carbon", "8,276 data science"]


@pytest.fixture
def dense() -> DenseSystem:
    return DenseSystem.over("dense", HashEncoder(512), TEXTS)


@pytest.fixture
def lexical() -> Bm25System:
    return Bm25System.over("BM25", TEXTS)


def test_dense_puts_the_same_words_first(dense: DenseSystem) -> None:
    assert dense.rank(TEXTS, 3)[:, 0].tolist() == [0, 1, 2, 3, 4]


def test_a_corpus_smaller_than_k_is_filled_up_with_minus_one(dense: DenseSystem) -> None:
    ranking = dense.rank(["taxes"], 8)
    assert sorted(ranking[0, :5].tolist()) == [0, 1, 2, 3, 4]
    assert ranking[0, 5:].tolist() == [-1, -1, -1]


def test_dense_ranks_blocks_of_questions_like_single_ones(dense: DenseSystem) -> None:
    questions = [TEXTS[number % 5] for number in range(1030)]
    assert dense.rank(questions, 1)[:, 0].tolist() == [number % 5 for number in range(1030)]


def test_bm25_returns_only_passages_that_share_a_word(lexical: Bm25System) -> None:
    assert lexical.rank(["Taxes!"], 4).tolist() == [[0, 3, -1, -1]] or lexical.rank(["Taxes!"], 4).tolist() == [
        [3, 0, -1, -1]
    ]


@pytest.mark.parametrize("question", ["", "?!", "😀", "AND", "NOT OR", 'text:"x', "a:b ~^*()[]{}", "' OR 1=1 --"])
def test_bm25_takes_any_question(lexical: Bm25System, question: str) -> None:
    assert lexical.rank([question], 3).shape == (1, 3)


def test_fusion_by_hand() -> None:
    # passage 0: 1/61 + 1/62; 1: 1/62 + 1/61; 2: 1/63 alone. A tie goes to the smaller index.
    assert fuse(np.array([[0, 1, 2]]), np.array([[1, 0, -1]]), 4).tolist() == [[0, 1, 2, -1]]
    # 3 is second in both, 2 / 62, and beats what is first in one, 1 / 61.
    assert fuse(np.array([[1, 3]]), np.array([[2, 3]]), 3).tolist() == [[3, 1, 2]]


def test_fused_system_asks_both(dense: DenseSystem, lexical: Bm25System) -> None:
    systems: list[System] = [dense, lexical]
    fused = FusedSystem("both", *systems)
    assert fused.rank(["8,276 data science"], 2)[0, 0] == 4


def test_top_is_a_full_sort() -> None:
    scores = np.random.default_rng(2).random((20, 50)).astype(np.float32)
    assert (top(scores, 7) == np.argsort(-scores, axis=1)[:, :7]).all()


def test_top_keeps_the_order_of_equal_scores() -> None:
    assert top(np.zeros((1, 4), dtype=np.float32), 4).tolist() == [[0, 1, 2, 3]]


def test_a_remembering_encoder_encodes_each_text_once() -> None:
    asked: list[str] = []

    class Counting(HashEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            asked.extend(texts)
            return super().encode(texts)

    encoder = Remembering(Counting())
    both = encoder.encode(["a b", "c", "a b"])
    assert (both == HashEncoder().encode(["a b", "c", "a b"])).all()
    assert encoder.encode(["d", "c"]).shape == (2, 64)
    assert encoder.encode([]).shape == (0, 64)
    assert asked == ["a b", "c", "d"]
