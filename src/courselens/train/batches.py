"""Batches without false negatives, for losses that take the other rows of a batch as negatives.

In: for each row the course group, the question, its positive and its negatives. Out: a batch sampler for
sentence-transformers' trainer. A repeated fact, a re-issued course or a question asked twice would be punished as a
negative although it answers; here no two rows of a batch share a question or a positive, no row's negative is another
row's positive, and two rows share a group only where neither positive may answer the other's question.

`GroupBatchSampler` mixes courses at random. `NeighbourBatchSampler` brings the hard negatives into the batch itself:
look-alike courses together, each with several of its fields, so that no forward pass is spent on texts that are
negatives and nothing else.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from sentence_transformers.base.sampler import DefaultBatchSampler

from courselens.dataset.pairs import may_answer

ROWS_EACH = 4
"""Rows of one course that a batch takes at a time."""
LOOK_ALIKES = 3
"""Courses nearest to one that a batch takes with it."""


@dataclass(frozen=True, slots=True)
class BatchKeys:
    """What decides whether two rows may meet in a batch.

    `asked` is the field or section that the positive is of; empty where no other row of the group may stand beside it.
    """

    group: str
    question: str
    positive: str
    negatives: tuple[str, ...] = ()
    asked: str = ""


@dataclass(slots=True)
class _Batch:
    rows: list[int] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    questions: set[str] = field(default_factory=set)
    positives: set[str] = field(default_factory=set)
    negatives: set[str] = field(default_factory=set)

    def takes(self, keys: BatchKeys) -> bool:
        return not (
            self._answered(keys)
            or keys.question in self.questions
            or keys.positive in self.positives
            or keys.positive in self.negatives
            or any(negative in self.positives for negative in keys.negatives)
        )

    def _answered(self, keys: BatchKeys) -> bool:
        """Whether another row of the group is there that might answer, or be answered."""
        others = self.asked.get(keys.group)
        if not others:
            return False
        return not keys.asked or "" in others or any(may_answer(keys.asked, other) for other in others)

    def add(self, row: int, keys: BatchKeys) -> None:
        self.rows.append(row)
        self.asked[keys.group].add(keys.asked)
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


class NeighbourBatchSampler(GroupBatchSampler):
    """Deals the rows of look-alike courses into the same batch, `ROWS_EACH` of a course at a time.

    `neighbours` names for each group its nearest ones, best first. Every batch begins with a random course that has
    rows left, takes its `LOOK_ALIKES` too, and goes on with another course until it is full. What is left at the end
    goes to any batch that takes it. Like its parent in all else.
    """

    def __init__(
        self,
        keys: Sequence[BatchKeys],
        neighbours: Mapping[str, Sequence[str]],
        *,
        batch_size: int,
        seed: int,
        drop_last: bool = False,
    ) -> None:
        super().__init__(keys, batch_size=batch_size, seed=seed, drop_last=drop_last)
        self.neighbours = neighbours
        self.batches = -(-len(keys) // batch_size)

    def deal(self) -> list[list[int]]:
        """All batches of the current epoch."""
        chance = random.Random(self.seed * 1_000_003 + self.epoch)
        left: dict[str, list[int]] = defaultdict(list)
        for row in chance.sample(range(len(self.keys)), len(self.keys)):
            left[self.keys[row].group].append(row)
        batches = []
        for _ in range(self.batches):
            batch = _Batch()
            for start in chance.sample(sorted(left), len(left)):
                for group in (start, *self.neighbours.get(start, ())[:LOOK_ALIKES]):
                    self._visit(batch, left.get(group, []))
                if len(batch.rows) == self.batch_size:
                    break
            left = defaultdict(list, {group: rows for group, rows in left.items() if rows})
            batches.append(batch)
        over = [row for group in sorted(left) for row in left[group]]
        self.left_out = sum(not self._place(batches, row) for row in over)
        for batch in batches:
            chance.shuffle(batch.rows)
        chance.shuffle(batches)
        return [batch.rows or [0] for batch in batches]

    def _visit(self, batch: _Batch, rows: list[int]) -> None:
        """Move at most `ROWS_EACH` of `rows` into the batch, as many as it takes."""
        taken = 0
        for row in list(rows):
            if taken == ROWS_EACH or len(batch.rows) == self.batch_size:
                return
            if batch.takes(self.keys[row]):
                batch.add(row, self.keys[row])
                rows.remove(row)
                taken += 1

    def _place(self, batches: Sequence[_Batch], row: int) -> bool:
        keys = self.keys[row]
        batch = next((one for one in batches if len(one.rows) < self.batch_size and one.takes(keys)), None)
        if batch is not None:
            batch.add(row, keys)
        return batch is not None
