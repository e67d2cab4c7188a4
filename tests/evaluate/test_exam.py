"""Questions with known answers: how they are read, and how answers are judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Catalogue, Course
from courselens.dataset.types import Pair, Passage, Question
from courselens.errors import CourselensError
from courselens.evaluate.exam import Exam, fulfils, questions_of, run_exam
from courselens.evaluate.questions import parse_questions, read_questions
from fakes import course

LAW = course("3,116", "Penal Law", "2025", language=["German"], ects=3.0, lecturer=["Anna Meier", "Jo Li"])
DATA = course("8,276", "Data Science", "2025", language=["English"], ects=4.0)
CHANGE = course("8,277", "Change", "2025", language=["German", "English"], ects=3.0)
CATALOGUE = Catalogue((LAW, DATA, CHANGE))


class Canned:
    """Answers each question with the JSON it was given."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        self.answers = answers

    def ask(self, question: str) -> Json:
        return Json(self.answers[question])


class Json:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)

    def to_dict(self) -> dict[str, Any]:
        return self.data


def reference(code: str) -> dict[str, Any]:
    return {"key": f"{code} 2025", "code": code, "codes": [code], "year": "2025", "title": "…"}


def answer(*codes: str, field: str | None = None, value: Any = (), text: str | None = "…", sure: float = 1.0) -> Any:
    return {
        "answer": text,
        "field": field,
        "value": list(value),
        "confidence": sure,
        "course": reference(codes[0]) if field else None,
        "courses": [reference(code) for code in codes],
    }


def write(folder: Path, *lines: Mapping[str, Any]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def run(folder: Path, question: Mapping[str, Any], found: Mapping[str, Any]) -> Exam:
    path = write(folder, {"question": "q", **question})
    return run_exam(Canned({"q": found}), read_questions(path), CATALOGUE)


def shares(exam: Exam) -> dict[str, float]:
    return {name: rate.value for name, rate in exam.rates.items()}


FIELD = {"course": "8276", "field": "language", "value": "English"}


def test_a_right_answer_is_right_in_every_respect(tmp_path: Path) -> None:
    exam = run(tmp_path, FIELD, answer("8,276", "3,116", field="language", value=["English"]))
    assert shares(exam) == {
        "right course first": 1,
        "right field": 1,
        "right course and value first": 1,
        "right course and value first: language": 1,
        "answerable: refused": 0,
    }
    assert exam.outcomes[0].right
    assert exam.calibration == 0


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (answer("3,116", field="language", value=["English"]), {"right course first", "right course and value first"}),
        (answer("8,276", field="ects", value=["English"]), {"right field"}),
        (answer("8,276", field="language", value=["English", "German"]), {"right course and value first"}),
        (answer("8,276", field="language", value=[]), {"right course and value first"}),
        ({**answer("3,116", "8,276"), "course": reference("8,276"), "field": "language"}, {"right course first"}),
        (answer(text=None, sure=0.5), {"right course first", "right field", "right course and value first"}),
    ],
)
def test_what_is_wrong_is_told_apart(tmp_path: Path, found: Mapping[str, Any], wrong: set[str]) -> None:
    exam = run(tmp_path, FIELD, found)
    assert wrong <= {name for name, value in shares(exam).items() if value == 0}
    assert not exam.outcomes[0].right


def test_a_refused_answer_counts_as_refused(tmp_path: Path) -> None:
    exam = run(tmp_path, FIELD, answer("8,276", field="language", value=["English"], text=None))
    assert shares(exam)["answerable: refused"] == 1
    assert not exam.outcomes[0].right


def test_values_are_the_same_in_any_order_case_and_number_type(tmp_path: Path) -> None:
    lecturers = {"course": "3,116", "field": ["lecturer"], "value": ["jo li", "Anna  Meier"]}
    exam = run(tmp_path, lecturers, answer("3,116", field="lecturer", value=["Anna Meier", "Jo Li"]))
    assert exam.outcomes[0].right
    assert run(tmp_path, {"course": "3,116", "field": "ects", "value": 3}, answer("3,116", field="ects", value=[3.0]))


