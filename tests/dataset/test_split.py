from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.dataset.split import place, side, split_groups
from courselens.errors import CourselensError

GROUPS = st.sets(st.text(min_size=1, max_size=12), max_size=60)
SEEDS = st.integers(0, 10_000)


@given(GROUPS, SEEDS)
def test_every_group_is_on_one_side(groups: set[str], seed: int) -> None:
    sides = split_groups([*groups, *groups], seed)
    assert set(sides) == groups
    assert set(sides.values()) <= {"train", "dev", "test"}


@given(GROUPS, GROUPS, SEEDS)
def test_groups_added_later_move_no_group_out_of_its_natural_side(old: set[str], new: set[str], seed: int) -> None:
    before, after = split_groups(old, seed), split_groups(old | new, seed)
    for group in old:
        natural = side(place(group, seed), 0.1, 0.1)
        # A group is elsewhere only while that side would be empty without it.
        for sides, known in ((before, old), (after, old | new)):
            if sides[group] != natural:
                assert sides[group] not in {side(place(one, seed), 0.1, 0.1) for one in known}


@given(st.sets(st.text(min_size=1), min_size=3), SEEDS)
def test_three_groups_fill_all_sides(groups: set[str], seed: int) -> None:
    assert set(split_groups(groups, seed).values()) == {"train", "dev", "test"}


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
