from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.dataset.split import ENOUGH, least, place, split_groups
from courselens.errors import CourselensError

GROUPS = st.sets(st.text(min_size=1, max_size=12), max_size=60)
SEEDS = st.integers(0, 10_000)


@given(GROUPS, SEEDS)
def test_every_group_is_on_one_side(groups: set[str], seed: int) -> None:
    sides = split_groups([*groups, *groups], seed)
    assert set(sides) == groups
    assert set(sides.values()) <= {"train", "dev", "test"}


@given(GROUPS, SEEDS)
def test_dev_and_test_are_filled_up_and_train_keeps_the_most(groups: set[str], seed: int) -> None:
    counts = Counter(split_groups(groups, seed).values())
    enough = min(ENOUGH, len(groups) // 5) if len(groups) > 3 else int(len(groups) == 3)
    assert min(counts["dev"], counts["test"]) >= enough
    assert counts["train"] >= max(enough, min(1, len(groups)))


@given(GROUPS, SEEDS)
def test_no_group_is_trained_on_that_chance_put_into_dev_or_test(groups: set[str], seed: int) -> None:
    sides = split_groups(groups, seed)
    lots = {group: place(group, seed) for group in groups}
    for group, lot in lots.items():
        if sum(other < 0.2 for other in lots.values()) <= len(groups) - 2 * max(1, least(len(groups))):
            assert lot >= 0.1 or sides[group] == "test"
            assert lot >= 0.2 or sides[group] != "train"


@given(GROUPS, GROUPS, SEEDS)
def test_groups_added_later_move_none_towards_the_test(old: set[str], new: set[str], seed: int) -> None:
    if least(len(old)) != least(len(old | new)):
        return
    away = ("test", "dev", "train")
    before, after = split_groups(old, seed), split_groups(old | new, seed)
    natural = sum(place(group, seed) < 0.2 for group in old)
    if natural <= len(old) - 2 * max(1, least(len(old))):  # else train was filled up, and may give back
        assert all(away.index(before[group]) <= away.index(after[group]) for group in old)


@given(st.integers(0, 400), SEEDS, st.integers(1, 40))
def test_a_catalogue_that_grows_keeps_its_split(start: int, seed: int, more: int) -> None:
    names = [f"course {number}" for number in range(200 + start + more)]
    before, after = split_groups(names[:-more], seed), split_groups(names, seed)
    lots = [place(name, seed) for name in names[:-more]]
    if min(sum(lot < 0.1 for lot in lots), sum(0.1 <= lot < 0.2 for lot in lots)) >= ENOUGH:
        assert all(after[name] == side for name, side in before.items())


@given(st.sets(st.text(min_size=1), min_size=3), SEEDS)
def test_three_groups_fill_all_sides(groups: set[str], seed: int) -> None:
    assert set(split_groups(groups, seed).values()) == {"train", "dev", "test"}


def test_the_sample_of_33_groups_has_six_to_test_on() -> None:
    assert Counter(split_groups((f"course {number}" for number in range(33)), seed=42).values())["test"] == 6


def test_a_share_of_nothing_is_nothing() -> None:
    groups = [f"course {number}" for number in range(20)]
    assert set(split_groups(groups, 1, dev=0).values()) == {"train", "test"}
    assert set(split_groups(groups, 1, dev=0, test=0).values()) == {"train"}


def test_shares_are_kept_in_a_large_catalogue() -> None:
    sides = list(split_groups((f"course {number}" for number in range(5000)), seed=42).values())
    assert 0.08 < sides.count("dev") / 5000 < 0.12
    assert 0.08 < sides.count("test") / 5000 < 0.12


def test_another_seed_gives_another_split() -> None:
    groups = [f"course {number}" for number in range(100)]
    assert split_groups(groups, 1) != split_groups(groups, 2)


def test_shares_out_of_range_are_refused() -> None:
    with pytest.raises(CourselensError, match=r"dev=0\.6, test=0\.4"):
        split_groups(["a"], 1, dev=0.6, test=0.4)
