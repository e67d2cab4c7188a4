from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.dataset.chunks import SPECIAL_TOKENS, Chunker, Draft, split_sentences
from courselens.errors import CourselensError

VOCABULARY = ["Die", "alpha", "beta", "gamma.", "Delta!", "-", "epsilon,", "\n"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=400)


@given(WORDS)
def test_chunks_hold_every_word_once_and_fit(tokenizer: Path, words: list[str]) -> None:
    chunker = Chunker(tokenizer, 40)
    text = " ".join(words)
    chunks = chunker.cut([Draft("Name – Heading\n", text)])[0]
    bodies = [chunk.removeprefix("Name – Heading\n") for chunk in chunks]
    assert " ".join(bodies).split() == text.split()
    assert all(chunk.startswith("Name – Heading\n") for chunk in chunks)
    assert all(count + SPECIAL_TOKENS <= 40 for count in chunker.count(chunks))


def test_cuts_fall_between_sentences_and_shares_are_equal(tokenizer: Path) -> None:
    text = " ".join(f"This is sentence number {number} here." for number in range(10))
    chunks = Chunker(tokenizer, 42).cut([Draft("", text)])[0]
    assert len(chunks) == 2
    assert all(chunk.startswith("This") and chunk.endswith("here.") for chunk in chunks)
    assert len(chunks[0]) == len(chunks[1])


def test_a_short_text_is_one_chunk_with_its_lines(tokenizer: Path) -> None:
    assert Chunker(tokenizer, 50).cut([Draft("X\n", "- one\n- two"), Draft("Y\n", "")]) == [["X\n- one\n- two"], []]


def test_a_sentence_longer_than_a_chunk_is_cut_inside(tokenizer: Path) -> None:
    chunks = Chunker(tokenizer, 40).cut([Draft("", "word " * 100)])[0]
    assert len(chunks) == 3
    assert " ".join(chunks).split() == ["word"] * 100


def test_abbreviations_do_not_end_sentences() -> None:
    text = "Taught by Prof. Dr. Ada Lovelace, e.g. On 3. Mai. It is fun! Is it?\nNew line z.B. Hier."
    assert [sentence for sentence, _ in split_sentences(text)] == [
        "Taught by Prof. Dr. Ada Lovelace, e.g. On 3. Mai.",
        "It is fun!",
        "Is it?",
        "New line z.B. Hier.",
    ]


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match=r"no readable tokenizer.*tokenizer\.json"):
        Chunker(tmp_path / "tokenizer.json", 40)
