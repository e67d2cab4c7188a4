"""Values as catalogues write them, and the canonical ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Value
from courselens.read.labels import Labels, load_labels
from courselens.read.values import clean, read_count, read_credits, read_percent

LABELS = load_labels()


@pytest.fixture(scope="module")
def labels() -> Labels:
    return LABELS


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7.5 ECTS", [7.5]),
        ("7,5 ECTS (225 SAT)", [7.5]),
        ("7.5 ECTS ECTS", [7.5]),
        ("ECTS: 15", [15.0]),
        ("6", [6.0]),
        ("4-6 ECTS", [4.0, 6.0]),
        ("See exam description", []),
        ("Semester 2025", []),
        ("225 SAT", [225.0]),
        ("7½ ECTS", [7.5]),
        ("5 or 7,5 ECTS", [5.0, 7.5]),
        ("5/7.5 ECTS", [5.0, 7.5]),
        ("0/0", [0.0]),
        (".25 credits", [0.25]),
        (".5", [0.5]),
        ("12345 credits", []),
        ("-1.0", []),
    ],
)
def test_credits(text: str, numbers: list[float]) -> None:
    assert read_credits(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("30%", [30.0]), ("33,3 %", [33.3]), ("40", [40.0]), ("about half", []), ("100 percent of the grade", [100.0])],
)
def test_percent(text: str, numbers: list[float]) -> None:
    assert read_percent(text) == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("70", [70]),
        ("Max. 30 students", [30]),
        ("16\nThe number of seats may be reduced in week 3", [16]),
        ("No limit. The number of seats may be reduced in week 3", []),
        ("Ingen begrænsning", []),
        ("1,200", [1200]),
        ("Min. 12, max. 30", [30]),
        ("Minimum 15 - maximum 50", [50]),
        ("70 (max. 35 a team)", [70]),
    ],
)
def test_counts(text: str, numbers: list[int]) -> None:
    assert read_count(text) == numbers


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("26-06-2024", "2024-06-26"),
        ("25/04/2018", "2018-04-25"),
        ("29 maj 2012", "2012-05-29"),
        ("9. Januar 2025", "2025-01-09"),
        ("June 26, 2024", "2024-06-26"),
        ("2024-02-29", "2024-02-29"),
        ("2024-06-26T10:33:00", "2024-06-26"),
        ("04-jan-2013", "2013-01-04"),
        ("1er août 2024", "2024-08-01"),
        ("26/6/12", "2012-06-26"),
        ("version 3.0 as of 25/02/2025, valid for Spring Semester 2025", "2025-02-25"),
    ],
)
def test_dates_are_iso(labels: Labels, text: str, date: str) -> None:
    found = labels.canonical("updated", text)
    assert found is not None
    assert found.values == (date,)


def test_no_date_is_no_field(labels: Labels) -> None:
    assert labels.canonical("updated", "31-31-2024") is None


@pytest.mark.parametrize(
    ("field", "texts", "values"),
    [
        ("language", ["Dansk/Danish"], ("Danish",)),
        ("language", ["Deutsch, Englisch"], ("German", "English")),
        ("language", ["English and German"], ("English", "German")),
        ("language", ["Klingon"], ("Klingon",)),
        ("level", ["Part Time Master"], ("Part-time Master",)),
        ("level", ["Full Degree MasterMaster"], ("Master",)),
        ("level", ["Kandidat", "Bachelor tilvalg", "Bachelor"], ("Master", "Bachelor")),
        ("level", ["Ph.d."], ("PhD",)),
        ("level", ["Bachelor choice", "Full Degree Master choice"], ("Bachelor", "Master")),
        ("type", ["Obligatorisk"], ("Mandatory",)),
        ("type", ["Elective course"], ("Elective",)),
        ("type", ["Mandatory/Obligatorisk"], ("Mandatory",)),
        ("type", ["Mandatory/Valgfag"], ("Mandatory/Valgfag",)),
        ("type", ["Mandatory (also offered as elective)"], ("Mandatory (also offered as elective)",)),
        ("start", ["Autumn, Spring"], ("Autumn", "Spring")),
        ("start", ["Fall 2020"], ("Autumn",)),
        ("start", ["Autumn", "A course of six days over a period of three weeks"], ("Autumn",)),
        ("start", ["3. kvartal"], ("Third Quarter",)),
        ("start", ["Kvartal 1"], ("First Quarter",)),
        ("start", ["Blok 3 og 4"], ("Block 3", "Block 4")),
        ("start", ["Block 1, 2 and 3"], ("Block 1", "Block 2", "Block 3")),
        ("start", ["HS 2024"], ("Autumn",)),
        ("duration", ["Ét semester"], ("One Semester",)),
        ("duration", ["Et semester"], ("One Semester",)),
        ("duration", ["30 June-5 July 2024"], ("30 June-5 July 2024",)),
        ("grading_scale", ["7-trins-skala"], ("7-point grading scale",)),
        ("grading_scale", ["bestået/ikke bestået"], ("Pass/fail",)),
        ("grading_scale", ["Pass / Fail"], ("Pass/fail",)),
        ("teaching_method", ["Tilstedeværelsesundervisning"], ("Face-to-face teaching",)),
        ("discipline", ["Law", "Philosophy and ethics"], ("Law", "Philosophy and ethics")),
        ("capacity", ["65"], (65,)),
    ],
)
def test_canonical_values(labels: Labels, field: str, texts: list[str], values: tuple[Value, ...]) -> None:
    found = labels.canonical(field, texts)
    assert found is not None
    assert found.values == values
    assert len(found.own) in (0, len(values))


def test_own_words_stand_beside_canonical_ones(labels: Labels) -> None:
    found = labels.canonical("level", ["Bachelor", "Full Degree Master"])
    assert found is not None
    assert found.own == ("Bachelor", "Full Degree Master")


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Gasser Florian , Bieger Thomas , N. N."], ("Gasser Florian", "Bieger Thomas", "N. N.")),
        (["Smith, John; Doe, Jane"], ("Smith, John", "Doe, Jane")),
        (["Prof. Ida Stone and Dr. Karl Lehm"], ("Prof. Ida Stone", "Dr. Karl Lehm")),
        (["Anna Berg, Jens Holm"], ("Anna Berg", "Jens Holm")),
        (["de Bellis Emanuel , Jaeger Hans-Joachim"], ("de Bellis Emanuel", "Jaeger Hans-Joachim")),
        (["Krafft Andreas M."], ("Krafft Andreas M.",)),
        (["Lotte Thomsen - Department of Management, Society (MSC)", "lt@example.org"], ("Lotte Thomsen",)),
        (["Hans Bruun (7-4b4b457578787143656c)"], ("Hans Bruun",)),
        (["Ada Holm", "For questions, write to the secretary.", "Bo Lind"], ("Ada Holm", "Bo Lind")),
        (["Smith"], ("Smith",)),
        (["Holm Ada , Xi , Lind Bo"], ("Holm Ada", "Xi", "Lind Bo")),
        (["Holm Ada", "Back", "Lind Bo"], ("Holm Ada", "Lind Bo")),
        (["Ada Holm - Law, Society (LAW), Bo Lind - Trade (TRA)"], ("Ada Holm", "Bo Lind")),
        (["Ada Holm (guest), on Mondays"], ("Ada Holm",)),
        (["Course coordinator: Daniel Holm (dh@example.org)"], ("Daniel Holm",)),
        (["Ada Holm", "Teaching assistant: Anne Bo"], ("Ada Holm",)),
        (["Staff of the department"], ("Staff of the department",)),
    ],
)
def test_people(labels: Labels, texts: list[str], names: tuple[str, ...]) -> None:
    found = labels.canonical("lecturer", texts)
    assert found is not None
    assert found.values == names


def test_notes_stay_beside_the_person_before(labels: Labels) -> None:
    found = labels.canonical("lecturer", ["Ada Holm", "Office hours on Mondays only.", "Bo Lind"])
    assert found is not None
    assert found.own == ("Ada Holm; Office hours on Mondays only.", "Bo Lind")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Written sit-in exam", "Written exam"),
        ("Home assignment - written product", "Written assignment"),
        ("Mündliche Prüfungs- und Fachgespräche", "Oral exam"),
        ("Mundtlig prøve, 30 min", "Oral exam"),
        ("Aktive Teilnahme", "Active participation"),
        ("Løbende bedømmelse", "Continuous assessment"),
        ("Oral exam based on written product", "Oral exam"),
        ("Mundtlig stedprøve", "Oral exam"),
        ("Written assignments", "Written assignment"),
        ("Practical written examination, 2 hours", "Practical exam"),
        ("Travail écrit", "Written assignment"),
    ],
)
def test_exam_forms(labels: Labels, text: str, form: str) -> None:
    assert labels.exam_values("form", text)[0] == form


def test_clean_makes_one_composed_line() -> None:
    assert clean("  a\u00a0\u00a0b\n c\u00ad\u200bd e\u0301 ") == "a b cd é"


@given(st.text(max_size=200))
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.sampled_from(sorted(LABELS.rules)), st.lists(st.text(max_size=80), max_size=4))
def test_any_text_reads_to_values_or_nothing(name: str, texts: list[str]) -> None:
    found = LABELS.canonical(name, texts)
    if found is not None:
        assert found.values
        assert len(found.own) in (0, len(found.values))
        assert len(set(found.values)) == len(found.values)
        assert all(isinstance(value, str) or math.isfinite(value) for value in found.values)