def test_any_of_several_fields_is_right(tmp_path: Path) -> None:
    exam = run(tmp_path, {"course": "3,116", "field": ["exam", "exam_form"]}, answer("3,116", field="exam_form"))
    assert shares(exam)["right field"] == 1


def test_words_that_the_answer_must_hold(tmp_path: Path) -> None:
    asked = {"course": "3,116", "field": "objectives", "contains": "guilt"}
    assert run(tmp_path, asked, answer("3,116", field="objectives", text="Theories of  Guilt.")).outcomes[0].right
    assert not run(tmp_path, asked, answer("3,116", field="objectives", text="Nothing.")).outcomes[0].right


def test_a_described_course_first_or_among_five(tmp_path: Path) -> None:
    exam = run(tmp_path, {"course": "3,116", "tag": "en on de"}, answer("8,276", "3,116"))
    assert shares(exam) == {
        "described: first": 0,
        "described: first (en on de)": 0,
        "described: in first five": 1,
        "described: in first five (en on de)": 1,
        "answerable: refused": 0,
    }


def test_an_unanswerable_question_wants_no_answer(tmp_path: Path) -> None:
    asked = {"unanswerable": True}
    assert run(tmp_path, asked, answer(text=None)).outcomes[0].right
    assert not run(tmp_path, asked, answer("3,116")).outcomes[0].right


@pytest.mark.parametrize(
    ("conditions", "codes", "kept"),
    [
        ({"ects": 3}, ["3,116", "8,277"], True),
        ({"ects": 3}, ["3,116", "8,276"], False),
        ({"ects": 3}, [], False),
        ({"language": {"not": "German"}}, ["8,276"], True),
        ({"language": {"not": "German"}}, ["8,277"], False),
        ({"ects": {"min": 3.5, "max": 4}}, ["8,276"], True),
        ({"language": ["English", "Danish"], "ects": 3}, ["8,277"], True),
        ({"lecturer": {"contains": "meier"}}, ["3,116"], True),
    ],
)
def test_conditions_of_the_first_five(tmp_path: Path, conditions: Any, codes: list[str], kept: bool) -> None:
    exam = run(tmp_path, {"conditions": conditions}, answer(*codes))
    assert shares(exam)["conditions kept by the first five"] == kept


def test_one_course_kept_where_two_fit_is_told(tmp_path: Path) -> None:
    exam = run(tmp_path, {"courses": ["3,116", "8,277"]}, answer("3,116"))
    assert shares(exam) == {
        "conditions kept by the first five": 1,
        "conditions kept by the first five, as many as fit": 0,
    }


def test_a_field_that_a_course_lacks_fulfils_only_a_not() -> None:
    assert not fulfils(DATA, {"lecturer": "Anna Meier"})
    assert not fulfils(DATA, {"capacity": {"max": 10}})
    assert fulfils(DATA, {"lecturer": {"not": "Anna Meier"}})


def test_credits_answer_for_ects_and_year_is_a_condition() -> None:
    assert fulfils(course("A", "A", credits=1.0), {"ects": 1})
    assert fulfils(DATA, {"year": "2025"})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"question": " "}', "no question"),
        ('{"question": "q"}', "nothing says what a right answer is"),
        ('{"question": "q", "cuorse": "A"}', "unknown key: 'cuorse'"),
        ('{"question": "q", "course": 8276}', "not a text"),
        ('{"question": "q", "course": "A", "value": "B"}', 'need a "field"'),
        ('{"question": "q", "course": "A", "field": "ects", "value": true}', "not a text, a number"),
        ('{"question": "q", "course": "A", "unanswerable": true}', "no right answer"),
        ('{"question": "q", "unanswerable": "yes"}', "not true or false"),
        ('{"question": "q", "course": "A", "conditions": {"ects": 3}}', "both one course and conditions"),
        ('{"question": "q", "conditions": {}}', "not an object of fields"),
        ('{"question": "q", "conditions": {"ects": {"above": 3}}}', "unknown condition"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"question": "fine", "course": "A"}\n\n' + line, encoding="utf-8")
    with pytest.raises(CourselensError) as caught:
        read_questions(path)
    assert said in str(caught.value)
    assert "mine.jsonl, line 3" in str(caught.value)


