"""Which field of a course is asked: the words of asking decide, the course's own sections where they leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from courselens.search.decide import Asked
from courselens.search.field import Fit, choose_field, openness
from courselens.search.lens import Lens

SECTIONS = (Fit("teaching", False, 0.2, 0.0), Fit("prerequisites", False, 0.25, 0.0), Fit("lecturer", True, 0.3, 9.0))


def asked(shares: Mapping[str, float]) -> Asked:
    best = max(shares, key=shares.__getitem__)
    return Asked("course", best, shares[best], shares.get("elsewhere", 0.0), shares)


def test_the_section_that_holds_the_words_is_asked() -> None:
    unsure = asked({"teaching": 0.5, "prerequisites": 0.3, "elsewhere": 0.05})
    assert choose_field(unsure, "can i miss a session of X", SECTIONS).field == "teaching"
    said = (SECTIONS[0], Fit("prerequisites", False, 0.25, 8.0), SECTIONS[2])
    assert choose_field(unsure, "can i miss a session of X", said).field == "prerequisites"


def test_words_of_facts_are_ours_and_tell_nothing() -> None:
    unsure = asked({"teaching": 0.5, "lecturer": 0.2})
    assert choose_field(unsure, "what do they do in X", SECTIONS).field == "teaching"


def test_whoever_asks_for_a_fact_gets_it() -> None:
    sure = asked({"lecturer": 0.95, "teaching": 0.03})
    loud = (Fit("teaching", False, 0.6, 12.0), SECTIONS[2])
    assert choose_field(sure, "X, welche dozentinnen machen das", loud).field == "lecturer"


def test_a_name_alone_asks_for_nothing() -> None:
    assert choose_field(asked({"lecturer": 0.9}), "X?", SECTIONS).field is None


def test_what_no_catalogue_holds_is_no_field_of_a_course_without_it() -> None:
    parking = asked({"elsewhere": 0.97, "teaching": 0.01})
    assert choose_field(parking, "where can i park for X", SECTIONS[:1]).field is None


def test_the_only_section_that_tells_something_practical_is_asked() -> None:
    unsure = asked({"teaching": 0.5, "prerequisites": 0.2, "elsewhere": 0.05})
    told = (Fit("teaching", False, 0.2, 0.0, told=(0.0,)), Fit("prerequisites", False, 0.2, 0.0, told=(1.0,)))
    assert choose_field(unsure, "can i miss a session of X", told).field == "prerequisites"
    both = (Fit("teaching", False, 0.2, 0.0, told=(1.0,)), told[1])
    assert choose_field(unsure, "can i miss a session of X", both).field == "teaching"


def test_a_section_that_tells_it_answers_for_one_that_the_course_lacks() -> None:
    sure = asked({"exam": 0.97, "content": 0.001, "elsewhere": 0.01})
    content = Fit("content", False, 0.2, 0.0)
    assert choose_field(sure, "how many pages has the paper in X", (content,)).field == "exam"
    assert choose_field(sure, "how many pages has the paper in X", (replace(content, told=(1.0,)),)).field == "content"


def test_something_practical_that_is_told_nowhere_is_no_field() -> None:
    unsure = asked({"teaching": 0.5, "lecturer": 0.01, "elsewhere": 0.1})
    assert choose_field(unsure, "is X recorded", SECTIONS).field == "teaching"
    assert choose_field(unsure, "is X recorded", SECTIONS, openness(unsure.shares, SECTIONS)).field is None
    fact = asked({"lecturer": 0.97, "elsewhere": 0.01})
    untold = openness(fact.shares, SECTIONS)
    assert choose_field(fact, "who teaches X, the one that is recorded", SECTIONS, untold).field == "lecturer"


@pytest.mark.parametrize(("wanted", "some"), [([], False), (["zzzz"], False), (["credits"], True)])
def test_scores_of_one_course_are_those_of_the_whole_search(lens: Lens, wanted: list[str], some: bool) -> None:
    index = lens.index
    first, end = map(int, index.first[1:3])
    found = index.lexical.scores(wanted, first, end)
    assert found.shape == (end - first,)
    assert bool(found.any()) is some
    whole = np.zeros(len(index.vectors), dtype=np.float32)
    hits = index.lexical.search([(word, 1.0) for word in wanted], len(whole))
    whole[hits.rows] = hits.scores
    assert found == pytest.approx(whole[first:end])
