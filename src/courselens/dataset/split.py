"""Leakage-free splits: names of course groups come in, `train`, `dev` or `test` for each goes out.

Years, codes and cross-listings of one course share a group, and a group is never on two sides. A group's side follows
from its own name and the seed, so that a catalogue that grows does not move courses from training to test. Only a small
catalogue, where chance could leave next to nothing to measure on, gives dev and test groups that would be trained on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from courselens.dataset.types import Split
from courselens.errors import CourselensError

ENOUGH = 8
"""Course groups below which a side shows nothing: an interval over fewer is an interval over a handful of courses."""

SMALLEST_SHARE = 5
"""Dev and test are each filled up to a fifth of the groups at most: three fifths remain to be trained on."""


def split_groups(groups: Iterable[str], seed: int, dev: float = 0.1, test: float = 0.1) -> dict[str, Split]:
    """The side of each group. `dev` and `test` are expected shares, from 0 to below 1 together.

    Groups are ordered by `place`: test lowest, then dev, then train. A side (with a share above 0) has at least `least`
    groups; short ones are filled up from the side above. While `least` stays the same (always, from 40 groups on),
    groups that are added move no group of train to dev or test, nor one of dev to test. Raises CourselensError for
    shares out of range.
    """
    if min(dev, test) < 0 or dev + test >= 1:
        raise CourselensError(
            "shares of dev and test must be at least 0 and below 1 together",
            value=f"dev={dev}, test={test}",
            remedy="Use for example dev=0.1 and test=0.1",
        )
    places = {group: place(group, seed) for group in groups}
    ordered = sorted(places, key=lambda group: (places[group], group))
    floor = least(len(ordered))
    for_test, for_dev, for_train = (floor if test else 0), (floor if dev else 0), max(1, floor)
    ends = [sum(at < limit for at in places.values()) for limit in (test, test + dev)]
    tested = max(for_test, min(ends[0], len(ordered) - for_dev - for_train))
    developed = max(tested + for_dev, min(ends[1], len(ordered) - for_train))
    return {
        group: "test" if rank < tested else "dev" if rank < developed else "train" for rank, group in enumerate(ordered)
    }


def least(groups: int) -> int:
    """Groups that each side has at the least in a catalogue of `groups`: one from three on, `ENOUGH` from 40 on."""
    return min(ENOUGH, max(groups // SMALLEST_SHARE, int(groups >= 3)))


def place(group: str, seed: int) -> float:
    """A number from 0 to 1, uniform over groups, that depends on the group's name and the seed only."""
    digest = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
