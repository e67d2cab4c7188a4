"""MRR@10 by hand, and the gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from courselens.dataset.types import Pair, Passage, Question
from courselens.train.dev import DevMetrics, better_than_base, dev_set, evaluate_dev, reciprocal_ranks


def row(question: str, passage: str, label: float, kind: str = "field", group: str = "A") -> Pair:
    asked = Question(question, kind, "ects", None, group, group, "title", "en")
    home = group if label else f"not {group}"
    return Pair(asked, Passage(passage, "fact", "ects", None, home, home, "f"), label, "positive")


def test_reciprocal_ranks_by_hand() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1], [0.5, 0.5, 0.5]], dtype=np.float32)
    assert reciprocal_ranks(scores, [(0,), (2, 1), (0,)]).tolist() == [1.0, 0.5, pytest.approx(1 / 3)]
    assert reciprocal_ranks(scores, [(2,), (2,), (1,)], cutoff=2).tolist() == [0.0, 0.0, 0.0]


def test_a_question_is_one_per_text_and_group_with_all_its_answers() -> None:
    rows = [row("q", "a", 1.0), row("q", "b", 1.0), row("q", "c", 0.0), row("q", "c", 1.0, "described", "B")]
    dev = dev_set(rows)
    assert dev.questions == ("q", "q")
    assert dev.passages == ("a", "b", "c")
    assert dev.answers == ((0, 1), (2,))


def passage(text: str, asked: str, group: str = "A") -> Passage:
    return Passage(text, "chunk", None, asked, group, group, "f")


def ask(text: str, kind: str, right: Passage) -> Pair:
    section = right.asked if kind == "section" else None
    return Pair(Question(text, kind, None, section, "A", "A", "title", "en"), right, 1.0, "positive")


def test_right_is_any_passage_that_answers_not_only_the_labelled_one() -> None:
    content, more, goals, other = (
        passage("c1", "content"),
        passage("c2", "content"),
        passage("o", "objectives"),
        passage("x", "content", "B"),
    )
    exam = passage("e", "exam")
    rows = [
        ask("what is taught", "section", content),
        ask("about what", "description", more),
        ask("something with x", "described", goals),
        ask("the exam", "section", exam),
        Pair(ask("what is taught", "section", content).question, other, 0.0, "hard_course"),
    ]
    dev = dev_set(rows)
    found = [{dev.passages[at] for at in answers} for answers in dev.answers]
    assert found == [{"c1", "c2"}, {"c1", "c2", "o"}, {"c1", "c2", "o", "e"}, {"e"}]


def test_many_questions_are_cut_to_whole_groups() -> None:
    rows = [row(f"q{group}.{at}", f"p{group}.{at}", 1.0, group=str(group)) for group in range(20) for at in range(3)]
    dev = dev_set(rows, most=10)
    assert dev == dev_set(rows, most=10)
    assert (len(dev.questions), len(dev.passages)) == (12, 12)
    assert dev_set(rows, most=1000).questions == tuple(one.question.text for one in rows)


def test_evaluate_by_kind() -> None:
    where = {"q1": 0, "q2": 1, "a": 0, "b": 2, "c": 1}

    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.eye(3, dtype=np.float32)[[where[text] for text in texts]]

    rows = [row("q1", "a", 1.0), row("q2", "b", 1.0, "described", "B"), row("q2", "c", 0.0, "described", "B")]
    metrics = evaluate_dev(dev_set(rows), embed)
    assert metrics.by_kind == {"described": pytest.approx(1 / 3), "field": 1.0}
    assert metrics.mrr == pytest.approx(2 / 3)
    assert (metrics.questions, metrics.passages) == (2, 3)


def test_no_dev_pairs() -> None:
    def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        raise AssertionError(f"nothing to encode, asked for {len(texts)}")

    assert evaluate_dev(dev_set([]), embed).questions == 0


def test_the_gate() -> None:
    base = DevMetrics(0.8, 100, 50, {"field": 0.9, "described": 0.6})
    good = better_than_base(base, DevMetrics(0.85, 100, 50, {"field": 0.99, "described": 0.55}))
    assert good.better
    assert good.worse_kinds == ("described",)
    assert "0.8500 against 0.8000" in good.reason
    assert not better_than_base(base, base).better
    assert not better_than_base(DevMetrics(0.0, 0, 0), DevMetrics(0.0, 0, 0)).better
