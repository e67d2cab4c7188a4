"""What ranking measures beside the order: what a course is about, and how far the nearest one stands out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from courselens.search.confidence import evidence_of
from courselens.search.lens import Lens
from courselens.search.names import TitleMention
from courselens.search.rank import COHORT, WEIGHTS, Near, _apart, _distinct, measure, rank


def test_the_best_stands_apart_from_other_groups() -> None:
    dense = np.array([0.9, 0.89, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0], dtype=np.float32)
    group = np.array([1, 1, 2, 3, 4, 5, 6, 7], dtype=np.int32)
    assert COHORT == 5
    assert _apart(dense, group) == pytest.approx(0.9 - np.mean([0.5, 0.4, 0.3, 0.2, 0.1]))
    assert _apart(dense[:2], group[:2]) == 0.0
    assert _apart(dense[:1], group[:1]) == 0.0


def test_a_topic_is_ranked_by_what_a_course_is_about_too(lens: Lens) -> None:
    found = lens.consider("something about leadership")
    parts = found.ranking.parts
    assert parts.about.shape == parts.dense.shape == (lens.index.courses,)
    assert np.all(parts.about <= parts.dense + 1e-6)
    told = replace(parts, about=np.where(np.arange(lens.index.courses) == 1, 50.0, 0.0).astype(np.float32))
    topic = replace(found.asked, kind="topic", field=None)
    order = rank(lens.index, found.understood, topic, told, None).order
    assert WEIGHTS["topic"]["about"] > 0
    assert order[0] == 1


def test_one_course_of_each_group_is_shown() -> None:
    groups = np.repeat(np.arange(5, dtype=np.int32), 40)
    score = np.linspace(1, 0, 200, dtype=np.float32)
    score[-40:] = -np.inf
    assert _distinct(score, groups, 3).tolist() == [0, 40, 80]
    assert _distinct(score, groups, 10).tolist() == [0, 40, 80, 120]


def test_a_hidden_course_is_not_the_one_that_stands_apart(lens: Lens) -> None:
    understood = lens.answerer.understand("something about leadership")
    near = Near.of(lens.index, lens.encode(understood.texts)[1:])
    shown = measure(lens.index, understood, near, understood.wanted)
    best = np.arange(lens.index.courses) == shown.dense.argmax()
    hidden = measure(lens.index, understood, near, understood.wanted, best)
    rest = np.where(best, -1.0, shown.dense)
    assert hidden.apart == pytest.approx(_apart(rest, lens.index.group))


def test_a_condition_that_holds_counts_less_where_something_else_is_asked(lens: Lens) -> None:
    found = lens.consider("courses worth 7.5 credits")
    assert found.evidence.kept == pytest.approx(1 - found.asked.elsewhere)
    assert found.evidence.narrowed == 0.0
    asked = replace(found.asked, elsewhere=0.75)
    assert evidence_of(found.understood, asked, found.ranking, 0.5, frozenset(), kept=True).kept == pytest.approx(0.25)
    assert evidence_of(found.understood, asked, found.ranking, 0.5, frozenset()).kept == 0.0


def test_a_condition_beside_a_topic_does_not_tell_that_the_topic_is_there(lens: Lens) -> None:
    evidence = lens.consider("courses on falconry worth 7.5 credits").evidence
    assert evidence.kept == 0.0
    assert evidence.narrowed > 0.5


def test_a_part_of_a_title_has_a_model_of_its_own(lens: Lens) -> None:
    for course in lens.index.course(0), lens.index.course(1):
        assert lens.consider(f"who teaches {course.title}").evidence.kind == "named"
        assert lens.consider(f"who teaches {course.code}").evidence.kind == "named"
    found = lens.consider("something about leadership")
    mention = TitleMention(int(found.ranking.order[0]), cover=0.6, said=1.0, weight=1.0, places=(2,))
    understood = replace(found.understood, titles=(mention,))
    asked = replace(found.asked, kind="course")
    evidence = evidence_of(understood, asked, found.ranking, 0.5, frozenset())
    assert understood.named
    assert (evidence.kind, evidence.cover) == ("partly", 0.6)


def test_known_is_what_the_catalogue_holds(lens: Lens) -> None:
    found = lens.consider("something about leadership")
    asked = replace(found.asked, shares={"ects": 0.6, "campus": 0.4})
    none, some, all_ = (
        evidence_of(found.understood, asked, found.ranking, 0.5, held).known
        for held in (frozenset[str](), frozenset({"ects"}), frozenset({"ects", "campus"}))
    )
    assert none == 0.0
    assert none < some < all_
    assert all_ == pytest.approx(1.0)
