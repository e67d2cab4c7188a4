"""Batches without false negatives, for losses that take the other rows of a batch as negatives.

In: for each row the course group, the question, its positive and its negatives. Out: a batch sampler for
sentence-transformers' trainer. A repeated fact, a re-issued course or a question asked twice would be punished as a
negative although it answers; here no two rows of a batch share a group, a question or a positive, and no row's
negative is another row's positive.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from sentence_transformers.base.sampler import DefaultBatchSampler


@dataclass(frozen=True, slots=True)
class BatchKeys:
    """What decides whether two rows may meet in a batch."""

    group: str
    question: str
    positive: str
    negatives: tuple[str, ...] = ()


@dataclass(slots=True)
class _Batch:
    rows: list[int] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    questions: set[str] = field(default_factory=set)
    positives: set[str] = field(default_factory=set)
    negatives: set[str] = field(default_factory=set)

    def takes(self, keys: BatchKeys) -> bool:
        return not (
            keys.group in self.groups
            or keys.question in self.questions
            or keys.positive in self.positives
            or keys.positive in self.negatives
            or any(negative in self.positives for negative in keys.negatives)
        )

    def add(self, row: int, keys: BatchKeys) -> None:
        self.rows.append(row)
        self.groups.add(keys.group)
        self.questions.add(keys.question)
        self.positives.add(keys.positive)
        self.negatives.update(keys.negatives)


class GroupBatchSampler(DefaultBatchSampler):
    """Deals every row of an epoch into a fixed number of batches of nearly equal size.

    The number of batches is that of full batches, or more where one group, question or positive has more rows than
    that: each batch can take only one of them. Rows of the largest groups are dealt first, each to the next batch that
    takes it. A row that no batch takes is left out of this epoch and dealt in another order in the next; `left_out`
    counts them. The order depends on `seed` and the epoch only, so a resumed run sees the same batches.
    """

    def __init__(self, keys: Sequence[BatchKeys], *, batch_size: int, seed: int, drop_last: bool = False) -> None:
        super().__init__(
            torch.utils.data.SequentialSampler(range(len(keys))), batch_size=batch_size, drop_last=drop_last, seed=seed
        )
        self.keys = keys
        self.left_out = 0
        self.batches = max(
            -(-len(keys) // batch_size),
            *(max(Counter(names).values(), default=0) for names in self._names()),
        )

    def _names(self) -> tuple[list[str], ...]:
        return (
            [one.group for one in self.keys],
            [one.question for one in self.keys],
            [one.positive for one in self.keys],
        )

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[list[int]]:
        """The batches of the epoch last given to `set_epoch`, as lists of row numbers."""
        yield from self.deal()

    def deal(self) -> list[list[int]]:
        """All batches of the current epoch."""
        chance = random.Random(self.seed * 1_000_003 + self.epoch)
        sizes = Counter(one.group for one in self.keys)
        rank = {group: chance.random() for group in sorted(sizes)}
        order = list(range(len(self.keys)))
        chance.shuffle(order)
        order.sort(key=lambda row: (-sizes[self.keys[row].group], rank[self.keys[row].group]))
        batches = [_Batch() for _ in range(self.batches)]
        self.left_out = 0
        for at, row in enumerate(order):
            keys = self.keys[row]
            for step in range(self.batches):
                batch = batches[(at + step) % self.batches]
                if len(batch.rows) < self.batch_size and batch.takes(keys):
                    batch.add(row, keys)
                    break
            else:
                self.left_out += 1
        dealt = [batch.rows for batch in batches]
        for rows in dealt:
            chance.shuffle(rows)
        chance.shuffle(dealt)
        # An empty batch would break the trainer's count of steps; it needs a conflict in every row to come about.
        return [rows or [order[0]] for rows in dealt]
