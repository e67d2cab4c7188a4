"""A question to an index: the right course, field and value, in the JSON of the interface; never an exception."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courselens.course import Catalogue
from courselens.errors import CourselensError
from courselens.search.index import build_index, open_index
from courselens.search.lens import Lens
from courselens.search.saying import _opened
from courselens.search.show import show_answer
from fakes import HashEncoder, catalogue, course, passages_of, within


@pytest.mark.parametrize(
    ("question", "code", "field", "value"),
    [
        ("Is Embodied Leadership taught in English?", "KAN-C1001U", "language", ["English"]),
        ("do i need danish for tax law", "KAN-C1011U", "language", ["Danish"]),
        ("how many ects is KAN-C1003U", "KAN-C1003U", "ects", [15.0]),
        ("c1003u credits", "KAN-C1003U", "ects", [15.0]),
        ("who teaches corporate governence", "KAN-C1008U", "lecturer", ["Person 1008"]),
        ("what will i learn in climate economics", "KAN-C1012U", "objectives", []),
        ("Worum geht es in Digital Supply Chains?", "KAN-C1003U", "content", []),
    ],
)
def test_a_field_or_section_of_a_course(lens: Lens, question: str, code: str, field: str, value: list[object]) -> None:
    found = lens.ask(question).to_dict()
    assert found["course"]["code"] == code
    assert found["courses"][0]["code"] == code
    assert (found["field"], found["value"]) == (field, value)
    assert found["answer"]
    assert found["passages"][0]["field" if value else "section"] == field


def test_of_a_named_course_the_whole_question_is_not_encoded(lens: Lens) -> None:
    named = lens.answerer.understand("Who teaches Tax Law?")
    assert named.named
    assert named.bare
    assert named.text not in named.texts
    topic = lens.answerer.understand("companies that pollute rivers")
    assert topic.text in topic.texts
    assert len(lens.answerer.understand("").texts) >= 2, "something is searched for, whatever is asked"


def test_two_fields_are_asked_at_once(lens: Lens) -> None:
    found = lens.ask("Who teaches Tax Law and how many ECTS?").to_dict()
    said = {found["field"]: found["value"], **{one["field"]: one["value"] for one in found["further"]}}
    assert said == {"lecturer": ["Person 1011"], "ects": [10.0]}
    assert found["course"]["code"] == "KAN-C1011U"
    assert show_answer(lens.ask("Who teaches Tax Law and how many ECTS?")).count("Tax Law") == 2
    assert lens.ask("Who teaches Tax Law?").further == ()


def test_a_question_that_states_two_facts_is_answered_for_both(lens: Lens) -> None:
    found = lens.ask("Is Tax Law a 10 ECTS course in English?")
    assert [found.field, *(one.field for one in found.further)] == ["ects", "language"]
    assert str(found.answer).startswith("Yes, ")
    assert str(found.further[0].answer).startswith("No, ")
    assert lens.ask("Is Tax Law taught in Danish?").further == ()


def test_a_lecturer_beside_no_course_asks_for_courses(lens: Lens) -> None:
    found = lens.ask("Where is Person 1011 among the lecturers?")
    assert [one.course.title for one in found.courses] == ["Tax Law"]
    assert [one["field"] for one in found.filters] == ["lecturer"]


def test_what_is_held_is_said_beside_what_is_not(lens: Lens) -> None:
    found = lens.ask("Which literature is there for Tax Law and who teaches it?")
    assert (found.field, found.value, found.further) == ("lecturer", ("Person 1011",), ())
    assert found.note
    assert "literature" in found.note


def test_courses_that_fit_much_less_are_not_named_beside_the_best(lens: Lens) -> None:
    found = lens.consider("courses on carbon prices, damages, discounting and climate policy")
    best, second = found.ranking.score[found.ranking.order[:2]]
    assert second < 0.6 * best
    assert found.saying.answer == "This course fits best: KAN-C1012U Climate Economics."
    assert str(lens.consider("master courses in English").saying.answer).count(";") == 2


def test_yes_and_no(lens: Lens) -> None:
    assert str(lens.ask("Is Embodied Leadership taught in English?").answer).startswith("Yes, ")
    assert str(lens.ask("Is Embodied Leadership taught in Danish?").answer).startswith("No, ")


def test_behind_yes_an_article_is_small_and_a_name_stays() -> None:
    tax = course("T1", "Tax Law")
    assert _opened("Yes, ", "The examination form of T1 Tax Law is Oral exam.", tax).startswith("Yes, the examination")
    assert _opened("Yes, ", "T1 Tax Law is taught in English.", tax) == "Yes, T1 Tax Law is taught in English."
    assert _opened("", "The level of T1 Tax Law is Master.", tax).startswith("The level")


def test_an_exam_lists_its_parts(lens: Lens) -> None:
    found = lens.ask("how is operations research examined").to_dict()
    assert found["field"] == "exam"
    assert found["value"] == [
        {"form": "Written exam", "weight": 100.0, "duration": "4 hours", "grouping": "individual"}
    ]


def test_the_newest_year_unless_another_is_named(lens: Lens) -> None:
    assert lens.ask("how many ects is embodied leadership").value == (7.5,)
    older = lens.ask("how many ects was embodied leadership in 2020/2021")
    assert older.value == (5.0,)
    assert older.course is not None
    assert older.course.year == "2020/2021"
    assert lens.ask("KAN-C1001U 2020 ects").value == (5.0,)


@pytest.mark.parametrize(
    "question",
    [
        "how many ects of Embodied Leadership 2020/2021 count",
        "KAN-C1001U Embodied Leadership 2020/2021: ects?",
        "is Embodied Leadership (2020) a 5 ECTS class",
    ],
)
def test_a_year_behind_the_name_is_of_the_course_wherever_it_stands(lens: Lens, question: str) -> None:
    found = lens.ask(question)
    assert (found.field, found.value) == ("ects", (5.0,))
    assert "2020" not in lens.answerer.understand(question).frame


def test_the_year_that_is_asked_and_said_is_that_of_the_version_named(lens: Lens) -> None:
    found = lens.ask("what year is KAN-C1001U Embodied Leadership 2020/2021 of")
    assert (found.field, found.value) == ("year", ("2020/2021",))


def test_whether_a_course_runs_in_a_year(lens: Lens) -> None:
    held = lens.ask("Does Embodied Leadership run in 2020/2021?")
    assert (held.field, held.value) == ("year", ("2020/2021",))
    assert str(held.answer).startswith("Yes, ")
    missing = lens.ask("Does Tax Law run in 2020/2021?")
    assert missing.course is not None
    assert (missing.course.title, missing.field) == ("Tax Law", "year")
    assert str(missing.answer).startswith("No, ")


def test_who_names_a_code_and_asks_for_the_number_wants_the_title(lens: Lens) -> None:
    assert lens.ask("which course has the number KAN-C1003U").field == "title"


def test_a_title_that_only_older_versions_bear_finds_the_newest_of_them(tmp_path: Path) -> None:
    one = catalogue().courses[0]
    versions = [
        replace(one, key=f"H 1 {year}", code="H 1", codes=("H 1",), title=title, year=year, group="H 1")
        for title, year in (("Old Seminar", "2020"), ("Old Seminar", "2021"), ("New Workshop", "2024"))
    ]
    made = Catalogue((*versions, *catalogue().courses))
    passages = [passage for one in made.courses for passage in passages_of(one)]
    build_index(made, passages, HashEncoder(64), tmp_path / "index")
    small = Lens(open_index(tmp_path / "index"), HashEncoder(64))
    for question, year in (("Old Seminar", "2021"), ("H 1 Old Seminar", "2021"), ("New Workshop", "2024")):
        first = small.ask(question).courses[0].course
        assert (first.code, first.year) == ("H 1", year)


def test_courses_with_conditions(lens: Lens) -> None:
    found = lens.ask("which danish courses have at least 7 credits")
    assert found.course is None
    assert found.field is None
    assert {one.course.code for one in found.courses} == {"KAN-C1004U", "KAN-C1011U"}
    assert [one["field"] for one in found.filters] == ["language", "ects"]


def test_a_condition_that_leaves_nothing_is_relaxed_and_told(lens: Lens) -> None:
    found = lens.ask("danish courses on law at phd level")
    assert [one["field"] for one in found.filters] == ["language"]
    assert "phd" in found.ignored
    assert found.courses


def test_an_unknown_code_is_not_found(lens: Lens) -> None:
    found = lens.ask("how many ects is KAN-C9999U")
    assert found.answer is None
    assert found.course is None
    assert found.confidence > 0.5


def test_a_field_that_the_catalogue_does_not_hold(lens: Lens) -> None:
    found = lens.ask("study board of tax law")
    assert found.answer is None
    assert found.field == "study_board"
    assert found.course is not None
    assert found.course.code == "KAN-C1011U"
    assert "does not say" in str(found.note)


def test_the_json_has_the_order_of_the_interface(lens: Lens) -> None:
    found = lens.ask("who teaches tax law").to_dict()
    expected = [
        "question",
        "answer",
        "field",
        "value",
        "confidence",
        "course",
        "courses",
        "passages",
        "filters",
        "ignored",
    ]
    assert list(found)[:10] == expected
    assert list(found["courses"][0]) == ["key", "code", "codes", "year", "title", "score", "passage"]
    assert list(found["passages"][0]) == ["rank", "text", "kind", "field", "section", "score", "course", "source"]
    assert json.loads(json.dumps(found)) == found
    searched = lens.search("tax law").to_dict()
    assert not {"answer", "field", "value", "confidence", "course", "further"} & set(searched)


def test_search_with_filters(lens: Lens) -> None:
    found = lens.search("law", filters={"level": "bachelor"}, k=3)
    assert {one.course.code for one in found.courses} <= {"KAN-C1002U", "KAN-C1006U", "KAN-C1009U", "KAN-C1010U"}
    assert found.filters[0] == {"field": "level", "value": ["Bachelor"], "from": "level=bachelor"}
    with pytest.raises(CourselensError, match="unknown field"):
        lens.search("law", filters={"colour": "red"})
    with pytest.raises(CourselensError, match="no course has this value"):
        lens.search("law", filters={"level": "Kindergarten"})
    with pytest.raises(CourselensError, match="not a number"):
        lens.search("law", filters={"ects": "many"})


ODD = [
    "",
    "?",
    "x",
    "the of and",
    "🙂🙂",
    "שלום עולם",
    "'; DROP TABLE courses; --",
    "SELECT * FROM x WHERE 1=1",
    "%s %d {}",
]


@pytest.mark.parametrize(
    "text",
    [
        *ODD,
        *("a" * 10_000, "lorem ipsum " * 900, "\x00\x1b[31m", "8,276 " * 400, "not " * 300),
        *("courses" + ",;" * 990, "a" + "," * 1999, "courses on law " + "but not " * 240, "how much " * 220),
    ],
)
def test_odd_input_gives_an_answer_or_none_quickly(lens: Lens, text: str) -> None:
    lens.ask(text)
    with within(0.1):
        found = lens.ask(text)
    assert 0 <= found.confidence <= 1
    json.dumps(found.to_dict())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_any_text_gives_an_answer(lens: Lens, text: str) -> None:
    found = lens.ask(text)
    assert found.question == text
    assert 0 <= found.confidence <= 1


def test_encode(lens: Lens) -> None:
    vectors = lens.encode(["one text", "another"])
    assert vectors.shape == (2, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert lens.encode([]).shape == (0, 256)


def test_a_workspace_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="courselens build"):
        Lens.open(tmp_path)


@pytest.mark.parametrize("name", ["index.json", "vectors.npy", "names.json", "facts.json", "asked_model.npy"])
def test_a_damaged_or_missing_file_is_named(folder: Path, tmp_path: Path, name: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    with pytest.raises(CourselensError, match=name):
        open_index(tmp_path)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(CourselensError, match="courselens index"):
        open_index(tmp_path)


def test_an_index_of_nothing_is_refused(tmp_path: Path) -> None:
    from fakes import catalogue

    with pytest.raises(CourselensError, match="nothing to index"):
        build_index(catalogue(), [], HashEncoder(), tmp_path / "index")


def test_a_unit_only_behind_a_number_is_a_topic_by_itself(lens: Lens) -> None:
    assert "pointers" in lens.answerer.understand("courses on pointers in C").topic


def test_a_named_course_of_which_nothing_is_asked_is_known(lens: Lens) -> None:
    found = lens.consider("Tax Law in a few words")
    asked = sum(share for name, share in found.asked.shares.items() if name in lens.answerer.fields)
    assert found.evidence.kind == "named"
    assert found.evidence.known > np.log1p(100 * asked) / np.log(101)