def test_a_file_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="cannot read"):
        read_questions(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(CourselensError, match="no questions"):
        read_questions(tmp_path / "empty.jsonl")


def test_a_code_that_the_catalogue_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="9,999"):
        run(tmp_path, {"course": "9,999"}, answer())


def test_conditions_that_nothing_fulfils_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="fulfils"):
        run(tmp_path, {"conditions": {"ects": 99}}, answer())


def test_conditions_without_a_catalogue_are_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, {"question": "q", "conditions": {"ects": 3}})
    with pytest.raises(CourselensError, match="need the catalogue"):
        run_exam(Canned({"q": answer()}), read_questions(path))


def test_text_and_json_tell_what_was_answered_wrong(tmp_path: Path) -> None:
    exam = run(tmp_path, FIELD, answer("3,116", field="language", value=["German"], text="It is German.", sure=0.9))
    text = exam.text()
    assert "1 answered wrong" in text
    assert "expected: 8276 language English" in text
    assert "answered: 3,116; language; It is German." in text
    data = json.loads(json.dumps(exam.to_dict(), allow_nan=False))
    assert data["rates"]["right course first"]["n"] == 1
    assert data["calibration_error"] == pytest.approx(0.9)
    assert data["outcomes"][0]["courses"] == ["3,116"]


OLD = course("CS 12", "Logic", "2021")
NEW = course("CS 12", "Logic", "2024")
OTHER = course("CS 13", "Proofs", "2024")
YEARS = Catalogue((replace(OLD, group="CS 12"), replace(NEW, group="CS 12"), OTHER))


def made(text: str, kind: str, about: Course, *, passage: Course | None = None, label: float = 1.0) -> Pair:
    style = "none" if kind == "described" else "full"
    asked = Question(text, kind, "ects" if kind == "field" else None, None, about.key, "CS 12", style, "en")
    found = passage or about
    return Pair(asked, Passage("…", "fact", "ects", None, found.key, found.group, "f"), label, "positive")


def test_test_pairs_make_an_exam() -> None:
    pairs = [
        made("a?", "field", OLD),
        made("a?", "field", OLD, passage=OTHER),
        made("c", "described", NEW),
        made("x", "field", OTHER, label=0.0),
    ]
    found = questions_of(pairs, YEARS)
    assert [(one.text, one.kind, {*one.course}, one.asked) for one in found] == [
        ("a?", "field", {OLD.key, NEW.key, OTHER.key}, ("ects",)),
        ("c", "described", {OLD.key, NEW.key}, ()),
    ]
    assert len(questions_of([made(str(number), "field", NEW) for number in range(90)], YEARS, most=40)) == 30


def test_a_question_that_names_a_year_means_the_version_of_that_year() -> None:
    (found,) = questions_of([made("credits of CS 12 Logic 2021", "field", OLD)], YEARS)
    assert found.course == (OLD.key,)


def test_a_question_that_names_a_course_means_every_one_of_that_name() -> None:
    twin = replace(NEW, key="CS 12 2024 (2)", group="CS 12 2024 (2)")
    (named,) = questions_of([made("CS 12 Logic?", "field", NEW)], Catalogue((*YEARS.courses, twin)))
    (told,) = questions_of([made("proofs", "described", NEW)], Catalogue((*YEARS.courses, twin)))
    assert twin.key in named.course
    assert twin.key not in told.course


@given(st.text(max_size=60))
def test_text_that_is_no_questions_is_refused(text: str) -> None:
    with pytest.raises(CourselensError, match=r"\(f, line \d+|no questions: 'f'"):
        parse_questions(text, "f")


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_question_is_read_as_it_stands(text: str) -> None:
    line = json.dumps({"question": text, "course": "A"}, ensure_ascii=False)
    assert [one.text for one in parse_questions(f"\n{line}\n{line}", "f")] == [text, text]
