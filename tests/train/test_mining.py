"""Hard negatives: near, from where they should be, and never an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from courselens.dataset.types import Pair, Passage, Question
from courselens.train.mining import mine, plain
from courselens.train.recipe import load_recipe
from fakes import HashEncoder
from training_pairs import make_pairs

RECIPE = replace(load_recipe("best"), field_negatives=1, mined_negatives=1, mining_depth=3)


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    return HashEncoder(256).encode(texts)


def test_negatives_of_each_kind() -> None:
    pairs = make_pairs(range(8))
    mined = mine(pairs, RECIPE, embed)
    assert len(mined.examples) == sum(pair.label == 1.0 for pair in pairs)
    passage = {pair.passage.text: pair.passage for pair in pairs}
    by_question = {example.question: example for example in mined.examples}
    fields = [pair for pair in pairs if pair.label == 1.0 and pair.question.field]
    for pair in fields:
        other_field, other_course = (passage[text] for text in by_question[pair.question.text].negatives)
        assert (other_field.course, other_course.group != pair.question.group) == (pair.question.course, True)
        assert other_field.field != pair.question.field
    assert mined.from_fields >= len(fields)


def test_no_negative_answers_or_scores_above_the_ceiling() -> None:
    pairs = make_pairs(range(8))
    right = {(pair.question.text, plain(pair.passage.text)) for pair in pairs if pair.label == 1.0}
    recipe = replace(RECIPE, field_negatives=0, mined_negatives=2, negative_ceiling=0.5)
    mined = mine(pairs, recipe, embed)
    under = 0
    for example in mined.examples:
        question, positive, *negatives = embed([example.question, example.positive, *example.negatives])
        under += sum(bool(question @ vector < 0.5 * (question @ positive)) for vector in negatives)
        assert not any((example.question, plain(text)) in right for text in example.negatives)
    assert mined.from_mining > 0
    assert under >= mined.from_mining


def test_mined_ones_stay_under_the_ceiling_and_are_the_nearest() -> None:
    rows = [
        pair("is leadership taught in german", "leadership is taught in english", "A"),
        pair("leadership language?", "leadership is taught in english", "B"),
        pair("chains", "supply chains of goods", "C"),
        pair("law language?", "law is taught in english", "D"),
    ]
    recipe = replace(RECIPE, field_negatives=0, mined_negatives=1, mining_depth=1, negative_ceiling=0.95)
    first = mine(rows, recipe, embed).examples[0]
    assert first.negatives == ("law is taught in english",)  # not B's, which is an equal text; not C's, which is far


def test_a_course_without_other_courses_still_gets_its_row() -> None:
    rows = [pair("one?", "the first", "A"), pair("two?", "the second", "A")]
    mined = mine(rows, RECIPE, embed)
    assert [example.negatives for example in mined.examples] == [
        ("the second", "the second"),
        ("the first", "the first"),
    ]
    assert mined.at_random == 4


def test_the_same_every_time_and_without_an_encoder_where_nothing_is_mined() -> None:
    pairs = make_pairs(range(8))
    assert mine(pairs, RECIPE, embed) == mine(pairs, RECIPE, embed)
    bare = replace(RECIPE, field_negatives=0, mined_negatives=0)
    assert all(example.negatives == () for example in mine(pairs, bare, None).examples)


def test_no_more_examples_than_steps() -> None:
    pairs = make_pairs(range(8))
    mined = mine(pairs, replace(RECIPE, max_steps=2, batch_size=5), embed)
    assert (len(mined.examples), mined.unused) == (10, 22)


def pair(question: str, passage: str, group: str) -> Pair:
    asked = Question(question, "described", None, "content", group, group, "none", "en")
    return Pair(asked, Passage(passage, "chunk", None, "content", group, group, "f"), 1.0, "positive")
