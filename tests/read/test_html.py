"""HTML pages to courses: the reference layout, other layouts, and no layout at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Course
from courselens.errors import CourselensError
from courselens.read.html import read_html
from courselens.read.understand import no_course

CoursesOf = Callable[[object, bytes], list[Course]]
Page = Callable[[str], bytes]


def test_the_reference_layout_in_english(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("reference_en.html"))
    assert course.key == "KAN-CXYZV1036U 2024/2025"
    assert course.title == "Tides of Trade: Harbours, Canals and the Sea"
    assert course.title_en == course.title
    assert course.heading == f"2024/2025KAN-CXYZV1036U {course.title}"
    assert course.text_language == "en"
    values = {name: found.values for name, found in course.fields.items()}
    assert values == {
        "language": ("English",),
        "ects": (7.5,),
        "type": ("Mandatory (also offered as elective)",),
        "level": ("Bachelor", "Graduate Diploma", "Master", "Part-time Master"),
        "duration": ("One Semester",),
        "start": ("Autumn", "Spring"),
        "timetable": ("Course schedule will be posted at calendar.example.org",),
        "capacity": (65,),
        "study_board": ("Study Board for MSc in Maritime Economics",),
        "lecturer": ("Ada Holm", "Jens van der Meer"),
        "discipline": ("Globalisation and international business", "Supply chain management and logistics"),
        "teaching_method": ("Blended learning", "Face-to-face teaching"),
        "updated": ("2024-06-26",),
        "grading_scale": ("7-point grading scale",),
        "exam_form": ("Oral exam", "Written assignment"),
        "department": ("Department of Shipping, Society and Trade", "Department of Law"),
    }
    assert course.fields["level"].own == ("Bachelor", "Graduate Diploma", "Full Degree Master", "Part Time Master")
    assert "@" not in "".join(course.fields["lecturer"].own)
    assert "(coordinator)" in course.fields["lecturer"].own[0]


def test_exam_blocks_of_the_reference_layout(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("reference_en.html"))
    oral, essay = course.exam
    assert (oral.form, oral.weight, oral.grouping) == ("Oral exam", 30.0, "group")
    assert oral.duration == "20 min. per student, including examiners' discussion of grade"
    assert oral.details == {"Number of people in the group": "2-4"}
    assert (essay.form, essay.weight, essay.grouping) == ("Written assignment", 70.0, "individual")
    assert essay.own == "Home assignment - written product"
    assert essay.details == {"Make-up exam/re-exam": "Same examination form as the ordinary exam"}


def test_sections_of_the_reference_layout(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("reference_en.html"))
    assert [section.name for section in course.sections] == [
        "links",
        "objectives",
        "prerequisites",
        "exam",
        "content",
        "teaching",
        "feedback",
        "workload",
        "harbour_visit",
        "literature",
    ]
    texts = {section.name: section.text for section in course.sections}
    assert texts["objectives"] == (
        "After the course, students can:\n- explain how canals change trade\n- compare harbours of different ages"
    )
    assert texts["workload"] == "Lectures: 38 hours\nExam: 30 hours"
    assert texts["literature"] == "Mare, A. (2011): Quays. Tidewater Press."
    everything = "\n".join(texts.values())
    assert "Programmes" not in everything
    assert "Quay 1" not in everything
    assert "var x" not in everything


def test_the_reference_layout_in_danish_with_old_labels(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("reference_da.html"))
    assert (course.key, course.title) == ("BA-BABCO1001U 2012/2013", "Havnens økonomi")
    assert course.title_en == "The Economy of the Harbour"
    assert course.text_language == "da"
    assert course.values("language") == ("Danish",)
    assert course.values("ects") == (7.5,)
    assert course.values("type") == ("Mandatory",)
    assert course.values("start") == ("Autumn",)
    assert course.values("discipline") == ("Økonomi",)
    assert course.values("updated") == ("2012-05-29",)
    assert course.values("lecturer") == ("Bo Lind",)
    (part,) = course.exam
    assert (part.form, part.weight, part.duration, part.grouping) == ("Written exam", 100.0, "4 timer", "individual")
    assert [section.name for section in course.sections] == ["objectives", "exam", "content"]


def test_a_simple_page_keeps_labels_and_headings_of_its_own(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("plain.html"))
    assert (course.key, course.title) == ("CIV-2040 2023/2024", "Soil Mechanics")
    assert course.values("ects") == (6.0,)
    assert course.values("language") == ("English", "German")
    assert course.values("lecturer") == ("Prof. Ida Stone", "Dr. Karl Lehm")
    assert course.values("helmet_size") == ("one size fits all",)
    assert [section.name for section in course.sections] == ["content", "objectives", "field_trips", "exam"]


def test_a_page_with_several_courses(courses_of: CoursesOf, page: Page) -> None:
    courses = courses_of(read_html, page("several.html"))
    assert [course.key for course in courses] == ["MUS 101 2022/2023", "MUS 102 2022/2023", "MUS/DAN 210 2022/2023"]
    assert [course.values("credits") for course in courses] == [(4.0,), (4.0,), (2.0,)]
    assert courses[0].values("lecturer") == ("Smith, John", "Doe, Jane")
    assert [section.name for section in courses[1].sections] == ["prerequisites", "content"]


def test_bold_lines_divide_a_page_that_has_no_headings(courses_of: CoursesOf, page: Page) -> None:
    (course,) = courses_of(read_html, page("bold.html"))
    assert (course.code, course.title) == ("PHYS-330", "Optics of the Atmosphere")
    assert course.values("level") == ("Master",)
    assert [section.name for section in course.sections] == ["content", "prerequisites", "literature"]


def test_an_author_s_own_headings_stay_in_their_section(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<h1>AB-12 Weaving</h1><h2>Course content</h2><p>On looms.</p><h4>Literature</h4><p>Penelope.</p>"
        b"<h4>Our loom</h4><p>It is old.</p><h2>Prerequisites</h2><p>Patience.</p>"
        b"<h2>Learning objectives</h2><p>To weave.</p>",
    )
    assert [section.name for section in course.sections] == ["content", "prerequisites", "objectives"]
    assert course.sections[0].text == "On looms.\nLiterature\nPenelope.\nOur loom\nIt is old."


def test_credits_told_only_in_the_exam_block(courses_of: CoursesOf) -> None:
    page = (
        "<h1>AB-12 Weaving</h1><dl><dt>Credits</dt><dd>See exam description</dd></dl><h2>Exam</h2>"
        "<dl><dt>Credit</dt><dd>{}</dd><dt>Type of assessment</dt><dd>Oral exam, 20 min</dd></dl>"
    )
    (course,) = courses_of(read_html, page.format("2,5 ECTS").encode())
    assert course.values("ects") == (2.5,)
    assert course.exam[0].duration == "20 min"
    (silent,) = courses_of(read_html, page.format("see the plan").encode())
    assert silent.values("ects") == ()


def test_elements_side_by_side_are_values_of_their_own(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<h1>AB-12 Weaving</h1><table><tr><td>Main academic disciplines</td>"
        b"<td><span>Textile</span><span>History</span></td></tr>"
        b"<tr><td>Level</td><td>BachelorGraduate Diploma</td></tr></table>",
    )
    assert course.values("discipline") == ("Textile", "History")
    assert course.values("level") == ("Bachelor", "Graduate Diploma")


def test_menus_dialogs_and_footers_are_no_content(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<nav><h2>Level</h2><p>Menu</p></nav><div class='cookie-banner'>Cookies</div><div role='search'>Find</div>"
        b"<header><a>Top</a></header><h1>AB-12 Weaving</h1><h2>Content</h2><p>Looms.</p><p hidden>Secret</p>"
        b"<button>Fold</button><footer><h2>Literature</h2><p>Press</p></footer>",
    )
    assert [(section.name, section.text) for section in course.sections] == [("content", "Looms.")]


def test_a_page_of_links_says_so() -> None:
    (document,) = read_html(
        b"<body><b>Please choose:</b><a href='a'>Weaving (1,234)</a><br><a href='b'>Weaving (5,678)</a></body>",
        "x.pdf",
    )
    assert no_course(document) == "no course found; it lists links to Weaving (1,234), Weaving (5,678)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings_are_detected(courses_of: CoursesOf, encoding: str) -> None:
    page = "<html><body><h1>AB-12 Væveri</h1><h2>Indhold</h2><p>Om væve på Færøerne.</p></body></html>"
    (course,) = courses_of(read_html, page.encode(encoding))
    assert course.title == "Væveri"
    assert course.sections[0].text == "Om væve på Færøerne."


def test_an_empty_page_is_told() -> None:
    with pytest.raises(CourselensError, match="empty file"):
        read_html(b" \n", "x.html")


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(CourselensError):
        assert all(block.text for one in read_html(data, "x.html") for block in one.blocks)


TAGS = st.sampled_from(
    (
        *("<h1>", "</h1>", "<h2>", "</h2>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<dl>", "<dt>", "<dd>"),
        *("</dl>", "<ul>", "<li>", "</ul>", "<p>", "<b>", "</b>", "<br>", "<div>", "</div>", "<main>", "<nav>"),
        *("<a href=x>", "<!--", "-->", "AB-12 Weaving", "Level", "Master", "Exam", "Content", "Credits: 6"),
        *("2024/2025", "Weighting", "30%", "--", " "),
    )
)


@given(st.lists(TAGS, max_size=40).map("".join))
def test_any_markup(courses_of: CoursesOf, text: str) -> None:
    for course in courses_of(read_html, f"<html><body>{text}</body></html>".encode()):
        assert course == Course.from_dict(course.to_dict())
        assert course.title
        assert all(section.text for section in course.sections)


def test_a_page_nested_too_deeply_is_told() -> None:
    with pytest.raises(CourselensError, match="nested too deeply"):
        read_html(b"<div>" * 20000 + b"x", "x.html")


def test_content_is_content_whatever_its_class_says(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<body><p>Top</p><div class='nav-open'><h2>AB-12 Weaving</h2><h3>Content</h3><p>Looms and more looms.</p>",
    )
    assert course.sections[0].text == "Looms and more looms."


def test_facts_above_the_heading_are_read(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<table><tr><td>Language</td><td>Danish</td></tr><tr><td>Visits</td><td>9</td></tr></table>"
        b"<h1>AB-12 Weaving</h1><h2>Content</h2><p>Looms.</p>",
    )
    assert course.values("language") == ("Danish",)
    assert "visits" not in course.fields


FACTS = "<table><tr><td>Language</td><td>English</td></tr><tr><td>Level</td><td>Bachelor</td></tr></table>"


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>2024/2025AB-CDEFG1036U&nbsp;&nbsp;Tides of\nTrade</h1>",
        "<h1><span>2024/2025</span><span>AB-CDEFG1036U</span>&nbsp;&nbsp;<span>Tides of Trade</span></h1>",
        "<h1>2024/2025<br/>AB-CDEFG1036U&nbsp;&nbsp;Tides of Trade</h1>",
        "<h1><div>2024/2025</div><div>AB-CDEFG1036U&nbsp;&nbsp;Tides of Trade</div></h1>",
        "<h1>2024/2025AB-CDEFG1036U\u00c2\u00a0\u00c2\u00a0Tides of Trade</h1>",
        "<h1>2024/2025AB-CDEFG1036U\u00ac\u2020\u00ac\u2020Tides of Trade</h1>",
        "<div class='title'>2024/2025AB-CDEFG1036U&nbsp;&nbsp;Tides of Trade</div>",
        "<title>2024/2025 AB-CDEFG1036U Tides of Trade</title>",
    ],
)
def test_a_heading_however_it_is_marked_up(courses_of: CoursesOf, heading: str) -> None:
    (course,) = courses_of(read_html, f"<body><a href='?'>Danish</a>{heading}{FACTS}</body>".encode())
    assert (course.key, course.title) == ("AB-CDEFG1036U 2024/2025", "Tides of Trade")
    assert course.values("level") == ("Bachelor",)


def test_codes_in_running_text_are_no_heading(courses_of: CoursesOf) -> None:
    page = f"<h1>On harbours</h1>{FACTS}<h2>Prerequisites</h2><p>NMAB10002U Introduction to Tides</p>"
    (course,) = courses_of(read_html, page.encode())
    assert (course.codes, course.title) == ((), "On harbours")


DISCIPLINES = ("Trade and tides", "Law of the sea")


@pytest.mark.parametrize(
    "markup",
    [
        "<p><strong>{}:</strong> {}</p>",
        "<div><div>{}</div><div>{}</div></div>",
        "<table><tr><td>{}</td><td>&nbsp;</td><td>{}</td></tr><tr><td>Max. participants</td><td></td><td>9</td></tr>"
        "</table>",
    ],
    ids=["bold label", "divisions", "empty column"],
)
def test_values_on_lines_of_their_own(courses_of: CoursesOf, markup: str) -> None:
    facts = {
        "Level": ["Bachelor", "Graduate Diploma"],
        "Course coordinator": ["Ada Holm - Department of Law (LAW)", "Bo Lind - Trade (TRA)"],
        "Main academic disciplines": list(DISCIPLINES),
        "Start time of the course": ["Autumn", "Spring"],
    }
    info = "".join(markup.format(label, "<br/>".join(values)) for label, values in facts.items())
    (course,) = courses_of(read_html, f"<h1>AB-12 Weaving</h1>{info}<h2>Content</h2><p>Looms.</p>".encode())
    assert course.values("level") == ("Bachelor", "Graduate Diploma")
    assert course.values("lecturer") == ("Ada Holm", "Bo Lind")
    assert course.values("discipline") == DISCIPLINES
    assert course.values("start") == ("Autumn", "Spring")
    assert [section.text for section in course.sections] == ["Looms."]


def test_a_text_behind_a_fact_is_no_value_of_it(courses_of: CoursesOf) -> None:
    page = "<h1>AB-12 Weaving</h1><p>Level: Bachelor</p><p>Bring a loom.</p><p>Master of looms</p>"
    (course,) = courses_of(read_html, page.encode())
    assert course.values("level") == ("Bachelor",)


def test_names_of_exams_in_the_type_of_their_heading(courses_of: CoursesOf) -> None:
    rows = "<table><tr><td>Sub exam weight</td><td>{}%</td></tr><tr><td>Examination form</td><td>{}</td></tr></table>"
    page = (
        f"<h1>AB-12 Weaving</h1><b>Examination</b><p></p><b>Weaving: orally</b><p></p>{rows.format(30, 'Oral exam')}"
        f"<b>Weaving: at home</b><p></p>{rows.format(70, 'Home assignment')}<b>Expected literature</b><p>Looms.</p>"
    )
    (course,) = courses_of(read_html, page.encode())
    assert [(part.form, part.weight) for part in course.exam] == [("Oral exam", 30.0), ("Written assignment", 70.0)]
    assert [section.name for section in course.sections] == ["exam", "literature"]


@pytest.mark.parametrize(
    "end", ["<div>Last updated on<br/>26-06-2024</div>", "<p><b>Last updated on</b> 26-06-2024</p>"]
)
def test_the_date_of_change_ends_the_last_section(courses_of: CoursesOf, end: str) -> None:
    page = f"<h1>AB-12 Weaving</h1>{FACTS}<h3>Expected literature</h3><div>Looms.</div>{end}"
    (course,) = courses_of(read_html, page.encode())
    assert course.values("updated") == ("2024-06-26",)
    assert [section.text for section in course.sections] == ["Looms."]


def test_headings_that_are_never_closed(courses_of: CoursesOf) -> None:
    page = f"<h1>AB-12 Weaving{FACTS}<h3>Learning objectives<p>To weave <b>and <i>knit</b></i>.<div>Both.</div>"
    (course,) = courses_of(read_html, page.encode())
    assert (course.title, course.values("level")) == ("Weaving", ("Bachelor",))
    assert [(one.name, one.text) for one in course.sections] == [("objectives", "To weave and knit.\nBoth.")]


def test_a_page_in_one_table(courses_of: CoursesOf) -> None:
    wide = "<tr><td colspan='2'>{}</td></tr>"
    rows = "".join(
        (
            wide.format("<h3>Course information</h3>"),
            "<tr><td>Language</td><td>English</td></tr>",
            "<tr><td>Level</td><td><div>Bachelor</div><div>Graduate Diploma</div></td></tr>",
            wide.format("<h3>Learning objectives</h3>"),
            wide.format("<p>To weave.</p><p>To knit.</p>"),
            wide.format("<h3>Examination</h3>"),
            wide.format("<b>Weaving:</b>"),
            "<tr><td>Examination form</td><td>Oral exam</td></tr><tr><td>Duration</td><td>20 min.</td></tr>",
            wide.format("<h3>Expected literature</h3>"),
            wide.format("Looms."),
        )
    )
    (course,) = courses_of(read_html, f"<h1>AB-12 Weaving</h1><table>{rows}</table>".encode())
    assert course.values("level") == ("Bachelor", "Graduate Diploma")
    assert course.values("duration") == ()
    assert [(part.form, part.duration) for part in course.exam] == [("Oral exam", "20 min.")]
    assert [section.name for section in course.sections] == ["objectives", "exam", "literature"]


@pytest.mark.parametrize("name", ["<h4>{}</h4>", "<b>{}:</b>", "<div>{}</div>"])
def test_an_exam_without_the_rows_of_the_next_one(courses_of: CoursesOf, name: str) -> None:
    row = "<tr><td>{}</td><td>{}</td></tr>"
    oral = row.format("Examination form", "Oral exam") + row.format("Duration", "20 min.")
    home = row.format("Sub exam weight", "70%") + row.format("Examination form", "Home assignment")
    page = (
        f"<h1>AB-12 Weaving</h1>{FACTS}<h3>Examination</h3>{name.format('Weaving, orally')}<table>{oral}</table>"
        f"{name.format('Weaving, at home')}<table>{home}</table>"
    )
    (course,) = courses_of(read_html, page.encode())
    told = [(part.form, part.weight, part.duration) for part in course.exam]
    assert told == [("Oral exam", None, "20 min."), ("Written assignment", 70.0, None)]


@pytest.mark.parametrize(
    ("fact", "said", "title"),
    [
        ("<p>Course ECTS: 15 ECTS</p>", "Internship, 15 ECTS", "Internship, 15 ECTS"),
        ("<p>Course ECTS: 15 ECTS</p>", "Internship (15 ECTS)", "Internship (15 ECTS)"),
        ("<p>Course ECTS: 15 ECTS</p>", "Internship. 15 ECTS.", "Internship"),
        ("<p>Level: Master</p>", "Internship, 15 ECTS", "Internship"),
    ],
)
def test_an_amount_is_of_the_title_where_credits_are_told(
    courses_of: CoursesOf, fact: str, said: str, title: str
) -> None:
    (course,) = courses_of(read_html, f"<h1>AB-12 {said}</h1>{fact}".encode())
    assert (course.title, course.values("ects")) == (title, (15.0,))


def test_a_number_said_in_words_is_kept(courses_of: CoursesOf) -> None:
    (course,) = courses_of(
        read_html,
        b"<h1>AB-12 Weaving</h1><table><tr><td>Level</td><td>Master</td></tr>"
        b"<tr><td>Course capacity</td><td>No limit</td></tr></table>",
    )
    assert course.values("capacity") == ()
    assert [(section.name, section.text) for section in course.sections] == [("capacity", "No limit")]
