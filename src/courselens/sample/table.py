"""Sample courses as one table: the same courses as on the pages, a row each."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from courselens.sample.course import Block, SampleCourse, SampleExam, SampleFact
from courselens.sample.material import load_material

_IDENTITY = ("Academic year", "Course code", "Title", "English title")


def write_table(path: Path, courses: Iterable[SampleCourse]) -> int:
    """Write the table as CSV (UTF-8, CRLF) and return its size in bytes. Several values of a cell stand on lines."""
    page = load_material().page
    facts = {name: labels[0] for name, labels in page["labels"].items() if not name.endswith("_old")}
    del facts["title_en"], facts["information"]
    sections = {name: heading[0] for name, heading in page["headings"].items() if name != "links"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*_IDENTITY, *facts.values(), *sections.values()])
        for course in courses:
            cells = [_fact(course.fact(name), course) for name in facts]
            writer.writerow(
                [course.year, course.code, course.title, course.title_en, *cells, *_sections(course, sections)]
            )
        return file.tell()


def _fact(fact: SampleFact | None, course: SampleCourse) -> str:
    if fact is None:
        return ""
    if fact.name == "lecturer":
        return "\n".join(f"{person}, {mail}" for person, mail in zip(fact.printed, course.emails, strict=True))
    return "\n".join(fact.printed)


def _sections(course: SampleCourse, names: Iterable[str]) -> list[str]:
    said = {section.name: section_text(section.blocks) for section in course.sections}
    said["exam"] = "\n\n".join(exam_text(exam) for exam in course.exams)
    return [said.get(name, "") for name in names]


def section_text(blocks: Iterable[Block]) -> str:
    """Blocks as lines: items begin with `- `, rows are `label: value`."""
    shapes = {"item": "- {text}", "row": "{text}: {value}", "paragraph": "{text}"}
    return "\n".join(shapes[block.kind].format(text=block.text, value=block.value) for block in blocks)


def exam_text(exam: SampleExam) -> str:
    """An examination as lines: its name, then a row a line."""
    return "\n".join([exam.name, *(f"{label}: {value}" for label, value in exam.rows)])
