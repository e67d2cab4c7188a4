"""E-mail addresses printed beside the people who teach a course."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from courselens.course import Course
from courselens.read.html import read_html
from courselens.read.labels import Labels
from courselens.read.table import read_table
from courselens.read.text import read_text
from courselens.read.values import linked_address, read_addresses

CoursesOf = Callable[[object, bytes], list[Course]]
PAGE = (
    "<h1>AB-12 Weaving</h1><table><tr><td>Level</td><td>Master</td></tr><tr><td>Lecturer</td><td>{}</td></tr></table>"
)


@pytest.mark.parametrize(
    ("items", "found"),
    [
        (["Ada Boe - Department of Law (coordinator)", "ada@uni.example"], {"Ada Boe": "ada@uni.example"}),
        (
            ["Ada Boe (ada@uni.example), Bo Cee <bo@uni.example>"],
            {"Ada Boe": "ada@uni.example", "Bo Cee": "bo@uni.example"},
        ),
        (["Ada Boe; Bo Cee; E-mail: bo@uni.example"], {"Bo Cee": "bo@uni.example"}),
        (["Ada Boe", "Secretariat: office@uni.example"], {}),
        (["Ada Boe", "Questions go to the office: office@uni.example"], {}),
        (["Ada Boe, ada@uni.example or boe@home.example"], {"Ada Boe": "ada@uni.example"}),
        (["ada@uni.example"], {}),
    ],
)
def test_an_address_is_that_of_the_person_before_it(items: list[str], found: dict[str, str]) -> None:
    assert read_addresses(items, ("Ada Boe", "Bo Cee")) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (
            '<ul><li>Ada Boe<br><a href="mailto:ada@uni.example">ada@uni.example</a></li><li>Bo Cee</li></ul>',
            ["Ada Boe"],
        ),
        ('<a href="mailto:ada@uni.example?subject=Weaving">Ada Boe</a>', ["Ada Boe"]),
        ('Ada Boe (<a href="MAILTO:ada%40uni.example">E-mail</a>)<br>Bo Cee', ["Ada Boe"]),
        ('<a href="https://uni.example/ada">Ada Boe</a>', []),
    ],
)
def test_addresses_of_a_page(courses_of: CoursesOf, cell: str, found: list[str]) -> None:
    (course,) = courses_of(read_html, PAGE.format(cell).encode())
    assert course.values("lecturer")[0] == "Ada Boe"
    assert course.contacts == dict.fromkeys(found, "ada@uni.example")
    assert "@" not in "".join(course.fields["lecturer"].own)


def test_addresses_of_a_text_and_of_a_table(courses_of: CoursesOf, shipped: Labels) -> None:
    (told,) = courses_of(read_text, b"AB-12 Weaving\nLevel: Master\nLecturer: Ada Boe, ada@uni.example\n")
    (listed,) = read_table(
        b'Code,Title,Level,Lecturer\nAB-12,Weaving,Master,"Ada Boe, ada@uni.example"\n', "t.csv", shipped
    )
    assert told.contacts == listed.contacts == {"Ada Boe": "ada@uni.example"}


def test_addresses_are_kept_in_the_catalogue(courses_of: CoursesOf) -> None:
    (course,) = courses_of(read_html, PAGE.format("Ada Boe, ada@uni.example").encode())
    assert course.to_dict()["contacts"] == {"Ada Boe": "ada@uni.example"}
    assert Course.from_dict(course.to_dict()) == course


@pytest.mark.parametrize("target", ["mailto:", "mailto:office", "https://uni.example", "tel:12", ""])
def test_other_links_lead_to_no_address(target: str) -> None:
    assert linked_address(target) == ""
