from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Catalogue
from courselens.dataset.pairs import answers, fill, make_pairs, sample_groups
from courselens.dataset.types import Pair, PairSet
from courselens.errors import CourselensError
from fakes import HashEncoder, catalogue, course


def larger() -> Catalogue:
    """The dozen courses three times over: as they are, re-issued a year later, and as other courses of like title."""
    courses = list(catalogue().courses)
    older = [replace(one, key=f"{one.code} 2023/2024", year="2023/2024") for one in courses]
    alike = [
        replace(one, key=f"{one.key} b", code=f"{one.code}b", codes=(f"{one.code}b",), group=f"{one.group}b")
        for one in (replace(one, title=f"{one.title} II") for one in courses)
    ]
    return Catalogue((*courses, *older, *alike))


@pytest.fixture(scope="module", params=["best", "card"])
def pairset(request: pytest.FixtureRequest, tokenizer: Path) -> PairSet:
    return make_pairs(larger(), style=request.param, tokenizer=tokenizer)


def every(pairset: PairSet) -> list[Pair]:
    return [pair for pairs in pairset.sides.values() for pair in pairs]


def test_no_group_is_on_two_sides(pairset: PairSet) -> None:
    groups = [
        {group for pair in pairs for group in (pair.question.group, pair.passage.group)}
        for pairs in pairset.sides.values()
    ]
    assert all(groups)
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]


def test_near_64_percent_are_positives(pairset: PairSet) -> None:
    assert sum(pair.label for pair in pairset.train) / len(pairset.train) == pytest.approx(0.64, abs=0.01)


def test_no_pair_twice_and_none_with_both_labels(pairset: PairSet) -> None:
    texts = [(pair.question.text, pair.passage.text) for pair in every(pairset)]
    assert len(texts) == len(set(texts))


def test_negatives_are_what_their_kind_says(pairset: PairSet) -> None:
    kinds = set()
    for pair in every(pairset):
        question, passage = pair.question, pair.passage
        assert (pair.label == 1.0) == (pair.kind == "positive")
        kinds.add(pair.kind)
        if pair.kind in ("hard_course", "random"):
            assert passage.group != question.group
        if pair.kind == "hard_field":
            assert passage.course == question.course
            assert passage.field != question.field or passage.field is None
            assert question.kind != "described"
        if pair.kind == "hard_course" and question.kind == "field":
            assert passage.field == question.field
    assert kinds == {"positive", "hard_course", "hard_field", "random"}


@pytest.mark.parametrize("style", ["best", "card"])
def test_no_negative_says_the_fact_that_answers(tokenizer: Path, style: str) -> None:
    found = larger()
    courses = {one.key: one for one in found.courses}
    seen = 0
    for pairs in make_pairs(found, style=style, tokenizer=tokenizer).sides.values():
        for pair in pairs:
            field = pair.question.field
            if not pair.label and pair.question.kind == "field" and pair.passage.field == field:
                seen += 1
                own, other = courses[pair.question.course], courses[pair.passage.course]
                assert {*own.values(str(field))} != {*other.values(str(field))} or field not in own.fields
    assert seen > 10


def test_a_question_that_two_groups_share_gets_no_negative_of_either(tokenizer: Path) -> None:
    twins = [
        course(f"A{number}", f"Subject {number}", sections={"content": "Alpha omega is treated at length."})
        for number in range(20)
    ]
    for pairs in make_pairs(Catalogue(tuple(twins)), tokenizer=tokenizer).sides.values():
        groups: dict[str, set[str]] = {}
        for pair in pairs:
            if pair.label:
                groups.setdefault(pair.question.text, set()).add(pair.question.group)
        for pair in pairs:
            if not pair.label and pair.kind != "hard_field":
                assert pair.passage.group not in groups[pair.question.text]


def test_boilerplate_is_neither_asked_about_nor_a_negative(tokenizer: Path) -> None:
    notice = "Only this fact sheet and the examination schedule are binding and take precedence over everything. " * 2
    courses = [
        course(f"A{number}", f"Subject {number}", sections={"notice": notice, "prerequisites": "None."})
        for number in range(20)
    ]
    made = make_pairs(Catalogue(tuple(courses)), tokenizer=tokenizer)
    sections = {pair.passage.section for pair in every(made)}
    assert sections == {None, "prerequisites"}
    assert made.dropped["passages that many courses share"] == 20


def test_the_same_seed_gives_the_same_pairs(tokenizer: Path) -> None:
    first = make_pairs(larger(), tokenizer=tokenizer, encoder=HashEncoder())
    assert first == make_pairs(larger(), tokenizer=tokenizer, encoder=HashEncoder())
    assert first.train != make_pairs(larger(), tokenizer=tokenizer, encoder=HashEncoder(), seed=7).train


def test_a_limit_keeps_every_field_and_kind(tokenizer: Path) -> None:
    whole = make_pairs(larger(), tokenizer=tokenizer)
    few = make_pairs(larger(), tokenizer=tokenizer, max_pairs=300)
    assert len(few.train) <= 300 < len(whole.train)
    assert few.dropped["positives above the limit"] > 0
    for side in ("train", "dev", "test"):
        asked = [
            {(pair.question.kind, pair.question.field, pair.question.section) for pair in found.sides[side]}
            for found in (whole, few)
        ]
        assert asked[0] == asked[1]


@pytest.mark.parametrize("limit", [151, 152, 153])
def test_a_limit_is_reached_to_the_pair(tokenizer: Path, limit: int) -> None:
    made = make_pairs(larger(), tokenizer=tokenizer, style="card", max_pairs=limit).train
    assert len(made) == limit
    assert sum(pair.label for pair in made) / limit == pytest.approx(0.64, abs=1 / limit)


def test_a_very_large_catalogue_is_sampled_by_group() -> None:
    courses = [course(f"A{number}", group=f"g{number // 2}") for number in range(100)]
    kept = sample_groups(courses, seed=1, limit=10)
    assert len(kept) == 20
    assert len({one.group for one in kept}) == 10
    assert sample_groups(courses, seed=1, limit=100) == courses


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=6), st.integers(0, 200))
def test_quotas_take_what_is_wanted_and_no_more_than_there_is(available: dict[str, int], wanted: int) -> None:
    taken = fill(available, wanted)
    assert sum(taken.values()) == min(wanted, sum(available.values()))
    assert all(0 <= taken[name] <= available[name] for name in available)
    whole = [name for name in available if taken[name] == available[name]]
    rest = [taken[name] for name in available if name not in whole]
    # Nothing is cut while something larger is taken in greater number, but for the remainder of the division.
    assert not rest or max(rest) - min(rest) <= len(available)


def test_fields_that_may_answer_one_another_are_no_negatives(tokenizer: Path) -> None:
    pairs = make_pairs(catalogue(), tokenizer=tokenizer).train
    by_asked = {pair.passage.asked: pair.passage for pair in pairs if pair.label}
    question = next(pair for pair in pairs if pair.label and pair.question.field == "title")
    assert answers(by_asked["code"], question)
    assert not answers(by_asked["ects"], question)


def test_wrong_arguments_are_refused(tokenizer: Path) -> None:
    with pytest.raises(CourselensError, match="unknown style: 'fancy'"):
        make_pairs(catalogue(), style="fancy", tokenizer=tokenizer)
    with pytest.raises(CourselensError, match="no course to make pairs of"):
        make_pairs(Catalogue(()), tokenizer=tokenizer)
