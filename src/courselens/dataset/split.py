"""Leakage-free splits: names of course groups come in, `train`, `dev` or `test` for each goes out.

Years, codes and cross-listings of one course share a group, and a group is never on two sides. A group's side follows
from its own name and the seed alone, so that a catalogue that grows does not move courses from training to test.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from courselens.dataset.types import Split
from courselens.errors import CourselensError


def split_groups(groups: Iterable[str], seed: int, dev: float = 0.1, test: float = 0.1) -> dict[str, Split]:
    """The side of each group. `dev` and `test` are expected shares, from 0 to below 1 together.

    In a small catalogue chance can leave a side without a group; then the largest side gives it one (three groups at
    least). Raises CourselensError for shares out of range.
    """
    if min(dev, test) < 0 or dev + test >= 1:
        raise CourselensError(
            "shares of dev and test must be at least 0 and below 1 together",
            value=f"dev={dev}, test={test}",
            remedy="Use for example dev=0.1 and test=0.1",
        )
    places = {group: place(group, seed) for group in sorted(set(groups))}
    sides = {group: side(at, dev, test) for group, at in places.items()}
    shares: dict[Split, float] = {"train": 1 - dev - test, "test": test, "dev": dev}
    for name, share in shares.items():
        filled = Counter(sides.values())
        if share == 0 or filled[name] or max(filled.values(), default=0) < 2:
            continue
        giver = max(shares, key=lambda one: filled[one])
        nearest = min((at, group) for group, at in places.items() if sides[group] == giver)
        sides[nearest[1]] = name
    return sides


def place(group: str, seed: int) -> float:
    """A number from 0 to 1, uniform over groups, that depends on the group's name and the seed only."""
    digest = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def side(at: float, dev: float, test: float) -> Split:
    """The side of a group placed at `at`: test lowest, then dev, then train."""
    if at < test:
        return "test"
    return "dev" if at < test + dev else "train"
