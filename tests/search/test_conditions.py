"""Conditions in plain words become filters with the catalogue's own values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courselens.course import Course, Field
from courselens.search.conditions import Condition, ConditionParser, values_said
from courselens.search.facts import Facts
from courselens.search.show import OPERATORS
from courselens.search.vocabulary import FOLDER, conditions
from fakes import course, within

COURSES = (
    course(
        "A1", "One", language=("English",), ects=3.0, level=("Master",), start=("Spring",), lecturer=("Ann Müller",)
    ),
    course("A2", "Two", language=("German",), ects=4.0, level=("Bachelor",), start=("Autumn",), lecturer=("Bo Gao",)),
    course(
        "A3", "Three", language=("English",), ects=7.5, level=("Master",), type="Elective", exam_form=("Oral exam",)
    ),
    course(
        "A4",
        "Four",
        "2020/2021",
        language=("German", "English"),
        ects=6.0,
        exam_form=("Written exam", "Oral exam"),
        department="Department of Finance",
    ),
    course("A5", "Five", language=("German",), ects=6.0, exam_form=("Written exam",), level=("PhD",)),
)
FACTS = Facts.of(COURSES)
PARSER = ConditionParser(FACTS)


def kept(question: str) -> set[str]:
    mask = np.ones(len(COURSES), dtype=bool)
    for condition in PARSER.parse(question).conditions:
        mask &= condition.mask(FACTS)
    return {one.code for one, here in zip(COURSES, mask, strict=True) if here}


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("3 credit courses", {"A1"}),
        ("courses worth 7,5 ECTS", {"A3"}),
        ("courses with at least 6 credits", {"A3", "A4", "A5"}),
        ("courses with more than 6 credits", {"A3"}),
        ("courses with up to 4 ects", {"A1", "A2"}),
        ("5 or more credits", {"A3", "A4", "A5"}),
        ("3–4 credits", {"A1", "A2"}),
        ("between 3 and 4 ects", {"A1", "A2"}),
        ("six credits", {"A4", "A5"}),
        ("mindestens 6 Kreditpunkte", {"A3", "A4", "A5"}),
        ("courses taught in German", {"A2", "A4", "A5"}),
        ("german courses", {"A2", "A4", "A5"}),
        ("courses not in german", {"A1", "A3"}),
        ("only in german", {"A2", "A5"}),
        ("Kurse auf Englisch", {"A1", "A3", "A4"}),
        ("kurser på engelsk", {"A1", "A3", "A4"}),
        ("master courses", {"A1", "A3"}),
        ("courses for bachelor students", {"A2"}),
        ("phd level courses", {"A5"}),
        ("courses in spring", {"A1"}),
        ("courses in the fall semester", {"A2"}),
        ("kurse im herbst", {"A2"}),
        ("electives", {"A3"}),
        ("no written exam", {"A3"}),
        ("courses without a written exam", {"A3"}),
        ("courses with only an oral exam", {"A3"}),
        ("courses with a written exam", {"A4", "A5"}),
        ("courses by Müller", {"A1"}),
        ("courses by muller", {"A1"}),
        ("what does Bo Gao teach", {"A2"}),
        ("courses in 2020", {"A4"}),
        ("courses in 2020/2021", {"A4"}),
        ("courses of the Department of Finance", {"A4"}),
        ("english master courses with 3 credits", {"A1"}),
    ],
)
def test_conditions_are_kept(question: str, codes: set[str]) -> None:
    assert kept(question) == codes


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("I don't speak German", {"A1", "A3"}),
        ("english ones, any number of credits except 3", {"A3", "A4"}),
        ("english courses, only not the three-credit ones", {"A3", "A4"}),
        ("english courses but not the ones with three credits", {"A3", "A4"}),
        ("six-pointers in german", {"A4", "A5"}),
        ("credits not 6, in german", {"A2"}),
        ("the English version, 3 credits", {"A1"}),
        ("my german is bad, any courses for me", {"A1", "A3"}),
        ("ich kann kein Deutsch", {"A1", "A3"}),
        ("Kurse ohne Deutschkenntnisse", {"A1", "A3"}),
        ("jeg taler ikke tysk", {"A1", "A3"}),
        ("nothing in german", {"A1", "A3"}),
        ("courses for people who only know English", {"A1", "A3"}),
        ("auf englisch oder deutsch, 6 ects", {"A4", "A5"}),
        ("weder auf Deutsch noch auf Englisch", set()),
        ("I hate written exams", {"A3"}),
        ("courses that do not involve a written exam or an oral one", {"A3"}),
        ("neither a written exam nor an oral exam", set()),
        ("oral exam, written exam and 6 ects", {"A4", "A5", "A3"} & {"A4", "A5"}),
        ("written exam + oral exam, 6 ects", {"A4"}),
        ("ects: 6, language: english", {"A4"}),
        ("language=German, credits=4", {"A2"}),
        ("credits > 6", {"A3"}),
        ("≤ 4 ects", {"A1", "A2"}),
        ("4 credits at most", {"A1", "A2"}),
        ("6 credits or more", {"A3", "A4", "A5"}),
        ("4 or 6 credits", {"A2", "A4", "A5"}),
        ("3 to 4 credits", {"A1", "A2"}),
        ("between three and four credits", {"A1", "A2"}),
        ("more than 3 but less than 7 credits", {"A2", "A4", "A5"}),
        ("6er Kurs", {"A4", "A5"}),
        ("english, no oral exam, six", {"A4"} - {"A4"}),
        ("written exam, six", {"A4", "A5"}),
        ("I need 4 more credits", {"A2"}),
        ("mir fehlen noch 4 Credits", {"A2"}),
        ("german, but not 6 ects", {"A2"}),
        ("Masterkurse", {"A1", "A3"}),
        ("bachelor's courses", {"A2"}),
        ("not at master level", {"A2", "A5"}),
        ("bachelor or phd", {"A2", "A5"}),
        ("Frühjahrssemester, auf Englisch", {"A1"}),
        ("FS20 written exam", {"A4", "A5"} & {"A1"}),
        ("not with Müller", {"A2"}),
        ("the language of instruction is German and 4 ects", {"A2"}),
        ("fag på engelsk giver 3 ects", {"A1"}),
        ("exam-free courses", set()),
        ("Kurse mit mündlicher Prüfung statt einer schriftlichen Klausur", {"A3"}),
        ("Müller, 3 ects", {"A1"}),
        ("compulsory english courses", {"A1", "A3", "A4"}),
    ],
)
def test_conditions_said_otherwise(question: str, codes: set[str]) -> None:
    assert kept(question) == codes


def left(courses: Sequence[Course], question: str) -> set[str]:
    """The codes of the `courses` that fulfil every condition that `question` says."""
    facts = Facts.of(courses)
    mask = np.ones(len(courses), dtype=bool)
    for condition in ConditionParser(facts).parse(question).conditions:
        mask &= condition.mask(facts)
    return {one.code for one, here in zip(courses, mask, strict=True) if here}


OTHERS = (
    course("B1", "One", "2024/2025", credits=1.0, department="HIST", level=("200",), capacity=24.0, type="Mandatory"),
    course("B2", "Two", "2025/2026", credits=0.5, department="BIO", level=("300",), capacity=60.0, type="Elective"),
    course("B3", "Three", "2024/2025", credits=0.25, start=("Spring",), duration="Two Semesters", type="Elective"),
    course("B4", "Four", "2025/2026", credits=1.0, start=("Autumn",), teaching_method=("Online teaching",)),
    course("B5", "Five", "2025/2026", credits=2.0, teaching_method=("Blended learning",), exam_form=("Project",)),
)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("half courses", {"B2"}),
        ("quarter-credit classes", {"B3"}),
        ("at least half a credit", {"B1", "B2", "B4", "B5"}),
        ("less than one credit", {"B2", "B3"}),
        ("at most three quarters of a credit", {"B2", "B3"}),
        ("more than three-quarter credit courses", {"B1", "B4", "B5"}),
        ("half-credit courses, but nothing on level 200", {"B2"}),
        ("electives that are not a half credit", {"B3"}),
        ("history department", {"B1"}),
        ("courses of the department of biology", {"B2"}),
        ("HIST courses", {"B1"}),
        ("200 level courses", {"B1"}),
        ("at most 30 participants", {"B1"}),
        ("core courses", {"B1"}),
        ("courses that are not mandatory", {"B2", "B3"}),
        ("two-semester courses", {"B3"}),
        ("online only", {"B4"}),
        ("courses that run fully online", {"B4"}),
        ("neither online nor blended", set()),
        ("hybrid teaching", {"B5"}),
        ("spring 2025 courses", {"B3"}),
        ("HS2025", {"B4"}),
        ("2024/25 electives", {"B3"}),
        ("one and a half credits or more", {"B5"}),
        ("half a credit or less", {"B2", "B3"}),
        ("200 level or higher", {"B1", "B2"}),
        ("anything beyond the 200 level", {"B2"}),
        ("levels 100 to 250", {"B1"}),
        ("at most level 200", {"B1"}),
        ("300+ level classes", {"B2"}),
        ("200-level history", {"B1"}),
        ("what does biology offer at the 300 level", {"B2"}),
        ("history and biology courses", {"B1", "B2"}),
        ("in the spring of 2025", {"B3"}),
        ("advanced history, but not at the 300 level", {"B1"}),
    ],
)
def test_conditions_of_another_catalogue(question: str, codes: set[str]) -> None:
    assert left(OTHERS, question) == codes


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("political science up to the 200 level", {"D1"}),
        ("computer science courses", {"D2"}),
        ("classes of the russian department", {"D3"}),
        ("300 level sociology and anthropology", {"D4"}),
        ("courses that give no credit at all", {"D3"}),
        ("social animals, 300 level", {"D4", "D2"}),
        ("which dance courses are about death", {"D5"}),
        ("I am looking for 200 level dance courses", {"D5"}),
        ("modern dance courses", {"D1", "D2", "D3", "D4", "D5"}),
        ("less than a full credit", {"D3"}),
        ("list all russian language courses", {"D3"}),
        ("courses taught in the russian language", {"D1", "D2", "D3", "D4", "D5"}),
        ("how many dance courses are there?", {"D5"}),
        ("how many computer science courses does the college have", {"D2"}),
    ],
)
def test_departments_by_their_short_forms(question: str, codes: set[str]) -> None:
    made = (
        course("D1", "One", credits=1.0, department="PSCI", level=("100",)),
        course("D2", "Two", credits=1.0, department="CSCI", level=("300",)),
        course("D3", "Three", credits=0.0, department="RUSSN", level=("200",)),
        course("D4", "Four", credits=1.0, department="SOAN", level=("300",)),
        course("D5", "Five", credits=1.0, department="DANCE", level=("200",)),
    )
    assert left(made, question) == codes


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("any courses on statistics or math?", {"S1", "S2", "S3"}),
        ("hvilke fag er der i matematik", {"S3"}),
        ("which law courses are 3 ects", {"S4"}),
        ("law courses", {"S4", "S5"}),
        ("courses on competition law", {"S4"}),
        ("economics classes", {"S6"}),
        ("matematik fag til 6 ects", {"S3"}),
        ("er faget om matematik svært", {"S1", "S2", "S3", "S4", "S5", "S6"}),
        ("courses on the law of large numbers", {"S1", "S2", "S3", "S4", "S5", "S6"}),
        ("is statistics needed?", {"S1", "S2", "S3", "S4", "S5", "S6"}),
    ],
)
def test_disciplines_that_are_all_that_courses_are_asked_for_by(question: str, codes: set[str]) -> None:
    made = (
        course("S1", "One", ects=6.0, discipline="Statistics"),
        course("S2", "Two", ects=6.0, discipline="Statistik"),
        course("S3", "Three", ects=6.0, discipline=("Mathematics", "Databases")),
        course("S4", "Four", ects=3.0, discipline="Competition law"),
        course("S5", "Five", ects=6.0, discipline="Arbejdsret"),
        course("S6", "Six", ects=6.0, discipline="Microeconomics"),
    )
    assert left(made, question) == codes


def test_what_the_catalogue_tells_of_no_course_is_told_apart_from_what_none_fulfils() -> None:
    parser = ConditionParser(Facts.of((course("U1", "One", language="English", ects=6.0),)))
    assert parser.parse("master courses in French").ignored == ("master", "French")
    assert parser.untold("master")
    assert not parser.untold("French")
    assert not parser.untold("zeppelins")


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("film and media studies seminars", {"E1"}),
        ("social work, level 300, never mind the term", {"E2"}),
        ("dept DANCE, level 200", {"E3"}),
        ("dance 200s", {"E3"}),
        ("french topics at the 100 level", {"E4"}),
        ("discussion type courses", {"E2"}),
        (".25 french", {"E4"}),
        ("french for 0.25", {"E4"}),
        ("american studies, interim 2025", {"E5"}),
        ("american studies in january 2025", {"E5"}),
    ],
)
def test_departments_types_and_terms_as_an_american_college_says_them(question: str, codes: set[str]) -> None:
    studies = course("E5", "Five", "2025", department="AMST", credits=1.0)
    interim = {**studies.fields, "start": Field("start", ("Winter",), ("Interim",))}
    made = (
        course("E1", "One", credits=1.0, department="FMS", level=("200",), type="Seminar"),
        course("E2", "Two", credits=1.0, department="SWRK", level=("300",), type="Discussion"),
        course("E3", "Three", credits=1.0, department="DANCE", level=("200",)),
        course("E4", "Four", credits=0.25, department="FREN", level=("100",), type="Topic"),
        replace(studies, fields=interim),
    )
    assert left(made, question) == codes


@pytest.mark.parametrize(
    "question",
    [
        "biography courses",
        "historic houses, 200 level",
        "what level is biology",
        "courses on history of art",
        "after 200",
        "history 1900 to 2000",
    ],
)
def test_words_of_a_topic_are_no_departments_or_limits(question: str) -> None:
    found = ConditionParser(Facts.of(OTHERS)).parse(question).conditions
    assert [one for one in found if one.field == "department" or one.compares] == []


@given(st.lists(st.sampled_from(["seven", "and", "a", "half", "one", "to", "or", "3", "7,5", "credits", "ects"])))
def test_numbers_in_any_words_are_read(told: list[str]) -> None:
    PARSER.parse(" ".join([*told, "credits"]))


def test_a_name_that_only_looks_like_an_inflected_word_is_one() -> None:
    made = (course("F1", "One", lecturer=("Biener Eva",)), course("F2", "Two", lecturer=("Winter Leo",)))
    parser = ConditionParser(Facts.of(made))
    assert [one.values for one in parser.parse("biener course").conditions] == [("Biener Eva",)]
    assert not parser.parse("winter sports").conditions


def test_numbers_in_a_row() -> None:
    (condition,) = PARSER.parse("3 to 4 credits").conditions
    assert condition.values == (3.0, 4.0)  # `to` is a number in Danish


@pytest.mark.parametrize("question", ["seven and a half credits", "sieben credits oder mehr", "7,5 ects"])
def test_numbers_that_are_written_out(question: str) -> None:
    assert kept(question) == {"A3"}


@pytest.mark.parametrize(
    "question",
    [
        "oral history",
        "oral traditions",
        "portfolio theory",
        "the paper industry",
        "video games",
        "final accounts",
        "credit risk",
        "6 sigma",
        "two-sided markets",
        "business english",
        "improve my german",
        "the winter war",
        "the fall of rome",
        "group identity and conflict",
        "mandatory vaccination",
        "bachelor machines",
        "politics since 2020",
        "the crisis of 2020",
        "back testing",
        "master's thesis in health science",
        "presentation skills",
        "8,777 ects",
        "courses on German unification",
        "english literature of the 19th century",
        "master data management",
        "spring bearings",
    ],
)
def test_words_of_a_topic_are_no_conditions(question: str) -> None:
    assert PARSER.parse(question).conditions == ()


@pytest.mark.parametrize(
    ("question", "word"), [("courses taught in French", "French"), ("courses by Zwingli", "Zwingli")]
)
def test_what_matches_nothing_is_reported(question: str, word: str) -> None:
    found = PARSER.parse(question)
    assert found.conditions == ()
    assert word in found.ignored


def test_what_a_title_says_is_no_condition() -> None:
    text = "is German Courses for Beginners worth 3 credits"
    found = PARSER.parse(text, taken=[(3, 31)])
    assert [condition.field for condition in found.conditions] == ["ects"]


def test_as_json() -> None:
    condition = Condition("ects", "between", (3.0, 4.0), "3-4 credits")
    expected = {"field": "ects", "value": [3.0, 4.0], "from": "3-4 credits", "operator": "between"}
    assert condition.to_dict() == expected
    assert "operator" not in Condition("level", "is", ("Master",), "master").to_dict()


@pytest.mark.parametrize(
    ("question", "operator", "said"),
    [("at least 6 credits", ">=", "at least 6"), ("courses up to 4 credits", "<=", "at most 4")],
)
def test_an_open_range_has_one_end(question: str, operator: str, said: str) -> None:
    (condition,) = PARSER.parse(question).conditions
    assert (condition.operator, condition.values) == (operator, (float(said[-1]),))
    assert OPERATORS[operator] + said[-1] == said


def test_values_said_anywhere() -> None:
    assert values_said("do i need german for X", "language") == {"German"}
    assert values_said("is X worth 7.5 ects", "ects") == {"7.5"}


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    PARSER.parse(text)


SAID = sorted(
    {
        *(str(word) for entry in conditions().values() if isinstance(entry, list) for word in entry),
        *(
            str(word)
            for entry in conditions().values()
            if isinstance(entry, dict)
            for said in entry.values()
            for word in said
        ),
        *("3", "7,5", "2024/25", "FS25", "≥", "+", "-", ",", "/", ":", "'s", "?", "Müller", "Gao"),
    }
)


@pytest.mark.parametrize("text", ["1, " * 700, "3-" * 1000, "3 and " * 300, "english or " * 180, "fs25 " * 400])
def test_what_repeats_is_read_quickly(text: str) -> None:
    PARSER.parse(text)
    with within(0.1):
        PARSER.parse(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(SAID), max_size=60).map(" ".join))
def test_any_words_of_conditions_are_read(text: str) -> None:
    with within(0.1):
        found = PARSER.parse(text)
    for condition in found.conditions:
        assert condition.mask(FACTS).shape == (len(COURSES),)
        assert 0 <= condition.start < condition.end <= len(text)


def test_a_guest_who_speaks_examines_nobody() -> None:
    facts = Facts.of((course("P", "Talks", exam_form=("Presentation",)), *COURSES))
    parser = ConditionParser(facts)
    assert parser.parse("Geldpolitik mit einem Gastvortrag der Nationalbank").conditions == ()
    assert [one.field for one in parser.parse("Kurse mit Abschlussvortrag").conditions] == ["exam_form"]


def test_no_list_of_words_stands_twice() -> None:
    """YAML keeps the last of two lists of one name, and says nothing."""
    for path in sorted(FOLDER.glob("*.yaml")):
        names = re.findall(r"^(\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) == len(set(names)), path


def test_a_level_is_told_to_be_ignored_where_the_catalogue_has_none() -> None:
    facts = Facts.of((course("D1", "One", ects=3.0), course("D2", "Two", ects=6.0)))
    assert ConditionParser(facts).parse("master courses worth 3 ects").ignored == ("master",)
    assert ConditionParser(facts).parse("help with my master thesis").ignored == ()


def test_a_title_before_a_name_is_no_name() -> None:
    facts = Facts.of((course("D1", "One", lecturer="Zellweger Thomas"), course("D2", "Two", lecturer="Berg Anna")))
    found = ConditionParser(facts).parse("courses given by Professor Zellweger")
    assert ([one.values for one in found.conditions], found.ignored) == ([("Zellweger Thomas",)], ())


PRINTED = {
    "Department of Finance": "Department of Finance (FIN)",
    "Institut for Finansiering": "Institut for Finansiering (FIN)",
    "School of Law": "School of Law (LAW)",
}
OFFERED = tuple(
    replace(made, fields={**made.fields, "department": Field("department", (name,), (own,))})
    for made, (name, own) in zip(
        (
            course("B1", "One", "2024/2025", level=("Bachelor",), start=("Spring",)),
            course("B2", "Two", "2025/2026", level=("Bachelor", "Master"), start=("Autumn",)),
            course("B3", "Three", "2025/2026", level=("Master",), start=("Spring",)),
        ),
        PRINTED.items(),
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("courses by the department of finance", {"B1", "B2"}),
        ("kurser fra Institut for Finansiering", {"B1", "B2"}),
        ("finance department courses", {"B1", "B2"}),
        ("what can I take at the law school", {"B3"}),
        ("courses not in the department of finance", {"B3"}),
        ("courses in 25/26", {"B2", "B3"}),
        ("courses in spring 26", {"B3"}),
        ("master courses, fall 25", {"B2"}),
        ("courses at both bachelor and master level", {"B2"}),
        ("bachelor and master courses", {"B1", "B2", "B3"}),
        ("courses with 50/50 of whatever", {"B1", "B2", "B3"}),
    ],
)
def test_departments_years_and_levels_in_other_words(question: str, codes: set[str]) -> None:
    facts = Facts.of(OFFERED)
    mask = np.ones(len(OFFERED), dtype=bool)
    for condition in ConditionParser(facts).parse(question).conditions:
        mask &= condition.mask(facts)
    assert {one.code for one, here in zip(OFFERED, mask, strict=True) if here} == codes
