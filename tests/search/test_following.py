"""Courses that ask for another one or for nothing, topics that are not wanted, courses compared, a code given anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from courselens.course import Catalogue, Course
from courselens.search.following import _suffices
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.tokens import words
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of

TOPOLOGY, GROUPS, STACKS, LISTS, SETS, TREES = (
    "MATH 348",
    "MATH 252",
    "CSCI 221",
    "CSCI 241",
    "CSCI 261",
    "CSCI 301",
)


def _course(code: str, title: str, before: str, about: str, year: str = "2024/2025") -> Course:
    sections = {"prerequisites": before, "content": about}
    return course(code, title, year, language="English", lecturer="Ann Berg", ects=6.0, sections=sections)


MADE = (
    _course(TOPOLOGY, "Topology of Surfaces", "Abstract Algebra or MATH 220.", "Spaces and surfaces."),
    _course(GROUPS, "Abstract Algebra", "None.", "Groups, rings and fields."),
    _course(STACKS, "Data Structures", "No prerequisites.", "Stacks, queues and trees of programs."),
    _course(LISTS, "Hardware Design", "Csci221 or permission of the instructor.", "Circuits and programs."),
    _course(SETS, "Programming Paradigms", "CSCI 221 and MATH 252 and a laptop of your own.", "Languages of programs."),
    replace(_course(TREES, "Game Trees", "None.", "Play."), year="2010/2011", key="old", group="old"),
    _course(TREES, "Compilers", "CSCI 241.", "Programs that translate programs."),
)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    found = Catalogue((*catalogue().courses, *MADE))
    folder = tmp_path_factory.mktemp("following") / "index"
    build_index(found, [passage for one in found.courses for passage in passages_of(one)], HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("what can I take after CSCI 221", {LISTS, SETS}),
        ("which courses require Data Structures", {LISTS, SETS}),
        ("I did MATH 252, what's next", {TOPOLOGY, SETS}),
        ("is CSCI 241 a prerequisite for anything", {TREES}),
        ("I finished MATH 252, what opens up?", {TOPOLOGY, SETS}),
        ("what can I take after MATH 220", {TOPOLOGY}),  # which the catalogue does not have
    ],
)
def test_courses_that_ask_for_one(lens: Lens, question: str, codes: set[str]) -> None:
    found = lens.ask(question)
    assert {one.course.code for one in found.courses} == codes
    assert all(code in str(found.answer) for code in codes)


def test_courses_that_ask_for_one_are_narrowed_by_filters(lens: Lens) -> None:
    found = lens.search("what can I take after CSCI 221", filters={"ects": 6})
    assert {one.course.code for one in found.courses} == {LISTS, SETS}
    assert not lens.search("what can I take after CSCI 221", filters={"language": "Danish"}).courses


def test_that_no_course_asks_for_one_is_said(lens: Lens) -> None:
    found = lens.ask("what can I take after MATH 348")
    assert (found.answer, found.note) == (None, "No course says that it asks for MATH 348 Topology of Surfaces.")


def test_what_is_needed_before_and_learnt_is_no_question_for_what_follows(lens: Lens) -> None:
    assert lens.ask("what do I need before CSCI 241").field == "prerequisites"
    assert lens.consider("what will I be able to do after taking CSCI 221").asked.kind == "course"


def test_courses_that_ask_for_nothing(lens: Lens) -> None:
    found = lens.ask("courses on programs without any prerequisites")
    assert found.courses[0].course.code == STACKS
    assert not {LISTS, SETS, TREES} & {one.course.code for one in found.courses}
    assert found.note == "Only courses that ask for nothing before."


@pytest.mark.parametrize(
    "question",
    ["courses with MATH 252 as a prerequisite", "which courses require MATH 252", "courses that need MATH 252"],
)
def test_courses_that_ask_for_one_are_asked_for_in_many_ways(lens: Lens, question: str) -> None:
    assert {one.course.code for one in lens.ask(question).courses} == {SETS, TOPOLOGY}


def test_courses_that_ask_for_nothing_but_one(lens: Lens) -> None:
    assert {one.course.code for one in lens.ask("courses that require CSCI 221").courses} == {LISTS, SETS}
    assert {one.course.code for one in lens.ask("courses that only require CSCI 221").courses} == {LISTS}
    assert {one.course.code for one in lens.ask("courses that require CSCI 221 in English").courses} == {LISTS, SETS}


@pytest.mark.parametrize(
    ("question", "unwanted"),
    [
        ("programs courses without circuits", "circuits"),
        ("courses on programs that don't need circuits", "circuits"),
        ("courses on programs, not the circuits ones", "circuits"),
        ("am I allowed into Compilers without circuits", ""),
        ("which course teaches how programs stop and start without coercion", ""),
        ("courses without an exam", ""),
    ],
)
def test_a_topic_is_not_wanted_in_many_ways(lens: Lens, question: str, unwanted: str) -> None:
    assert lens.answerer.understand(question).unwanted == unwanted


def test_a_topic_that_is_not_wanted(lens: Lens) -> None:
    assert LISTS in {one.course.code for one in lens.ask("courses on programs").courses}
    found = lens.ask("courses on programs but not circuits")
    assert LISTS not in {one.course.code for one in found.courses}
    assert found.note == "Courses about “circuits” are left out."
    assert lens.answerer.understand("programs but not circuits").unwanted == "circuits"
    assert lens.answerer.understand("how programs stop but not circuits").unwanted == ""
    kept = lens.answerer.understand("courses on programs but not in German")
    assert (kept.unwanted, kept.found.ignored) == ("", ("not in German",))


def test_what_no_course_fulfils_is_not_said_to_be_fulfilled(lens: Lens) -> None:
    assert lens.search("courses on programs but not circuits", filters={"ects": 6}).note is not None
    hardware = np.array([one.code != LISTS for one in map(lens.index.course, range(lens.index.courses))])
    understood = lens.answerer.understand("courses on programs but not circuits")
    found = lens.answerer.consider(understood, lens.encode(understood.texts), hidden=hardware)
    assert [lens.index.course(one).code for one in found.ranking.order.tolist()] == [LISTS]
    assert found.saying.note is None


def test_compared_courses_are_told_with_their_facts(lens: Lens) -> None:
    found = lens.ask("compare Abstract Algebra and Data Structures")
    told = [str(found.answer), *(str(one.answer) for one in found.further)]
    assert len(told) == 2
    assert all("6 ECTS · English" in one for one in told)
    assert "Groups, rings" in "".join(told)
    either = lens.ask("which has more credits, Abstract Algebra or Data Structures?")
    assert [either.field, *(one.field for one in either.further)] == ["ects", "ects"]


def test_a_code_that_was_given_anew_is_that_of_its_last_year(lens: Lens) -> None:
    assert lens.ask("what is CSCI 301 about").course is not None
    assert {one.course.title for one in lens.ask("CSCI 301").courses} == {"Compilers"}
    assert {one.course.title for one in lens.ask("CSCI 301 2010/2011").courses} == {"Game Trees"}


def test_a_question_for_no_course_is_asked_back(lens: Lens) -> None:
    found = lens.ask("and who teaches it?")
    assert found.answer is None
    assert str(found.note).startswith("Which course is meant?")
    assert found.unclear


def test_a_course_on_a_topic_is_described(tmp_path: Path, lens: Lens) -> None:
    found = lens.ask("course on Abstract Algebra")
    assert "Groups, rings" in str(found.answer)


def test_a_department_and_a_level_are_no_code_and_an_unknown_number_no_credits(lens: Lens) -> None:
    understand = lens.answerer.understand
    assert not understand("math, 300 level").codes
    assert [one.code for one in understand("math 348").codes] == ["math 348"]
    assert [one.code for one in understand("CSCI 999 credits?").codes] == ["CSCI 999"]


@pytest.mark.parametrize(
    ("text", "suffices"),
    [
        ("MATH 252 or CSCI 221.", True),
        ("MATH 252.", True),
        ("MATH 252 or CSCI 221 and MATH 348.", False),
        ("MATH 252, CSCI 221.", False),
        ("MATH 348 or CSCI 221.", False),
        ("MATH 252 recommended.", False),
        ("MATH 252, at least one additional course, and permission of instructor.", False),
        ("MATH 252 or permission of instructor.", True),
    ],
)
def test_an_alternative_to_a_course_needs_nothing_else(lens: Lens, text: str, suffices: bool) -> None:
    codes = lens.index.names.codes
    number = codes.find(GROUPS, words(GROUPS))[0].courses[0]
    assert _suffices(text, codes.find(text, words(text)), number, None) is suffices


def test_only_one_course_taken_opens_what_asks_for_it_or_another(lens: Lens) -> None:
    answer = lens.ask("what can I take if I've only done MATH 220").answer or ""
    assert TOPOLOGY in answer
    assert SETS not in (lens.ask("what can I take if I've only done MATH 252").answer or "")
