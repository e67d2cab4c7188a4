"""Pages that list many courses: tables, entries, cards; and pages of one course that show a table of others."""

from __future__ import annotations

import pytest

from courselens.course import Course, Source
from courselens.read.html import read_html
from courselens.read.labels import load_labels
from courselens.read.understand import understand

TABLE = """<h1>Course list, autumn 2025</h1><table><tr>{header}</tr>
<tr><td>ECO-101</td><td>Principles of Economics</td><td>7,5</td><td>English</td><td>Anna Berg, Jens Holm</td></tr>
<tr><td colspan="5">Electives</td></tr>
<tr><td>ECO-205</td><td>Game Theory</td><td>5</td><td>Danish</td><td></td></tr></table>"""
COLUMNS = ("Code", "Title", "ECTS", "Language", "Lecturer")
DESCRIPTION = "Supply, demand, markets and the state, with weekly exercises in small groups."


def courses(body: str) -> list[Course]:
    """The courses of a page with this body."""
    document = read_html(f"<html><body>{body}</body></html>".encode(), "page.html")[0]
    return understand(document, load_labels(), Source("page.html"))


@pytest.mark.parametrize("cell", ["<th>{}</th>", "<td><b>{}</b></td>"])
def test_a_table_of_courses_is_a_course_a_row(cell: str) -> None:
    first, second = courses(TABLE.format(header="".join(cell.format(name) for name in COLUMNS)))
    assert (first.key, first.title, first.values("ects")) == ("ECO-101 2025", "Principles of Economics", (7.5,))
    assert first.values("lecturer") == ("Anna Berg", "Jens Holm")
    assert (second.code, second.values("language"), second.source.row) == ("ECO-205", ("Danish",), 2)


def test_a_column_may_hold_code_and_title() -> None:
    rows = "".join(f"<tr><td>ECO-{n} Markets {n}</td><td>{n // 100}</td></tr>" for n in (101, 205, 310))
    made = courses(f"<h1>Course list</h1><table><tr><th>Course</th><th>ECTS</th></tr>{rows}</table>")
    assert [(one.code, one.title, one.values("ects")) for one in made] == [
        ("ECO-101", "Markets 101", (1.0,)),
        ("ECO-205", "Markets 205", (2.0,)),
        ("ECO-310", "Markets 310", (3.0,)),
    ]


def test_a_course_page_with_a_table_of_other_courses_is_one_course() -> None:
    related = TABLE.format(header="".join(f"<th>{name}</th>" for name in COLUMNS)).replace("h1", "h3")
    made = courses(f"<h1>Labour Markets</h1><dl><dt>Course code</dt><dd>ECO-310</dd></dl><p>{DESCRIPTION}</p>{related}")
    assert [(one.code, one.title) for one in made] == [("ECO-310", "Labour Markets")]


def test_entries_of_a_definition_list_are_courses() -> None:
    made = courses(
        f"<h1>Economics</h1><dl><dt>ECON 101 Markets</dt><dd>{DESCRIPTION}</dd>"
        "<dt>ECON 205 Game Theory</dt><dd>Strategies and equilibria.</dd></dl>"
    )
    assert [(one.code, one.title, one.sections[0].text) for one in made] == [
        ("ECON 101", "Markets", DESCRIPTION),
        ("ECON 205", "Game Theory", "Strategies and equilibria."),
    ]


def test_bold_entries_tell_their_credits() -> None:
    first, second = courses(
        f"<h1>Economics (ECON)</h1><p><strong>ECON 101. Markets. 3 Credits.</strong></p><p>{DESCRIPTION}<br>"
        "Prerequisites: None of them.</p><p><strong>ECON 205. The Last 24 Hours. 4 Hours.</strong></p>"
        "<p>Strategies and equilibria.</p>"
    )
    assert (first.title, first.values("credits")) == ("Markets", (3.0,))
    assert {section.name: section.text for section in first.sections} == {
        "content": DESCRIPTION,
        "prerequisites": "None of them.",
    }
    assert (second.title, second.values("credits")) == ("The Last 24 Hours", (4.0,))


def test_cards_with_a_code_each_are_courses() -> None:
    card = "<div><h2>{}</h2><dl><dt>Course code</dt><dd>ECO-{}</dd><dt>ECTS</dt><dd>{}</dd></dl><p>{}</p></div>"
    made = courses(
        "<h1>Find your course</h1>"
        + card.format("Markets", 101, 7.5, DESCRIPTION)
        + card.format("Game Theory", 205, 5, "Strategies and equilibria.")
    )
    assert [(one.code, one.title, one.values("ects")) for one in made] == [
        ("ECO-101", "Markets", (7.5,)),
        ("ECO-205", "Game Theory", (5.0,)),
    ]


def test_a_numbered_heading_is_no_code() -> None:
    assert courses(f"<h2>1.10. Teaching</h2><p>{DESCRIPTION}</p><h2>1.11. Exams</h2><p>{DESCRIPTION}</p>") == []
