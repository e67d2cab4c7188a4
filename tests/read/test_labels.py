"""Labels in three languages, a university's own on top, and what a wrong file is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import FIELDS, SECTIONS
from courselens.errors import CourselensError
from courselens.read.document import Block
from courselens.read.labels import RESERVED, Labels, load_labels, normalise_label, own_name
from courselens.read.structure import as_row

LABELS = load_labels()


@pytest.fixture(scope="module")
def labels() -> Labels:
    return LABELS


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Language", "language"),
        ("Sprog", "language"),
        ("Unterrichtssprache:", "language"),
        ("Course\u00a0ECTS", "ects"),
        ("ECTS-Credits", "ects"),
        ("Point", "ects"),
        ("course_coordinator", "lecturer"),
        ("Kursusansvarlige", "lecturer"),
        ("Max. participants", "capacity"),
        ("Main Category of the Course", "discipline"),
        ("Sidst opdateret den", "updated"),
        ("Contracting faculties", "faculty"),
        ("Maks. deltagere", "capacity"),
        ("Colour", None),
    ],
)
def test_a_field_is_known_by_any_of_its_labels(labels: Labels, text: str, field: str | None) -> None:
    assert labels.field(text) == field


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Lern-Ziele", "objectives"),
        ("Læringsmål", "objectives"),
        ("Course content, structure and pedagogical approach", "content"),
        ("Veranstaltungs-Vorbedingungen", "prerequisites"),
        ("3. Literature", "literature"),
        ("Exam (Statistics I)", "exam"),
        ("Bemærkninger", "further"),
        ("Forudsætninger for deltagelse i kurset", "prerequisites"),
        ("Exam prerequisites", "prerequisites"),
        ("Aim of the course", "objectives"),
        ("Studiearbejdstimer", "workload"),
    ],
)
def test_a_section_is_known_by_any_of_its_labels(labels: Labels, text: str, section: str) -> None:
    assert labels.section(text) == section


def test_every_canonical_field_and_section_has_labels_in_english(labels: Labels) -> None:
    known = {(one.room, one.name) for found in labels.meanings.values() for one in found if one.language == "en"}
    assert {("fields", name) for name in FIELDS} <= known
    assert {("sections", name) for name in SECTIONS} <= known


def test_a_word_may_mean_a_field_a_section_and_a_row_of_an_exam(labels: Labels) -> None:
    assert {label.room for label in labels.all("Duration")} == {"fields", "exam"}
    found = labels.find("Remarks", "sections")
    assert found is not None
    assert found.name == "further"


def test_did_you_mean(labels: Labels) -> None:
    assert labels.suggest("langauge", "fields") == "language"
    assert labels.suggest("xyzzy") is None


def test_a_role_is_kept_in_the_own_words(labels: Labels) -> None:
    found = labels.canonical("lecturer", ["Ada Holm - Law (LAW)", "ah@example.org"], label="Course coordinator")
    assert found is not None
    assert found.values == ("Ada Holm",)
    assert found.own == ("Ada Holm - Law (LAW) (coordinator)",)


def test_credits_told_in_ects_are_ects(labels: Labels) -> None:
    found = labels.canonical("credits", "7,5 ECTS (225 SAT)")
    assert found is not None
    assert (found.name, found.values) == ("ects", (7.5,))
    plain = labels.canonical("credits", "1.00")
    assert plain is not None
    assert (plain.name, plain.values) == ("credits", (1.0,))


@pytest.mark.parametrize("text", ["", "--", "n/a", "See exam description"])
def test_no_value_is_no_field(labels: Labels, text: str) -> None:
    assert labels.canonical("ects", text) is None


def test_an_unknown_field_is_kept_as_written(labels: Labels) -> None:
    found = labels.canonical("helmet_size", ["large", "small"])
    assert found is not None
    assert found.values == ("large", "small")


def test_a_university_adds_labels_and_values_without_code(tmp_path: Path) -> None:
    extra = tmp_path / "ours.yaml"
    extra.write_text(
        "fields:\n"
        "  language: {labels: {fr: [Langue d'enseignement]}, values: {French: [langue de Molière]}}\n"
        "  campus: {kind: choice, labels: {fr: [Site]}, values: {Lakeside: [au bord du lac]}}\n"
        "sections:\n  objectives: {fr: [Objectifs]}\n",
        encoding="utf-8",
    )
    labels = load_labels(extra)
    assert labels.field("Langue d’enseignement") == "language"
    assert labels.section("OBJECTIFS") == "objectives"
    language = labels.canonical("language", "langue de Molière")
    campus = labels.canonical("campus", "au bord du lac")
    assert language is not None
    assert language.values == ("French",)
    assert campus is not None
    assert campus.values == ("Lakeside",)
    assert labels.field("Sprog") == "language"


def test_a_later_file_gives_a_label_another_meaning(tmp_path: Path) -> None:
    extra = tmp_path / "ours.yaml"
    extra.write_text("fields:\n  credits: {labels: {da: [Point]}}\n", encoding="utf-8")
    assert load_labels(extra).field("Point") == "credits"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sektions: {}", "unknown key 'sektions'"),
        ("fields: {language: {kinds: words}}", "unknown key 'kinds'"),
        ("fields: {language: {kind: colour}}", "unknown kind 'colour'"),
        ("sections: {objectives: [Objectifs]}", "a mapping is expected"),
        ("sections: {objectives: {fr: Objectifs}}", "a list of texts is expected"),
        ("fields: [", "unreadable labels"),
    ],
)
def test_a_wrong_file_is_told_by_key(tmp_path: Path, text: str, told: str) -> None:
    extra = tmp_path / "ours.yaml"
    extra.write_text(text, encoding="utf-8")
    with pytest.raises(CourselensError, match=r"ours\.yaml") as caught:
        load_labels(extra)
    assert told in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourselensError, match="unreadable labels"):
        load_labels(tmp_path / "none.yaml")


def test_labels_go_to_worker_processes(labels: Labels) -> None:
    again: Labels = pickle.loads(pickle.dumps(labels))
    assert again.field("Sprog") == "language"
    found = again.canonical("level", "BachelorGraduate DiplomaFull Degree Master")
    assert found is not None
    assert found.values == ("Bachelor", "Graduate Diploma", "Master")


@given(st.text(max_size=80))
def test_own_names_are_names(text: str) -> None:
    name = own_name(text)
    assert name
    assert name not in RESERVED
    assert not set(name) & set(" \n\t-:()")
    assert own_name(text) == own_name(f" {text} ")


@given(st.text(max_size=60))
def test_any_text_has_at_most_known_meanings(text: str) -> None:
    assert LABELS.find(text) in (None, *LABELS.all(text))
    assert normalise_label(normalise_label(text)) == normalise_label(text)


def test_a_field_without_a_kind_is_read_as_a_list(tmp_path: Path) -> None:
    extra = tmp_path / "labels.yaml"
    extra.write_text("fields: {harbour: {labels: {en: [Harbour]}}}", encoding="utf-8")
    known = load_labels(extra)
    assert known.kind("harbour") == "list"
    assert as_row(Block("paragraph", "Harbour 12"), known) == (None, ())
