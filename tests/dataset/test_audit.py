from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from courselens.dataset.audit import audit, bare
from courselens.dataset.pairs import make_pairs
from courselens.dataset.types import Pair, PairSet, Passage, Question
from fakes import HashEncoder, catalogue


def pair(question: str, passage: str, label: float = 1.0, kind: str = "positive") -> Pair:
    return Pair(
        Question(question, "field", "ects", None, "A1", "A1", "title", "en"),
        Passage(passage, "fact", "ects", None, "A1", "A1", "a.pdf"),
        label,
        kind,
    )


def test_counts_and_lengths_are_those_of_the_pairs(tokenizer: Path) -> None:
    found = audit(PairSet((pair("a b c", "d"), pair("a", "d e", 0.0, "random")), (), ()), tokenizer=tokenizer)
    side = found.sides["train"]
    assert (side.pairs, side.label_mean, side.kinds) == (2, 0.5, {"positive": 1, "random": 1})
    assert (side.asked["field ects"].positives, side.asked["field ects"].negatives) == (1, 1)
    # One token a word and two special ones.
    lengths = side.card["sentence_0"]
    assert (lengths.minimum, lengths.mean, lengths.maximum) == (3, 4.0, 5)
    assert (side.all["sentence_1"].minimum, side.all["sentence_1"].maximum) == (3, 4)


def test_only_the_first_thousand_samples_count_for_the_card(tokenizer: Path) -> None:
    pairs = [pair(f"q{number}", "p") for number in range(1000)] + [pair("one two three", "p")]
    side = audit(PairSet(tuple(pairs), (), ()), tokenizer=tokenizer).sides["train"]
    assert side.card["sentence_0"].maximum == 3
    assert side.all["sentence_0"].maximum == 5


def test_repetition_conflict_truncation_and_leaks_are_found(tokenizer: Path) -> None:
    train = (
        pair("How many?", "X is worth 5 credits."),
        pair("How many?", "X is worth 5 credits."),
        pair("How many?", "X is worth 6 credits."),
        pair("how many", "X is worth 5 credits", 0.0, "random"),
        pair("long", "word " * 300),
    )
    found = audit(PairSet(train, (), (pair("q", "X is worth 7 credits."),)), tokenizer=tokenizer)
    side = found.sides["train"]
    assert side.repeated == 1
    assert side.near_repeated == 2
    assert side.conflicts == 1
    assert side.truncated[256] > 0
    assert side.truncated[512] == 0
    assert found.leaked == {"dev": 0, "test": 1}
    assert any("both labels" in warning for warning in found.warnings)
    assert any("dev has no pairs" in warning for warning in found.warnings)


def test_negatives_beyond_the_margin_are_counted(tokenizer: Path) -> None:
    class Flat:
        dimensions = 2

        def encode(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
            assert isinstance(texts, list)
            return np.array([[0, 1] if text == "far" else [1, 0] for text in texts], dtype=np.float32)

    train = (pair("q", "near", 0.0, "hard_course"), pair("q", "far", 0.0, "random"), pair("q", "good"))
    found = audit(PairSet(train, (), ()), tokenizer=tokenizer, encoder=Flat(), margin=0.5).gradient
    assert found is not None
    assert (found.negatives, found.share) == (2, 0.5)
    assert found.cosines == {"hard_course": 1.0, "positive": 1.0, "random": 0.0}


def test_no_encoder_no_cosines(tokenizer: Path) -> None:
    assert audit(PairSet((pair("q", "p"),), (), ()), tokenizer=tokenizer).gradient is None


def test_real_pairs_have_no_repetition_and_no_conflict(tokenizer: Path) -> None:
    pairs = make_pairs(catalogue(), tokenizer=tokenizer)
    found = audit(pairs, tokenizer=tokenizer, encoder=HashEncoder())
    assert [side.repeated for side in found.sides.values()] == [0, 0, 0]
    assert [side.conflicts for side in found.sides.values()] == [0, 0, 0]
    assert json.loads(json.dumps(found.to_dict()))["sides"]["train"]["pairs"] == len(pairs.train)


def test_the_table_shows_what_the_card_shows(tokenizer: Path) -> None:
    pairs = make_pairs(catalogue(), tokenizer=tokenizer)
    text = audit(pairs, tokenizer=tokenizer, encoder=HashEncoder()).text()
    assert "first 1000 samples" in text
    assert "section objectives" in text
    assert "negatives without gradient (cosine <= 0.5)" in text


@pytest.mark.parametrize(("digits", "same"), [(True, "x 5 credits"), (False, "x credits")])
def test_bare_text(digits: bool, same: str) -> None:
    assert bare("X: 5 credits!", digits=digits) == same
