"""Courses that are compared, by short titles, by codes, in editions; and wishes for courses without the word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from courselens.course import Catalogue, Course
from courselens.search.comparing import pair
from courselens.search.decide import decide
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.names import Names
from courselens.search.tokens import words
from courselens.search.wishes import to_the_point, wished_in
from fakes import CREDULOUS, HashEncoder, catalogue, course, passages_of


def made(code: str, title: str, ects: float, section: str, text: str) -> Course:
    return course(code, title, ects=ects, language="English", lecturer="Ann Berg", sections={section: text})


MADE = (
    made("BA-BLENI1000U", "Advanced Leniency", 7.5, "prerequisites", "Statistics."),
    made("BA-BASYL1000U", "Asylum Rules Meets The Internal Market", 10.0, "content", "Borders."),
    made("BA-BYOGA1000U", "Hatha Yoga", 2.5, "content", "Breathing."),
    made("KAN-CYOGA1000U", "Hatha Yoga", 5.0, "content", "Breathing more."),
    made("BA-BWGHT1000U", "Weight Training", 5.0, "content", "Lifting."),
    made("CHEM 247", "Organic Chemistry One", 5.0, "prerequisites", "CHEM 126."),
    made("CHEM 248", "Organic Chemistry Two", 5.0, "prerequisites", "CHEM 247 or permission."),
    made("CHEM 258", "Chemistry of Dyes", 5.0, "prerequisites", "CHEM 126."),
    made("PHYS 374", "Classical Mechanics", 5.0, "prerequisites", "Motion."),
    made("PHYS 376", "Quantum Mechanics", 7.5, "prerequisites", "Waves."),
    made("DANCE 260", "Hip Hop", 5.0, "content", "Breaking."),
    made("DANCE 261", "Hip Hop", 2.5, "content", "Popping."),
    replace(made("DNCTE 210", "Modern Ballet", 7.5, "content", "Leaps."), year="2005/2006", key="dncte"),
    made("DANCE 211", "Modern Ballet", 2.5, "content", "Turns."),
    made("ARCH 1", "Project Course: Colonial Trade in the Early Modern City", 5.0, "content", "Ports."),
    replace(made("DATA 1", "Graph Databases", 7.5, "content", "Nodes."), key="older", year="2023/2024"),
    made("DATA 1", "Graph Databases", 5.0, "content", "Nodes and edges."),
)
NAMES = Names.of(MADE)


@pytest.fixture(scope="module")
def lens(tmp_path_factory: pytest.TempPathFactory) -> Lens:
    folder = tmp_path_factory.mktemp("compared") / "index"
    courses = (*MADE, *catalogue().courses)
    passages = [passage for one in courses for passage in passages_of(one)]
    build_index(Catalogue(courses), passages, HashEncoder(256), folder)
    return Lens(open_index(folder), HashEncoder(256), CREDULOUS)


def compared(question: str) -> set[str]:
    found = pair(NAMES, question, words(question), ())
    return {MADE[one.course].title.split()[0] for one in found or ()}


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("is leniency or asylum rules harder to get into", {"Advanced", "Asylum"}),
        ("leniency vs weight training: which is better?", {"Advanced", "Weight"}),
        ("does weight training give more credits than yoga", {"Weight", "Hatha"}),
        ("which one has more credits, weight training or yoga", {"Weight", "Hatha"}),
        ("compare asylum rules with weight training", {"Asylum", "Weight"}),
        ("who teaches weight training and who asylum rules", {"Weight", "Asylum"}),
        ("leniency or yoga - which has prerequisites", {"Advanced", "Hatha"}),
        ("weight training and yoga, when do they start each", {"Weight", "Hatha"}),
        ("wann beginnen weight training und yoga jeweils", {"Weight", "Hatha"}),
        ("compare the exams of leniency and databases", {"Advanced", "Graph"}),
        ("is the exam longer in yoga or in asylum rules", {"Hatha", "Asylum"}),
        ("yoga or weight training, which one has prerequisites", {"Hatha", "Weight"}),
        ("is the exam in weight training oral or written", set()),
        ("how long is each session of weight training and who pays", set()),
        ("who teaches weight training and who pays", set()),
        ("weight training, which has an exam or a paper", set()),
        ("more about asylum rules please", set()),
        ("comparative leniency", set()),
    ],
)
def test_each_side_of_a_comparison_names_its_course(question: str, titles: set[str]) -> None:
    assert compared(question) == titles


def told(lens: Lens, question: str) -> list[str]:
    answer = lens.ask(question)
    return [answer.answer or "", *(one.answer for one in answer.further)]


def test_both_courses_are_answered_for(lens: Lens) -> None:
    answers = told(lens, "does weight training give more ECTS credits than asylum rules?")
    assert sorted(one.split()[0] for one in answers) == ["BA-BASYL1000U", "BA-BWGHT1000U"]


def test_which_has_more_and_whether_both_are_the_same_is_said(lens: Lens) -> None:
    found = lens.ask("does weight training give more ECTS credits than asylum rules?")
    assert found.note == "BA-BASYL1000U Asylum Rules Meets The Internal Market has more."
    same = lens.ask("do leniency and asylum rules have the same lecturer?")
    assert (same.field, same.note) == ("lecturer", "Both are the same.")


def test_editions_of_one_course_are_compared_by_their_codes(lens: Lens) -> None:
    first, second = told(lens, "difference between BA-BYOGA1000U and KAN-CYOGA1000U in credits")
    assert {first.split()[0], second.split()[0]} == {"BA-BYOGA1000U", "KAN-CYOGA1000U"}


def test_a_code_that_is_not_here_is_told_beside_one_that_is(lens: Lens) -> None:
    answer = lens.ask("compare BA-BYOGA1000U with BA-BZZZZ1000U")
    assert answer.answer is not None
    assert answer.note == "No course has the code BA-BZZZZ1000U."


def test_letters_that_one_code_alone_has_name_it(lens: Lens) -> None:
    assert lens.index.names.codes.find("how many credits has BLENI", words("how many credits has BLENI"))[0].courses
    assert lens.ask("how many ects has BLENI?").value == (7.5,)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("I want to learn about AI, what fits?", "courses about AI"),
        ("can you recommend something with psychology", "courses about psychology"),
        ("something fun about media or culture", "courses about media or culture"),
        ("I want to become a data scientist, what courses fit", "courses about data scientist"),
        ("which course would you recommend for someone into gender topics", "courses about gender topics"),
        ("what courses do you recommend for people interested in law", "courses about law"),
        ("which course would you recommend for my thesis", "which course would you recommend for my thesis"),
        ("Ich möchte etwas über Wein lernen", "Kurse zu Wein"),
        ("Ich möchte Unternehmensberater werden, welche Kurse empfiehlst du?", "Kurse zu Unternehmensberater"),
        ("jeg vil gerne lære noget om psykologi, hvad skal jeg vælge", "kurser om psykologi"),
        ("I want to know the exam of Derivatives", "I want to know the exam of Derivatives"),
        ("ich will Derivatives belegen", "ich will Derivatives belegen"),
        ("I'm looking for a course in German", "I'm looking for a course in German"),
        ("was ist Derivatives", "was ist Derivatives"),
    ],
)
def test_a_wish_is_read_as_asking_for_courses(question: str, text: str) -> None:
    assert wished_in(question) == text


def test_a_title_is_named_once(lens: Lens) -> None:
    answer = lens.ask("courses on yoga and breathing").answer or ""
    assert answer.count("Hatha Yoga") == 1


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("do CHEM 247 and CHEM 248 have the same prerequisites", "They are not the same."),
        ("do CHEM 247 and CHEM 258 have the same prerequisites", "Both are the same."),
        ("CHEM 247 or CHEM 258, which needs maths?", "Both are the same."),
    ],
)
def test_what_two_courses_ask_for_is_compared(lens: Lens, question: str, note: str) -> None:
    assert (lens.ask(question).field, lens.ask(question).note) == ("prerequisites", note)


@pytest.mark.parametrize(
    "question",
    ["CHEM 248 and CHEM 247: which comes first", "should I take CHEM 247 or CHEM 248 first"],
)
def test_of_two_courses_the_one_that_the_other_asks_for_comes_first(lens: Lens, question: str) -> None:
    first, *needed = told(lens, question)
    assert first == "CHEM 247 Organic Chemistry One comes first: CHEM 248 Organic Chemistry Two asks for it."
    assert any("CHEM 247 or permission." in one for one in needed)


def test_neither_comes_first_where_neither_asks_for_the_other(lens: Lens) -> None:
    assert not any("comes first" in one for one in told(lens, "CHEM 247 and CHEM 258: which comes first"))


def test_courses_of_one_title_and_year_are_both_told_where_they_differ(lens: Lens) -> None:
    assert sorted(one.split()[1] for one in told(lens, "hip hop how many ECTS credits")) == ["260", "261"]
    assert len(told(lens, "who teaches hip hop")) == 1


def test_of_courses_of_one_title_the_newest_is_told(lens: Lens) -> None:
    assert [one.split(" Modern")[0] for one in told(lens, "modern ballet how many ECTS credits")] == ["DANCE 211"]


def test_part_of_a_title_that_is_all_of_a_side_names_its_course() -> None:
    text = "does weight training or colonial trade have more seats"
    found = pair(NAMES, text, words(text), ())
    assert found is not None
    assert {MADE[one.course].code for one in found} == {"BA-BWGHT1000U", "ARCH 1"}


def test_editions_are_told_beside_each_other_where_a_change_is_asked(lens: Lens) -> None:
    question = "have the ECTS credits of graph databases changed since 2023/24"
    first, second = told(lens, question)
    assert (first[:9], second[:9]) == ("2024/2025", "2023/2024")
    assert lens.ask(question).note == "They are not the same."


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("yoga w/out weights, can u tell", "yoga without weights, can you tell"),
        ("W/o U.S. history", "without U.S. history"),
        ("and/or u-boats", "and/or u-boats"),
    ],
)
def test_what_is_written_for_short_is_written_out(said: str, meant: str) -> None:
    assert to_the_point(said) == meant


@pytest.mark.parametrize(
    ("question", "shares", "field"),
    [
        ("CHEM 247 vs CHEM 248 difference in prereqs", {"content": 0.5, "prerequisites": 0.4}, "prerequisites"),
        ("CHEM 247 vs CHEM 248 difference", {"content": 0.8, "prerequisites": 0.1}, "content"),
        ("difference between hip hop bachelor and master version", {"level": 0.7, "content": 0.2}, "content"),
        ("is hip hop bachelor or master", {"level": 0.7, "content": 0.2}, "level"),
    ],
)
def test_what_is_asked_where_courses_are_compared(
    lens: Lens, question: str, shares: dict[str, float], field: str
) -> None:
    assert decide(lens.answerer.understand(question), shares, frozenset(shares)).field == field


def test_what_is_asked_of_each_of_two_courses_is_told_of_both(lens: Lens) -> None:
    answers = told(lens, "who teaches weight training and who asylum rules")
    assert sorted(one.split()[0] for one in answers) == ["BA-BASYL1000U", "BA-BWGHT1000U"]


def test_the_words_of_a_comparison_are_kept_where_short_titles_are_compared(lens: Lens) -> None:
    understood = lens.answerer.understand("which is bigger in participants: leniency or asylum rules")
    assert "bigger in participants" in understood.frame


def test_a_code_that_needs_something_is_asked_about(lens: Lens) -> None:
    understood = lens.answerer.understand("does CHEM 248 need weight training and what term is it")
    assert [one.code for one in understood.codes] == ["CHEM 248"]
    taken = lens.answerer.understand("does CHEM 248 need to be taken before weight training")
    assert not taken.codes


@pytest.mark.parametrize(
    "question",
    ["ECTS credits of quantum mechanics and classical mechanics", "ECTS credits of physics 374 and 376"],
)
def test_two_courses_that_share_a_word_are_both_told(lens: Lens, question: str) -> None:
    assert sorted(one.split(" is")[0] for one in told(lens, question)) == [
        "PHYS 374 Classical Mechanics",
        "PHYS 376 Quantum Mechanics",
    ]


def test_a_word_said_once_names_no_second_course(lens: Lens) -> None:
    assert len(told(lens, "ECTS credits of quantum mechanics and waves")) == 1


def test_what_a_further_clause_asks_names_no_other_course(lens: Lens) -> None:
    found = lens.consider("how many ECTS credits does leniency give and is there an external examiner?")
    assert found.understood.named
    assert found.kept == ()
    assert not lens.consider("how many ECTS credits do stress and is there an external examiner").understood.named
