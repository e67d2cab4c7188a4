"""Facts that a page tells in a sentence, or beside its people, where it has no row for them."""

from __future__ import annotations

import pytest

from courselens.course import Section
from courselens.read.labels import load_labels
from courselens.read.prose import taught_in
from courselens.read.table import read_table
from courselens.read.values import read_departments

LABELS = load_labels()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Students read novels. Taught in Spanish. Offered annually.", "Spanish"),
        ("Conducted entirely in Chinese.", "Chinese"),
        ("The course is taught in English; readings in German.", "English"),
        ("Der Kurs wird auf Deutsch gehalten.", "German"),
        ("Kurset undervises på dansk.", "Danish"),
        ("Taught in Spanish. Taught in English.", None),
        ("Poems are taught in Spanish translation.", None),
        ("Skills that are taught in English departments.", None),
        ("Taught in Rome.", None),
        ("", None),
    ],
)
def test_a_sentence_tells_the_language(text: str, language: str | None) -> None:
    found = taught_in([Section("content", "Content", text)], LABELS)
    assert (found.text if found else None) == language


def test_a_column_of_languages_is_believed_before_a_sentence() -> None:
    header = "Course code,Course title,Language,Course content\n"
    rows = f"{header}A 1,One,German,Taught in Spanish.\nA 2,Two,,Taught in Spanish.\n"
    german, spanish = read_table(rows.encode(), "t.csv", LABELS)
    assert (german.fields["language"].text, spanish.fields["language"].text) == ("German", "Spanish")


def test_the_department_beside_people_is_told_once_without_its_short_form() -> None:
    found = read_departments(
        [
            "Ida Stone - Department of Finance (FIN) (coordinator)",
            "Bo Gao - Department of Finance (FIN)",
            "Lis Lund - Juridisk Institut (LAW); see the notes",
            "Ann Berg - visiting",
            "Kim Holm",
        ]
    )
    assert found.values == ("Department of Finance", "Juridisk Institut")
    assert found.own == ("Department of Finance (FIN)", "Juridisk Institut (LAW)")
