"""Group-aware batches: no false negatives, nothing lost, the same order on every machine."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from courselens.dataset.pairs import may_answer
from courselens.train.batches import BatchKeys, GroupBatchSampler, NeighbourBatchSampler

names = st.integers(0, 6).map(str)
keys = st.builds(
    BatchKeys,
    group=names,
    question=st.integers(0, 30).map(str),
    positive=st.integers(0, 20).map(str),
    negatives=st.tuples(st.integers(0, 20).map(str)),
)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(keys, min_size=1, max_size=60), size=st.integers(1, 9), epoch=st.integers(0, 3))
def test_no_row_is_another_rows_false_negative(rows: list[BatchKeys], size: int, epoch: int) -> None:
    sampler = GroupBatchSampler(rows, batch_size=size, seed=42)
    sampler.set_epoch(epoch)
    batches = list(sampler)
    assert len(batches) == len(sampler)
    for batch in batches:
        assert len(batch) <= size
        for one, other in combinations((rows[at] for at in batch), 2):
            assert one.group != other.group
            assert one.question != other.question
            assert one.positive != other.positive
            assert one.positive not in other.negatives
            assert other.positive not in one.negatives
    dealt = Counter(row for batch in batches for row in batch)
    assert set(dealt) <= set(range(len(rows)))
    assert len(dealt) >= len(rows) - sampler.left_out


def catalogue(groups: int, each: int) -> list[BatchKeys]:
    return [BatchKeys(f"g{group}", f"q{group}.{at}", f"p{group}.{at}") for group in range(groups) for at in range(each)]


def test_every_row_once_in_nearly_equal_batches() -> None:
    rows = catalogue(groups=50, each=20)
    sampler = GroupBatchSampler(rows, batch_size=16, seed=1)
    batches = list(sampler)
    assert sorted(row for batch in batches for row in batch) == list(range(len(rows)))
    assert sampler.left_out == 0
    assert len(batches) == 63
    assert max(map(len, batches)) - min(map(len, batches)) <= 1


def test_a_large_group_makes_more_batches_not_false_negatives() -> None:
    rows = [*catalogue(groups=3, each=2), *(BatchKeys("large", f"q{at}", f"p{at}") for at in range(10))]
    assert len(GroupBatchSampler(rows, batch_size=8, seed=1)) == 10


def test_the_order_depends_on_seed_and_epoch_only() -> None:
    rows = catalogue(groups=8, each=5)
    first, again = (GroupBatchSampler(rows, batch_size=4, seed=7) for _ in range(2))
    assert list(first) == list(again)
    again.set_epoch(1)
    assert list(first) != list(again)
    assert list(first) != list(GroupBatchSampler(rows, batch_size=4, seed=8))


asked = st.sampled_from(["", "language", "ects", "workload", "exam", "exam_form", "content", "objectives", "lecturer"])
rows_of_neighbours = st.lists(
    st.builds(
        BatchKeys,
        group=names,
        question=st.integers(0, 60).map(str),
        positive=st.integers(0, 40).map(str),
        asked=asked,
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(rows=rows_of_neighbours, size=st.integers(1, 12), epoch=st.integers(0, 3))
def test_neighbours_meet_without_false_negatives(rows: list[BatchKeys], size: int, epoch: int) -> None:
    nearest = {str(group): [str((group + 1) % 7), str((group + 2) % 7)] for group in range(7)}
    sampler = NeighbourBatchSampler(rows, nearest, batch_size=size, seed=42)
    sampler.set_epoch(epoch)
    batches = list(sampler)
    assert len(batches) == len(sampler) == -(-len(rows) // size)
    for batch in batches:
        assert 0 < len(batch) <= size
        for one, other in combinations((rows[at] for at in batch), 2):
            assert one.question != other.question
            assert one.positive != other.positive
            if one.group == other.group:
                assert one.asked
                assert other.asked
                assert not may_answer(one.asked, other.asked)
    dealt = Counter(row for batch in batches for row in batch)
    assert len(dealt) >= len(rows) - sampler.left_out
    assert batches == list(sampler)


def test_a_course_brings_several_fields_and_its_neighbours() -> None:
    fields = ["language", "lecturer", "ects", "literature", "prerequisites"]
    rows = [BatchKeys(str(g), f"q{g}{field}", f"p{g}{field}", asked=field) for g in range(20) for field in fields]
    nearest = {str(group): [str(group ^ 1)] for group in range(20)}
    batch = NeighbourBatchSampler(rows, nearest, batch_size=8, seed=3).deal()[0]
    groups = Counter(rows[at].group for at in batch)
    assert sorted(groups.values()) == [4, 4]
    assert len({int(group) // 2 for group in groups}) == 1
