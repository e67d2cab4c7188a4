"""Tables: dialects, headers, columns matched by labels, codes made of two columns, terms, nested lists."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Course
from courselens.errors import CourselensError
from courselens.read.labels import Labels
from courselens.read.table import read_rows, read_table


@pytest.fixture
def labels(shipped: Labels) -> Labels:
    return shipped


def table(text: str | bytes, labels: Labels, file: str = "t.csv") -> list[Course]:
    return read_table(text.encode() if isinstance(text, str) else text, file, labels)


# --- dialects and headers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_dialects(labels: Labels, delimiter: str, newline: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerow(["Course code", "Course title", "ECTS", "Course content"])
    writer.writerow(["CS 101", 'Sails, "knots"; and | more', "7,5", "First line.\nSecond, quoted line."])
    writer.writerow(["CS 102", "Rowing", "5", "Oars\tand water."])
    first, second = table(out.getvalue(), labels)
    assert (first.code, first.title) == ("CS 101", 'Sails, "knots"; and | more')
    assert first.values("ects") == (7.5,)
    assert first.sections[0].text == "First line.\nSecond, quoted line."
    assert (second.code, second.source.row) == ("CS 102", 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(labels: Labels, encoding: str) -> None:
    text = "Kode;Titel;Sprog\nA1001;Søfart på åben sø;Dansk\n" + "B1002;Æbler og øl;Engelsk\n" * 9
    first, second, *_ = table(text.encode(encoding), labels)
    assert (first.title, first.values("language")) == ("Søfart på åben sø", ("Danish",))
    assert second.values("language") == ("English",)


def test_titles_above_the_header(labels: Labels) -> None:
    text = "Catalogue of the college,,\nExported on 1 May,,\n,,\nCode,Title,Level\nA1001,Sailing,Bachelor\n"
    (course,) = table(text, labels)
    assert (course.code, course.title, course.values("level")) == ("A1001", "Sailing", ("Bachelor",))


def test_spreadsheet_separator_line(labels: Labels) -> None:
    (course,) = table("sep=;\r\nCode;Title\r\nA1001;Sailing, rowing\r\n", labels)
    assert course.title == "Sailing, rowing"


def test_short_and_long_rows(labels: Labels) -> None:
    text = "Code,Title,Level\nA1001,Sailing\nA1002,Rowing, and more,Bachelor\nA1003,Diving,Master,,\n\n,,Master\n"
    found = read_rows(text.encode(), "t.csv", labels)
    assert [(course.code, course.source.row) for course in found.courses] == [("A1001", 1), ("A1003", 3)]
    assert [(skipped.file, skipped.reason.split(":")[0]) for skipped in found.skipped] == [
        ("t.csv, row 2", "row of 4 cells under a header of 3"),
        ("t.csv, row 4", "no title"),
    ]


def test_errors_name_the_columns(labels: Labels) -> None:
    with pytest.raises(
        CourselensError, match=r"no column for the title: 'Code, Titre, Level' \(t\.csv\).*Did you mean"
    ):
        table("Code,Titre,Level\nA1001,Sailing,Master\n", labels)
    with pytest.raises(CourselensError, match=r"no header row: '12, 34\.5' \(t\.csv\).*names the columns"):
        table("12,34.5\n13,35.5\n", labels)
    with pytest.raises(CourselensError, match=r"damaged JSON.*t\.json"):
        table('[{"title": "Sailing"}, ', labels, "t.json")
    with pytest.raises(CourselensError, match=r"damaged Parquet.*t\.parquet"):
        table(b"PAR1nonsense", labels, "t.parquet")


# --- columns -------------------------------------------------------------------------------------------------------


def test_registrars_export(labels: Labels) -> None:
    text = (
        "Dept,No.,Course Title,Credits,Level,Term,Course Type,Learning Mode,Prerequisites,Course Description,Notes\n"
        'AS/RE,231,Temples,1.0,200,Fall 2020,Seminar,S,,"<B>About</B> temples &amp; gardens.<BR>And ponds.",\n'
        "ART,101,Drawing,-1.0,100,Summer 1 2006,Studio,A,None needed.,Pencils.,Bring paper.\n"
        "ART,101,Drawing,0.25,100,Interim 2024,Studio,,,Pencils and ink.,\n"
    )
    first, second, third = table(text, labels)
    assert (first.key, first.code, first.codes, first.year) == ("AS/RE 231 2020", "AS/RE 231", ("AS/RE 231",), "2020")
    start = first.fields["start"]
    assert (start.values, start.own, start.label) == (("Autumn",), ("Fall",), "Term")
    assert first.values("department") == ("AS/RE",)
    assert first.values("credits") == (1.0,)
    assert first.values("level") == ("200",)
    assert first.values("type") == ("Seminar",)
    assert first.values("learning_mode") == ("S",)
    assert {one.name: (one.heading, one.text) for one in first.sections} == {
        "content": ("Course Description", "About temples & gardens.\nAnd ponds.")
    }
    assert "credits" not in second.fields
    assert second.fields["start"].own == ("Summer 1",)
    assert {one.name for one in second.sections} == {"prerequisites", "content", "further"}
    assert third.values("credits") == (0.25,)
    assert "learning_mode" not in third.fields


def test_a_label_repeated_in_its_own_column_is_dropped(labels: Labels) -> None:
    text = "Code,Title,Prerequisites\nA-1,Sailing,Prerequisites: A-0.\nA-2,Rowing,Note: an oar of your own.\n"
    first, second = table(text, labels)
    assert first.sections[0].text == "A-0."
    assert second.sections[0].text == "Note: an oar of your own."


def test_one_column_of_codes_beats_two(labels: Labels) -> None:
    (course,) = table('Code,Dept,No.,Title\n"CS-101, EE-7",CS,101,Circuits\n', labels)
    assert course.codes == ("CS-101", "EE-7")
    assert course.values("department") == ("CS",)


def test_a_number_alone_is_a_code(labels: Labels) -> None:
    (course,) = table("Course number,Department,Title\n2040,Department of Hydraulics,Pumps\n", labels)
    assert (course.code, course.values("department")) == ("2040", ("Department of Hydraulics",))


def test_title_in_the_column_called_course(labels: Labels) -> None:
    found = table("Course,Instructor,Credits\nMaritime Law,Ada Boe,6\nCargo and Ports,Bo Cee,3\n", labels)
    assert [(course.title, course.code, course.key) for course in found] == [
        ("Maritime Law", "", "Maritime Law"),
        ("Cargo and Ports", "", "Cargo and Ports"),
    ]
    (course,) = table("Title,Credits\nCS 101: Maritime Law,6\n", labels)
    assert (course.code, course.title) == ("CS 101", "Maritime Law")


def test_misspelt_and_snake_case_headers(labels: Labels) -> None:
    text = "course_code,courseTitle,Prerequisities,language_of_instruction\nA1001,Sailing,A boat.,engelsk\n"
    (course,) = table(text, labels)
    assert (course.code, course.title, course.values("language")) == ("A1001", "Sailing", ("English",))
    assert [(one.name, one.heading) for one in course.sections] == [("prerequisites", "Prerequisities")]


def test_unknown_columns_are_kept(labels: Labels) -> None:
    long = "A thought that goes on and on. " * 8
    text = f'Code,Title,Gen. Ed. Area,Rationale,Link\nA1001,Sailing,Nature; Sport,"{long}",https://x.example/1\n'
    (course,) = table(text, labels)
    assert course.values("gen_ed_area") == ("Nature", "Sport")
    assert [(one.name, one.heading) for one in course.sections] == [("rationale", "Rationale")]
    assert course.source.url == "https://x.example/1"
    assert "link" not in course.fields


def test_two_columns_of_one_meaning(labels: Labels) -> None:
    (course,) = table("Code,Title,Level,Course level\nA1001,Sailing,Master,Advanced\n", labels)
    assert course.values("level") == ("Master",)
    assert course.values("course_level") == ("Advanced",)


def test_a_year_column_leaves_terms_alone(labels: Labels) -> None:
    (course,) = table("Code,Title,Year,Term\nA1001,Sailing,2024-25,Fall\n", labels)
    assert (course.year, course.values("start"), course.key) == ("2024/2025", ("Autumn",), "A1001 2024/2025")


def test_exam_column(labels: Labels) -> None:
    text = 'Code,Title,Examination\nA1001,Sailing,"Examination form: Oral exam\nSub exam weight: 40%\n\n' + (
        'Examination form: Written exam\nSub exam weight: 60%"\n'
    )
    (course,) = table(text, labels)
    assert [(part.form, part.weight) for part in course.exam] == [("Oral exam", 40.0), ("Written exam", 60.0)]
    assert course.values("exam_form") == ("Oral exam", "Written exam")


# --- JSON, JSON Lines, Parquet -------------------------------------------------------------------------------------

RECORDS: list[dict[str, Any]] = [
    {
        "code": "A1001",
        "title": "Sailing",
        "ects": 7.5,
        "language": ["English", "Danish"],
        "teachers": [{"name": "Ada Boe", "email": "ab@x.example"}, {"name": "Bo Cee", "email": None}],
        "learning objectives": ["Steer a boat.", "Read the wind."],
        "level": None,
    },
    {"code": "A1002", "title": "Rowing", "ects": 5, "language": [], "teachers": [], "level": "Bachelor"},
]


def check_records(courses: list[Course]) -> None:
    first, second = courses
    assert first.values("ects") == (7.5,)
    assert first.values("language") == ("English", "Danish")
    assert first.values("lecturer") == ("Ada Boe", "Bo Cee")
    assert [(one.name, one.text) for one in first.sections] == [("objectives", "- Steer a boat.\n- Read the wind.")]
    assert "level" not in first.fields
    assert second.fields.keys() == {"ects", "level"}
    assert [course.source.row for course in courses] == [1, 2]


@pytest.mark.parametrize("shape", ["list", "named", "deep", "lines in .json"])
def test_json(labels: Labels, shape: str) -> None:
    shapes = {
        "list": json.dumps(RECORDS),
        "named": json.dumps({"version": 1, "courses": RECORDS}),
        "deep": json.dumps({"data": {"items": RECORDS}}),
        "lines in .json": "\n".join(map(json.dumps, RECORDS)),
    }
    check_records(table(shapes[shape], labels, "t.json"))


def test_json_by_code_and_nested_names(labels: Labels) -> None:
    data = {"A1001": {"title": "Sailing", "course": {"level": "Master"}}, "A1002": {"title": "Rowing"}}
    first, second = table(json.dumps(data), labels, "t.json")
    assert (first.code, first.values("level"), second.code) == ("A1001", ("Master",), "A1002")


def test_names_within_objects_are_labels(labels: Labels) -> None:
    facts = {"language": ["English", "Danish"], "credits": {"ects": 5}, "rooms": 2}
    first, _ = table(
        json.dumps([{"code": "A-1", "title": "Sailing", "facts": facts}, {"code": "A-2", "title": "Rowing"}]),
        labels,
        "t.json",
    )
    assert first.title == "Sailing"
    assert first.values("language") == ("English", "Danish")
    assert first.values("ects") == (5.0,)
    assert first.values("facts_rooms") == ("2",)


def test_a_person_as_an_object(labels: Labels) -> None:
    data = [{"code": f"A-{n}", "title": "Sailing", "lecturer": {"name": "Ida Stone", "room": "4"}} for n in (1, 2)]
    assert table(json.dumps(data), labels, "t.json")[0].values("lecturer") == ("Ida Stone",)


def test_json_lines(labels: Labels) -> None:
    lines = [json.dumps(RECORDS[0]), "{damaged", json.dumps(RECORDS[1]), "[1]"]
    found = read_rows("\n".join(lines).encode(), "t.jsonl", labels)
    assert [course.source.row for course in found.courses] == [1, 3]
    assert [skipped.file for skipped in found.skipped] == ["t.jsonl, row 2", "t.jsonl, row 4"]


def test_own_courses_come_back(labels: Labels) -> None:
    (course,) = table("Code,Title,Term,Max. participants\nA1001,Sailing,Fall 2020,30\n", labels)
    (again,) = table(json.dumps(course.to_dict()), labels, "courses.jsonl")
    assert again.fields == course.fields
    assert (again.key, again.year, again.source.file) == (course.key, course.year, "courses.jsonl")


def test_parquet(labels: Labels) -> None:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), out)
    check_records(table(out.getvalue(), labels, "t.parquet"))


def test_many_rows(labels: Labels) -> None:
    rows = "".join(f"A{number},Course {number},Bachelor\n" for number in range(10_000, 22_000))
    assert len(table("Code,Title,Level\n" + rows, labels)) == 12_000


# --- properties ----------------------------------------------------------------------------------------------------

cells = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), max_size=30)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=12), st.sampled_from([",", ";", "\t"]))
def test_every_row_is_a_course_or_told(shipped: Labels, rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Course code", "Course title", "Remarks on it"])
    for title, note in rows:
        writer.writerow(["A1001", title, note])
    found = read_rows(out.getvalue().encode(), "t.csv", shipped)
    assert len(found.courses) + len(found.skipped) == len(rows)


def test_a_quote_that_is_not_closed_is_named(labels: Labels) -> None:
    with pytest.raises(CourselensError, match=r"quote that is not closed.*t\.csv, line 2"):
        table('Code,Title,ECTS\nE-101,"Markets,3\nE-102,Games,4\n', labels)


def test_a_header_with_letters_exchanged_is_understood(labels: Labels) -> None:
    (made,) = table("Code,Title,Langauge,Shoe size\nE-101,Markets,English,43\n", labels)
    assert (made.values("language"), made.values("shoe_size")) == (("English",), ("43",))


def test_json_finds_the_list_beside_its_description(labels: Labels) -> None:
    data = {"meta": {"version": 1}, "data": {"courses": [{"code": "E-101", "title": "Markets", "ects": 5}]}}
    (made,) = table(json.dumps(data), labels, "t.json")
    assert (made.code, made.title) == ("E-101", "Markets")


def test_a_number_said_in_words_is_kept(labels: Labels) -> None:
    one, two = table("Code,Title,Course capacity\nA1001,Sailing,No limit\nA1002,Rowing,30\n", labels)
    assert one.values("capacity") == ()
    assert [(said.name, said.text) for said in one.sections] == [("capacity", "No limit")]
    assert (two.values("capacity"), two.sections) == ((30,), ())
