"""Study boards by a short form, and in the other language of the pages."""

from __future__ import annotations

import pytest

from courselens.search.boards import Boards
from courselens.search.conditions import ConditionParser
from courselens.search.facts import Facts
from courselens.search.tokens import words
from fakes import course

BOARDS = (
    "Study Board for IT and Digital Design",
    "Studienævnet for IT og Digitalt Design",
    "Study Board for Health",
    "Studienævnet for Sundhed",
    "Studienævnet for HA",
    "Study Board for the Social Sciences",
)
FACTS = Facts.of([course(f"B {one}", f"Course {one}", study_board=board) for one, board in enumerate(BOARDS)])


@pytest.mark.parametrize(
    ("question", "boards"),
    [
        ("how many electives does the IT and digital design board offer", {0, 1}),
        ("courses from the study board for IT and Digital Design", {0, 1}),
        ("mandatory courses from the study board for health", {2, 3}),
        ("what does the health study board offer", {2, 3}),
        ("fag fra studienævnet for sundhed", {2, 3}),
        ("courses of the HA board", {4}),
        ("courses from the board of social sciences", {5}),
        ("courses on board games", None),
        ("courses on digital design", None),
        ("who sits on the board of directors in health care", None),
    ],
)
def test_a_board_is_known_by_what_tells_it_from_others(question: str, boards: set[int] | None) -> None:
    found = [one for one in ConditionParser(FACTS).parse(question).conditions if one.field == "study_board"]
    assert [set(one.values) for one in found] == ([] if boards is None else [{BOARDS[one] for one in boards}])


def test_what_is_said_is_told_without_small_words_around_it() -> None:
    question = "what does the health board offer that is not of the study board for the HA"
    offered, denied = Boards(FACTS).named(question, words(question))
    assert (offered.said, offered.operator) == ("health board", "is")
    assert (denied.said, denied.values) == ("study board for the HA", (BOARDS[4],))
