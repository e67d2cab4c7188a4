"""What was drawn is what a reader finds, whatever the format and the language of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from courselens.course import Course
from courselens.read import read
from courselens.sample import sample_courses, write_sample
from courselens.sample.course import SampleCourse, SampleSection

COURSES = 60
SECTIONS = {"exam_prerequisites": "prerequisites", "research": "research_based_teaching"}
"""Sections of a page that the vocabulary knows under another name."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, SampleCourse]:
    return {f"{course.code} {course.year}": course for course in sample_courses(COURSES, 11)}


@pytest.fixture(scope="module", params=["html", "pdf", "csv"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Course]:
    folder: Path = tmp_path_factory.mktemp("sample")
    write_sample(folder, courses=COURSES, seed=11, format=request.param)
    catalogue = read(folder, workers=1)
    assert not catalogue.skipped
    assert not catalogue.warnings
    return {course.key: course for course in catalogue.courses}


def test_every_course_is_found(drawn: dict[str, SampleCourse], found: dict[str, Course]) -> None:
    assert {course.language for course in drawn.values()} == {"en", "da"}
    assert found.keys() == drawn.keys()
    for key, course in drawn.items():
        assert found[key].title == course.title
        assert found[key].title_en == (course.title_en or None)
        assert found[key].text_language == course.language


def test_facts_are_canonical(drawn: dict[str, SampleCourse], found: dict[str, Course]) -> None:
    wrong = []
    for key, course in drawn.items():
        for fact in course.facts:
            if found[key].values(fact.name) != fact.values:
                wrong.append((key, fact.name, found[key].values(fact.name), fact.values))
    assert wrong == []


def test_no_fact_is_made_up(drawn: dict[str, SampleCourse], found: dict[str, Course]) -> None:
    wrong = []
    for key, course in drawn.items():
        told = {fact.name for fact in course.facts} | {"exam_form", "grading_scale"}
        # Without a row of its own the credits are those of the only examination.
        told |= {"ects"} if len(course.exams) == 1 else set()
        # The departments are printed beside the people.
        told |= {"department"} if "lecturer" in told else set()
        beside = " ".join(text for fact in course.facts if fact.name == "lecturer" for text in fact.printed)
        assert all(str(name) in beside for name in found[key].values("department"))
        wrong += [(key, name, found[key].values(name)) for name in found[key].fields.keys() - told]
    assert wrong == []


def test_exam_parts(drawn: dict[str, SampleCourse], found: dict[str, Course]) -> None:
    wrong = []
    for key, course in drawn.items():
        said = [(exam.own, exam.weight, exam.duration, exam.grouping) for exam in course.exams]
        read_back = [(part.own, part.weight, part.duration, part.grouping) for part in found[key].exam]
        if said != read_back:
            wrong.append((key, said, read_back))
    assert wrong == []


def test_sections_hold_their_texts(drawn: dict[str, SampleCourse], found: dict[str, Course]) -> None:
    wrong = []
    for key, course in drawn.items():
        for section in course.sections:
            if section.name in ("links", "exam"):
                continue
            name = SECTIONS.get(section.name, section.name)
            texts = [_bare(one.text) for one in found[key].sections if one.name == name]
            for said in _texts(section):
                if not any(_bare(said) in text for text in texts):
                    wrong.append((key, section.name, said, texts))
    assert wrong == []


def _texts(section: SampleSection) -> list[str]:
    return [text for block in section.blocks for text in (block.text, block.value) if text]


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text)
