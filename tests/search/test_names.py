"""Courses are recognised by codes in any spelling and by titles in full, in part or misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.search.codes import code_spellings, shape
from courselens.search.names import NAMED, SHORTENED, Names
from courselens.search.tokens import words
from fakes import course, within

COURSES = (
    course("8,276", "Foundations in Data Science", "2025"),
    course("KAN-CSOCV1036U", "Embodied Leadership"),
    course("CS 4414", "Operating Systems"),
    course("COS126", "Computer Science: An Interdisciplinary Approach"),
    course("8,041", "Supply Chain Management II", "2025"),
    course("8,435", "Technologie und Recht - KI und Robotik", "2025"),
)
NAMES = Names.of(COURSES)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("who teaches 8,276?", 0),
        ("who teaches 8.276", 0),
        ("8276 credits", 0),
        ("8'276 credits", 0),
        ("wer gibt 8’276", 0),
        ("is a cheat sheet allowed in 08,276,1.00", 0),
        ("8 276 exam", 0),
        ("is kan-csocv1036u in english", 1),
        ("CSOCV1036U language", 1),
        ("KAN CSOCV1036 language", 1),
        ("csocv1036: who teaches it", 1),
        ("2024/2025KAN-CSOCV1036U", 1),
        ("prereqs for cs 4414", 2),
        ("CS4414 workload", 2),
        ("cs-4414", 2),
        ("cos126 or COS 126", 3),
    ],
)
def test_a_code_in_any_spelling(question: str, number: int) -> None:
    found = NAMES.codes.find(question, words(question))
    assert found
    assert found[0].courses == (number,)


@pytest.mark.parametrize(
    "question", ["who teaches 8,999", "8270 literature", "ects for course 9450", "CS 9999 ects", "KAN-CXXXX9999U"]
)
def test_an_unknown_code_is_a_mention_without_a_course(question: str) -> None:
    found = NAMES.codes.find(question, words(question))
    assert [mention.courses for mention in found] == [()]


@pytest.mark.parametrize(
    "question", ["courses in 2024", "at least 5 credits", "the 1970s", "3 credit courses", "covid19"]
)
def test_numbers_that_are_no_codes(question: str) -> None:
    assert not any(mention.courses for mention in NAMES.codes.find(question, words(question)))


def test_a_number_behind_a_subject_of_the_codes_is_an_unknown_code_but_for_a_level() -> None:
    for question, codes in (("cos-512 which term", ["cos-512"]), ("cos 512", ["cos 512"]), ("any cos 500 courses", [])):
        assert [found.code for found in NAMES.codes.find(question, words(question))] == codes


@pytest.mark.parametrize("question", ["a class for 1500 students", "the 2030 agenda", "8999 francs", "800 words"])
def test_a_number_that_lies_among_no_codes_is_not_even_an_unknown_one(question: str) -> None:
    assert NAMES.codes.find(question, words(question)) == []


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("who teaches foundations in data science", 0),
        ("data science foundations: how many credits", 0),
        ("is embodyed leadership in english", 1),
        ("embodied leadrship exam", 1),
        ("supply chain management 2 language", 4),
        ("SCM II ects", 4),
        ("ki und robotik sprache", 5),
        ("the systems that operate", 2),
    ],
)
def test_a_title_in_full_in_part_or_misspelt(question: str, number: int) -> None:
    found = NAMES.find_titles(words(question))
    assert found[0].course == number
    assert found[0].strength >= 0.5


def test_a_title_of_small_words_said_in_full_is_named_whatever_else_is_said() -> None:
    names = Names.of((course("1", "Society: I, You and We"), course("2", "Society: The Bottom Line Mentality")))
    found = names.find_titles(words("Society: I, You and We - minimum and maximum length of the paper"))
    assert (found[0].course, found[0].whole) == (0, True)
    assert found[0].strength > 0.9 > found[1].strength
    assert not names.find_titles(words("you and i, we as society"))[0].whole


@pytest.mark.parametrize(("question", "number"), [("prereqs for nursing 313", 0), ("political science 220", 1)])
def test_a_code_whose_letters_are_said_in_full(question: str, number: int) -> None:
    names = Names.of((course("NURS 313", "Ageing"), course("PSCI 220", "Policies"), course("NU 31", "Myths")))
    (found,) = names.codes.find(question, words(question))
    assert found.courses == (number,)
    assert names.codes.find("nurses 313", words("nurses 313")) == []


def test_long_words_behind_a_subject_are_read_quickly() -> None:
    names, question = Names.of((course("HIST 313", "Ageing"),)), f"history {'a' * 900} {'b' * 900} 5"
    with within(0.1):
        assert names.codes.find(question, words(question)) == []


def test_a_title_is_where_its_words_stand_together() -> None:
    names = Names.of((course("1", "Society: I, You and We"),))
    (found,) = names.find_titles(words("can i take I, You and We"))
    assert (found.places, found.whole) == ((3, 4, 5, 6), True)


def test_a_word_of_many_titles_is_no_name_where_it_is_part_of_one() -> None:
    others = [course(str(number), f"Eras of {word}: American") for number, word in enumerate(("a1", "b2", "c3", "d4"))]
    names = Names.of((*others, course("9", "Eras of e5: Byzantine")))
    assert names.find_titles(words("american sign language"))[0].cover < 0.5
    assert names.find_titles(words("byzantine"))[0].cover > 0.9


def test_of_a_title_and_its_part_the_one_that_explains_more() -> None:
    found = NAMES.find_titles(words("dozierende technologie und recht ki und robotik"))[0]
    assert (found.course, len(found.places)) == (5, 5)  # every word, `und` once


def test_a_title_that_no_course_has() -> None:
    found = NAMES.find_titles(words("who teaches quantum field theory"))
    assert not found or found[0].strength < 0.5


def test_another_form_of_a_word_counts_nearly_as_the_word() -> None:
    assert dict(NAMES.similar("operate")) == {NAMES.words["operating"]: 0.95}
    assert NAMES.similar("operating") == ((NAMES.words["operating"], 1.0),)


def test_a_word_without_its_vowels_counts_as_the_word() -> None:
    assert dict(NAMES.similar("mgmt")) == {NAMES.words["management"]: SHORTENED}
    assert NAMES.find_titles(words("supply chain mgmt 2 books"))[0].cover > 0.9
    assert NAMES.similar("mgx") == ()


def test_a_title_of_which_next_to_nothing_is_said_is_not_named() -> None:
    title = "History of Trade and Shipping in the Northern Seas from Early Towns to Container Ports"
    names = Names.of((course("1", title), *COURSES))
    assert names.find_titles(words("which towns")) == []
    assert [one.course for one in names.find_titles(words("trade and shipping"))] == [0]


def test_spellings_of_a_code() -> None:
    assert code_spellings("KAN-CSOCV1036U") == ["kancsocv1036u", "csocv1036u"]
    assert code_spellings("8,276") == ["8276"]
    assert shape("8276") == "9999"


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    told = words(text)
    NAMES.codes.find(text, told)
    assert all(0 <= mention.strength <= 1 for mention in NAMES.find_titles(told))


def test_a_title_within_a_longer_one_that_is_said_is_not_meant() -> None:
    made = Names.of((course("M330", "Differential Equations"), course("M230", "Differential Equations I")))

    def best(question: str) -> int:
        return made.find_titles(words(question))[0].course

    assert best("what is differential equations I about") == 1
    assert best("what are differential equations about") == 0
    assert best("can I take differential equations") == 0


def test_a_nickname_is_what_it_is_short_for() -> None:
    names = Names.of(
        (course("C1", "Organic Chemistry I"), course("C2", "Artificial Intelligence"), course("C3", "Econ"))
    )
    assert names.find_titles(words("orgo 1 prereqs"))[0].course == 0
    assert names.find_titles(words("the ai course"))[0].course == 1
    assert names.find_titles(words("econ"))[0].course == 2


def test_a_part_that_many_titles_share_names_none() -> None:
    themes = ("Climate", "Digital Euro", "Fake News", "Financial Risks")
    projects = [course(f"P{n}", f"Consultancy Project: {theme}") for n, theme in enumerate(themes)]
    names = Names.of((*projects, course("G1", "Grand Challenge: Insurance")))
    assert names.find_titles(words("who gives the consultancy project on red wine"))[0].strength < NAMED
    assert names.find_titles(words("who gives the grand challenge"))[0].strength >= NAMED


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("can i take modern III dance without any experience", "DANCE 311"),
        ("how many credits has modern dance III", "DANCE 311"),
        ("prerequisites of modern dance II", "DANCE 211"),
        ("can i take modern dance I", "DANCE 111"),
        ("can i take modern dance", "DANCE 111"),
    ],
)
def test_the_number_that_is_said_is_the_number_of_the_course(question: str, code: str) -> None:
    dances = (
        course("DANCE 111", "Modern Dance I"),
        course("DANCE 211", "Modern Dance II"),
        course("DANCE 311", "Modern III"),
        course("HIST 230", "Modern China"),
        course("DANCE 260", "Folk Dance of Europe"),
    )
    assert dances[Names.of(dances).find_titles(words(question))[0].course].code == code


def test_a_code_that_lacks_its_last_letter_is_that_of_one_course_alone() -> None:
    two = Names.of(
        (course("KAN-CSOCV1036U", "Embodied Leadership"), course("KAN-CSOCV1036E", "Disembodied Leadership"))
    )
    assert [one.courses for one in two.codes.find("CSOCV1036 exam", words("CSOCV1036 exam"))] == [()]
    assert not any(one.courses for one in NAMES.codes.find("CSOCV1037 exam", words("CSOCV1037 exam")))
    assert not any(one.courses for one in NAMES.codes.find("CSOCV103 exam", words("CSOCV103 exam")))
