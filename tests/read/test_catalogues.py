"""The real catalogues: facts that a person read off the pages and sheets, and what holds for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from courselens.course import Course, Source, Value
from courselens.read.html import read_html
from courselens.read.labels import Labels
from courselens.read.pdf import read_pdf
from courselens.read.understand import no_course, understand

ROOT = Path(os.environ.get("COURSELENS_CATALOGUES", "../shared/catalogues"))
pytestmark = [
    pytest.mark.catalogues,
    pytest.mark.skipif(not ROOT.is_dir(), reason=f"no catalogues at {ROOT}: set COURSELENS_CATALOGUES"),
]

ReadFile = Callable[[str], Course]


@pytest.fixture(scope="module")
def one(shipped: Labels) -> ReadFile:
    """The only course of the only file that a pattern finds."""

    def read(pattern: str) -> Course:
        (path,) = ROOT.glob(pattern)
        reader = read_pdf if path.suffix == ".pdf" else read_html
        (course,) = (
            course
            for document in reader(path.read_bytes(), path.name)
            for course in understand(document, shipped, Source(path.name))
        )
        return course

    return read


@pytest.mark.parametrize(
    ("pattern", "codes", "title", "language", "ects", "lecturers", "parts"),
    [
        (
            "stgallen-pdf/7.049-*",
            ("7,049", "8,049"),
            "Digital Platforms: Foundations, Management, Governance and Regulation",
            ("English",),
            6.0,
            ("Hein Andreas",),
            [("Written exam", 100.0, "120 mins.", "individual")],
        ),
        (
            "stgallen-pdf/8.721-*",
            ("8,721",),
            "Technologien/Technologies: #FreeMyInternet - Illustrierte Kurzgeschichten zur Kommunikation aktueller "
            "Internetforschung",
            ("German",),
            3.0,
            ("Freyburg Tina Margarete", "Valär Pia"),
            [
                ("Presentation", 35.0, None, "group"),
                ("Written assignment", 45.0, None, "group"),
                ("Written assignment", 20.0, None, None),
            ],
        ),
        (
            "stgallen-pdf/8.119-*",
            ("8,119",),
            "Steuerplanung und Management der Steuerfunktion multinationaler Unternehmungen",
            ("German",),
            3.0,
            ("Jaeger Hans-Joachim", "Regli Florian"),
            None,
        ),
        (
            "stgallen-pdf/8.054-*",
            ("8,054",),
            "Anwendungsprojekt II",
            ("German",),
            4.0,
            (
                *("Bazzi Marco", "Gasser Florian", "Schwizer Dominik", "Bieker Thomas", "Beritelli Pietro"),
                *("Bazzi Daniel", "Scherer Roland", "Klumbies Aristid", "N. N."),
            ),
            None,
        ),
        (
            "stgallen-pdf/8.100-*",
            ("8,100",),
            "Reporting & Auditing",
            ("German",),
            6.0,
            ("Leibfried Peter", "Loser Silvan"),
            None,
        ),
        (
            "stgallen-pdf/8.604-*",
            ("8,604",),
            "Geschichte/History: Understanding Brexit - The UK, Europe, and the Rise of Populism, 1945-2025",
            ("English",),
            3.0,
            ("Toye Richard John",),
            None,
        ),
    ],
)
def test_a_sheet(
    one: ReadFile,
    pattern: str,
    codes: tuple[str, ...],
    title: str,
    language: tuple[str, ...],
    ects: float,
    lecturers: tuple[str, ...],
    parts: list[tuple[str, float, str | None, str | None]] | None,
) -> None:
    course = one(pattern)
    assert (course.codes, course.title, course.year) == (codes, title, "2025")
    assert course.values("language") == language
    assert course.values("ects") == (ects,)
    assert course.values("lecturer") == lecturers
    assert course.values("start") == ("Spring",)
    if parts is not None:
        assert [(part.form, part.weight, part.duration, part.grouping) for part in course.exam] == parts


def test_every_sheet_has_its_fields_and_sections(shipped: Labels) -> None:
    paths = sorted((ROOT / "stgallen-pdf").glob("*.pdf"))[::4]
    assert paths
    for path in paths:
        (document,) = read_pdf(path.read_bytes(), path.name)
        (course,) = understand(document, shipped, Source(path.name))
        assert {"language", "ects", "lecturer", "start", "exam_form", "updated"} <= set(course.fields), path.name
        assert {"objectives", "content", "exam"} <= {section.name for section in course.sections}, path.name
        assert sum(part.weight or 0 for part in course.exam) == 100, path.name
        told = {section.name for section in course.sections}
        known = {"prerequisites", "objectives", "content", "teaching", "literature", "further", "exam", "notice"}
        assert told <= known, path.name
        text = "\n".join(section.text for section in course.sections)
        assert "Fact sheet version" not in text
        assert "Merkblatt-Version" not in text
        assert course == Course.from_dict(course.to_dict())


@pytest.mark.parametrize(
    ("code", "title", "text", "facts"),
    [
        (
            "LSLS10061U",
            "International Naturforvaltning",
            "da",
            {
                "language": ("Danish",),
                "ects": (7.5,),
                "level": ("Bachelor",),
                "start": ("Block 2",),
                "capacity": (70,),
                "lecturer": ("Kirsten Carlsen",),
                "updated": ("2023-04-25",),
                "exam_form": ("Oral exam",),
            },
        ),
        (
            "NDAB22007U",
            "Software Development for Digital Health",
            "en",
            {
                "language": ("English",),
                "ects": (7.5,),
                "level": ("Bachelor",),
                "start": ("Spring",),
                "capacity": (),
                "lecturer": ("Thomas Troels Hildebrandt", "Panagiota Katsikouli"),
                "updated": ("2023-02-28",),
                "exam_form": ("Written assignment", "Oral exam"),
            },
        ),
        (
            "SMIM22001U",
            "Pharmacovigilance: Signal detection and risk management",
            "en",
            {
                "ects": (5.0,),
                "level": ("Part-time Master",),
                "start": ("Autumn",),
                "capacity": (25,),
                "lecturer": ("Morten Andersen", "Maurizio Sessa"),
                "grading_scale": ("7-point grading scale",),
            },
        ),
        (
            "NMAA04032U",
            "Introduktion til økonomi (ØkIntro)",
            "da",
            {"language": ("Danish",), "capacity": (), "grading_scale": ("Pass/fail",)},
        ),
    ],
)
def test_a_page(one: ReadFile, code: str, title: str, text: str, facts: dict[str, tuple[Value, ...]]) -> None:
    course = one(f"copenhagen-html/{code}.html")
    assert (course.key, course.title, course.text_language) == (f"{code} 2023/2024", title, text)
    assert {name: course.values(name) for name in facts} == facts
    told = "\n".join([str(course.fields), *(section.text for section in course.sections)])
    assert "Telefonbog" not in told
    assert "unmangle" not in told
    assert {"objectives", "content", "exam", "workload", "feedback"} <= {section.name for section in course.sections}


def test_error_pages_list_their_links() -> None:
    for path in (ROOT / "stgallen-broken").glob("*.pdf"):
        (document,) = read_html(path.read_bytes(), path.name)
        assert no_course(document).startswith("no course found; it lists links to ")
