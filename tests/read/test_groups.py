"""Course groups: one course over years, codes and cross-listings, whatever the order of reading."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from courselens.course import Course
from courselens.read.groups import group_courses, normal_code
from fakes import course

WORDS = (
    *("quay", "canal", "rope", "crane", "tide", "pilot", "cargo", "harbour"),
    *("storm", "anchor", "sail", "ledger", "toll", "customs", "barge", "lock"),
)


def text(seed: int, words: int = 80, change: int = 0) -> str:
    """Running text, a few of its words changed."""
    draw = random.Random(seed)
    out = [f"{draw.choice(WORDS)}{draw.randrange(40)}" for _ in range(words)]
    for at in range(change):
        out[at * 7 % words] = f"new{at}"
    return " ".join(out)


def groups(courses: list[Course]) -> list[set[str]]:
    found: dict[str, set[str]] = {}
    for one in group_courses(courses):
        found.setdefault(one.group, set()).add(one.key)
    return sorted(found.values(), key=min)


def test_a_re_issued_course_is_one_group() -> None:
    old = course("AB-1", "Weaving", "2023/2024", sections={"content": text(1)})
    new = course("AB-1", "Weaving today", "2024/2025", sections={"content": text(1, change=8)})
    assert groups([new, old]) == [{old.key, new.key}]


def test_a_cross_listed_sheet_is_one_group() -> None:
    both = replace(course("7,049", "Weaving", "2025", sections={"content": text(1)}), codes=("7,049", "8,049"))
    other = course("8.049", "Weaving", "2024", sections={"content": text(2)})
    assert normal_code("8.049") == normal_code("8,049")
    assert groups([both, other]) == [{both.key, other.key}]


def test_a_copy_under_another_code_is_one_group() -> None:
    one = course("AB-1", "Weaving", sections={"content": text(1)})
    copy = course("CD-2", "WEAVING", sections={"content": text(1, change=2)})
    other = course("EF-3", "Weaving", sections={"content": text(3)})
    assert groups([one, copy, other]) == [{one.key, copy.key}, {other.key}]


def test_a_recycled_code_is_two_groups() -> None:
    one = course("8,600", "History of Finance", "2024", sections={"content": text(1)})
    other = course("8,600", "Deep Sea Diving", "2025", sections={"content": text(2)})
    assert groups([one, other]) == [{one.key}, {other.key}]


def test_a_translation_under_one_code_is_one_group() -> None:
    one = replace(course("AB-1", "Weaving", "2024", sections={"content": text(1)}), text_language="en")
    other = replace(course("AB-1", "Vævning", "2025", sections={"content": text(2)}), text_language="da")
    assert groups([one, other]) == [{one.key, other.key}]


def test_courses_without_text_are_one_by_code_and_title_only() -> None:
    one, again = course("AB-1", "Weaving", "2023"), course("AB-1", "Weaving II", "2024")
    other = course("CD-2", "Weaving", "2024")
    assert groups([one, again, other]) == [{one.key, again.key}, {other.key}]


def test_a_group_is_named_by_its_smallest_key() -> None:
    courses = [course("AB-1", "Weaving", year) for year in ("2025", "2023", "2024")]
    assert {one.group for one in group_courses(courses)} == {"AB-1 2023"}


@given(st.permutations(range(9)))
def test_order_does_not_matter(order: list[int]) -> None:
    courses = [
        *(course("AB-1", "Weaving", year, sections={"content": text(1)}) for year in ("2023", "2024")),
        *(course(f"CD-{number}", "Seminar", sections={"content": text(number // 2)}) for number in range(5)),
        *(course("EF-9", title, year, sections={"content": text(year_text)}) for title, year, year_text in OLD_AND_NEW),
    ]
    straight = {one.key: one.group for one in group_courses(courses)}
    mixed = group_courses([courses[index] for index in order])
    assert {one.key: one.group for one in mixed} == straight
    assert [one.key for one in mixed] == [courses[index].key for index in order]


OLD_AND_NEW = (("Law", "2023", 20), ("Music", "2024", 21))


def test_many_courses_of_one_title() -> None:
    courses = [course(f"AB-{number}", "Seminar", sections={"content": text(number // 2)}) for number in range(400)]
    assert len(groups(courses)) == 200


def test_a_name_for_many_topics_is_not_one_course() -> None:
    knights = "Knights, castles and monasteries of the Middle Ages, read in chronicles and charters of the time itself."
    steam = "Steam, railways and cotton mills: how industry changed the work, the towns and the families of Europe."
    told = [("2020", knights), ("2020", steam), ("2022", knights), ("2023", steam)]
    made = [
        replace(course("HIST 299", "Topics in History", year, sections={"content": text}), key=f"HIST 299 {number}")
        for number, (year, text) in enumerate(told)
    ]
    groups = [one.group for one in group_courses(made)]
    assert groups[0] == groups[2] != groups[1] == groups[3]
