"""What kind of question is asked: one course's field, courses with conditions, or a topic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courselens.search.decide import Kind, decide
from courselens.search.facts import Facts
from courselens.search.lens import Lens
from courselens.search.names import Names
from courselens.search.plural import asks_for_courses
from courselens.search.query import Understood, understand
from courselens.search.tokens import words
from courselens.search.vocabulary import MENTION, conditions
from courselens.search.wishes import to_the_point
from fakes import within


def kind(understood: Understood, field: str, share: float = 0.9) -> Kind:
    """The kind where the classifier thinks that `field` is asked."""
    shares = {"language": 0.0, "ects": 0.0, "exam": 0.0, "content": 0.0, "none": 1 - share, "courses": 0.0}
    return decide(understood, {**shares, field: share}, frozenset({*shares, field})).kind


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("tax law, at least 6 credits", "ects"),
        ("embodied leadership, 15 credits or less", "ects"),
        ("operations research, max 10 ects, in english", "ects"),
        ("minimum 7.5 ects, something with tax law", "ects"),
        ("I still need a little: what gives at most 10 ECTS?", "ects"),
        ("something on trade terms, not above ten credits", "ects"),
        ("no danish please, tax law", "language"),
        ("is there any 15 ects thing in english", "ects"),
        ("is there something on contracts in english?", "language"),
        ("I don't speak Danish, what can I take about law?", "language"),
        ("a 7.5-credit law course", "ects"),
        ("what does Person 1008 teach about leadership?", "content"),
        ("does anyone teach in danish for 7.5 credits?", "ects"),
        ("fag på dansk", "language"),
        ("was gibt es auf Dänisch?", "language"),
        ("4er-Kurse", "ects"),
    ],
)
def test_conditions_ask_for_courses(lens: Lens, question: str, field: str) -> None:
    assert kind(lens.answerer.understand(question), field) == "courses"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("is embodied leadership worth at least 6 credits", "ects"),
        ("tax law, at least 6 credits?", "ects"),
        ("how firms pay for taxes, in danish, yes or no", "language"),
        ("embodied leadership 7.5 credits", "ects"),
        ("tax law in danish", "language"),
        ("tax law - danish or english", "language"),
        ("I don't speak Danish, can I take tax law?", "language"),
        ("my danish is bad, can i still follow tax law", "language"),
        ("are the lectures of tax law in danish", "language"),
        ("does tax law have group work or normal lectures", "content"),
        ("is climate economics a weekly course or a handful of seminars?", "content"),
        ("how many classes does tax law have", "content"),
        ("anything I should read before tax law?", "content"),
        ("written exam in the tax seminar", "exam"),
        ("commercial sale: how long is the written exam", "exam"),
        ("what is this written exam in the law seminar", "exam"),
    ],
)
def test_a_field_of_one_course(lens: Lens, question: str, field: str) -> None:
    assert kind(lens.answerer.understand(question), field) == "course"


def test_a_question_for_yes_or_no_is_about_the_course_that_it_nearly_names(lens: Lens) -> None:
    understood = lens.answerer.understand(
        "I was bad at maths... would the supply seminar be okay for a beginner like me?"
    )
    assert kind(understood, "content", 0.1) == "course"
    assert kind(lens.answerer.understand("contracts and terms of trade"), "content", 0.1) == "topic"


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("which courses are there", True),
        ("the list of courses on law", True),
        ("courses on law", True),
        ("what can I take about law", True),
        ("anything on law", True),
        ("something with contracts", True),
        ("kandidatfag i foråret", True),
        ("was kann ich zu Recht belegen", True),
        ("is there a class on law", True),
        ("how many classes does law have", False),
        ("a handful of seminars", False),
        ("was kann ich danach besser", False),
        ("was gibts an credits", False),
        ("anything I should read", False),
        ("does law have lectures", False),
        ("the course on law", False),
    ],
)
def test_asking_for_courses(question: str, asks: bool) -> None:
    assert asks_for_courses(words(question)) is asks


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("hello, could you tell me who teaches tax law", "who teaches tax law"),
        ("Hi! I was wondering if tax law is in English", "tax law is in English"),
        ("Ich hätte gern gewusst, wer Steuerrecht hält", "wer Steuerrecht hält"),
        ("Hej, jeg vil gerne vide hvem der underviser", "hvem der underviser"),
        ("want an easy one in spring", "want an easy course in spring"),
        ("I'm looking for an easy one", "I'm looking for an easy course"),
        ("is tax law an easy one", "is tax law an easy one"),
        ("I need the easy one of them", "I need the easy one of them"),
        ("Hi-tech law", "Hi-tech law"),
        ("history of finance", "history of finance"),
        ("hello", "hello"),
        ("", ""),
    ],
)
def test_what_leads_up_to_a_question_is_passed_over(question: str, expected: str) -> None:
    assert to_the_point(question) == expected


def test_of_a_title_said_in_full_only_its_own_words_are_searched_for(lens: Lens) -> None:
    parser = lens.answerer.parser
    full = understand("strange wombat who teaches international commercial law", lens.index, parser)
    assert full.bare == "international commercial law"
    assert "wombat" in understand("strange wombat who teaches tax law", lens.index, parser).bare


def test_numbers_of_credits_are_no_code_and_no_part_of_a_title(lens: Lens) -> None:
    for question in ("ECTS 15, leadership", "leadership FS25", "15 credits"):
        assert lens.answerer.understand(question).codes == ()
    assert lens.answerer.understand("how many ects is KAN-C9999U").codes


def test_the_number_of_a_title_in_full_is_no_condition(lens: Lens) -> None:
    courses = [lens.index.course(number) for number in range(lens.index.courses)]
    courses[1] = replace(courses[1], title="Commercial Leasing II")
    index = replace(lens.index, names=Names.of(courses))
    found = understand("commercial leasing 2 credits", index, lens.answerer.parser)
    assert (found.titles[0].course, found.found.conditions, found.frame) == (1, (), "X credits")
    assert understand("leasing, 15 credits", index, lens.answerer.parser).found.conditions


def test_only_is_weakened_before_a_condition_is_given_up(lens: Lens) -> None:
    facts = lens.index.facts
    bilingual = next(iter(facts.values["language"]["English"]))
    languages = {**facts.values["language"], "Danish": [*facts.values["language"]["Danish"], bilingual]}
    credits = np.where(np.arange(facts.courses) == bilingual, 5.0, 10.0).astype(np.float32)
    changed = Facts(facts.courses, {**facts.values, "language": languages}, {"ects": credits})
    small = Lens(replace(lens.index, facts=changed), lens.encoder)
    found = small.ask("courses only in english with 5 credits")
    assert [(one["field"], one.get("operator")) for one in found.filters] == [("language", None), ("ects", None)]
    assert found.ignored == ()
    assert small.ask("courses only in english").filters[0]["operator"] == "only"
    assert small.ask("courses in english with 30 credits").ignored == ("30 credits",)


def test_a_long_sentence_that_begins_like_asking_for_courses_is_read_at_once(lens: Lens) -> None:
    with within(0.5):
        for start in ("ich möchte", "was kann ich", "ich würde gerne", "was soll ich"):
            assert not lens.answerer.understand(f"{start} {'im Steuerrecht ein Gesetzbuch benutzen und ' * 5}").plural
    assert lens.answerer.understand("ich möchte gern mehr über Steuern lernen").plural
    assert lens.answerer.understand("ich würde gerne etwas über Steuern lernen").plural


ASKED = [*conditions()["asking_without"], *conditions()["yes_no"], *conditions()["negation"], "tax law", "KAN-C1001U"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from([*ASKED, "7.5", "ects", "danish", ",", "?", "-"]), max_size=120).map(" ".join))
def test_any_words_of_asking_give_an_answer_quickly(lens: Lens, text: str) -> None:
    lens.ask(text)
    with within(0.1):
        found = lens.ask(text)
    assert 0 <= found.confidence <= 1


def test_a_description_asks_for_no_field_that_no_course_has(lens: Lens) -> None:
    understood = lens.answerer.understand("how firms run their tax department")
    shares = {"department": 0.8, "content": 0.1, "none": 0.1, "courses": 0.0}
    assert decide(understood, shares, frozenset({"department", "content"})).field == "department"
    assert decide(understood, shares, frozenset({"content"})).kind == "topic"


def test_courses_are_asked_for_in_german_where_the_title_is_english(lens: Lens) -> None:
    understood = lens.answerer.understand("Kurse über Steuerrecht")
    assert understood.plural
    assert understood.topic == "Steuerrecht"


@pytest.mark.parametrize(
    "question",
    [
        "Ich interessiere mich für Bienenzucht, was kann ich belegen?",
        "Gibt es etwas über Bienenzucht?",
        "I would like to learn something about Bienenzucht please",
    ],
)
def test_words_of_wishing_are_no_topic(lens: Lens, question: str) -> None:
    understood = lens.answerer.understand(question)
    assert understood.plural
    assert understood.topic == "Bienenzucht"


@pytest.mark.parametrize(
    ("question", "frame"),
    [
        ("what are the objectives of Ethics of Technology?", "what are the objectives of X ?"),
        ("who is the lecturer of Ethics of Technology", "who is the lecturer of X"),
        ("Ethics of Technology content", "X content"),
    ],
)
def test_a_small_word_before_a_title_that_has_it_belongs_to_the_question(lens: Lens, question: str, frame: str) -> None:
    assert lens.answerer.understand(question).frame == frame


def test_another_course_that_is_not_meant_is_passed_over(lens: Lens) -> None:
    parser = lens.answerer.parser
    found = understand("who teaches Climate Economics, not the tax law one?", lens.index, parser)
    assert found.frame == "who teaches X , ?"
    title = lens.answerer.course(found.titles[0].course).title
    assert title == "Climate Economics"
    meant = understand("who teaches tax law, not the Climate Economics course", lens.index, parser)
    assert lens.answerer.course(meant.titles[0].course).title != "Climate Economics"


def test_words_joined_to_a_title_said_otherwise_are_part_of_it(lens: Lens) -> None:
    understood = lens.answerer.understand("who gives the lectures in Organisational upheaval and transformation?")
    assert "transformation" not in understood.frame


def test_a_choice_about_a_named_course_is_asked(lens: Lens) -> None:
    assert lens.consider("Financial Accounting: exam or just a report at the end?").asked.kind == "course"


def test_what_has_the_shape_of_no_code_is_none_beside_a_title(lens: Lens) -> None:
    assert not lens.answerer.understand("is a TI-30 allowed in Operations Research?").codes
    assert lens.answerer.understand("is a TI-30 allowed in KAN-C1009U?").codes
    assert lens.answerer.understand("who teaches KAN-C9999U Operations Research?").codes


@pytest.mark.parametrize(
    "question", ["how much maths for tax law", "do i need english for the tax law", "wie viel Mathe für Tax Law"]
)
def test_what_is_needed_for_a_course_is_no_part_of_its_name(lens: Lens, question: str) -> None:
    understood = lens.answerer.understand(question)
    assert understood.titles[0].said == 1.0
    assert lens.consider(question).instead is None


def test_what_looks_like_a_code_of_no_subject_is_none_amid_much_else(lens: Lens) -> None:
    understand = lens.answerer.understand
    assert understand("credits for KARE 11").codes
    assert not understand("contracts, terms of trade and carriage of goods, a visit to the KARE 11 studio").codes


@pytest.mark.parametrize(
    ("question", "frame"),
    [
        ("Embodied Leadership, is it taught in Danish this spring?", "X , is it taught in Danish ?"),
        ("wer hält Embodied Leadership dieses Semester?", "wer hält X ?"),
        ("is Embodied Leadership offered this spring?", "is X offered this spring?"),
        ("when does Embodied Leadership start this year", "when does X start this year"),
    ],
)
def test_the_term_in_which_one_asks_is_no_question_for_it(lens: Lens, question: str, frame: str) -> None:
    assert lens.answerer.understand(question).frame.replace(MENTION, "X") == frame


@pytest.mark.parametrize(
    ("question", "plural"),
    [
        ("Embodied Leadership: english or danish lectures?", False),
        ("Embodied Leadership: other courses like it", True),
        ("english or danish lectures on leadership", True),
    ],
)
def test_a_choice_behind_a_title_and_a_colon_is_of_that_course(lens: Lens, question: str, plural: bool) -> None:
    assert lens.answerer.understand(question).plural is plural


@pytest.mark.parametrize("short", ["Int'l", "int’l", "intl.", "Int."])
def test_what_is_written_for_short_is_written_out(lens: Lens, short: str) -> None:
    understood = lens.answerer.understand(f"who teaches {short} Commercial Law")
    assert (understood.titles[0].course, understood.named) == (1, True)
