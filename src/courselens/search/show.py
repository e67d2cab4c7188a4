"""An answer as a person reads it in a terminal: the sentence, where it stands, how sure it is; the courses found.

In: an `Answer`. Out: text with ANSI colours, which `click.echo` strips where the output is no terminal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from click import style

from courselens.course import format_value
from courselens.search.answer import Answer, FoundCourse, FoundPassage, Reference

WIDTH = 100
COURSES_SHOWN = 5
OPERATORS = {
    "not": "not ",
    "only": "only ",
    "together": "in one part ",
    "between": "between ",
    ">": "more than ",
    ">=": "at least ",
    "<": "less than ",
    "<=": "at most ",
}
"""How a filter's operator is said before its values."""
ABOUT = 220
"""Characters of a passage that are shown below a course."""


def show_answer(answer: Answer) -> str:
    """The answer with its source; for a question about courses, the courses; for none, what is nearest."""
    if answer.answer is None:
        lines = [
            style("Not found in this catalogue.", fg="yellow", bold=True)
            + style(f"  (sure: {answer.confidence:.0%})", dim=True)
        ]
    else:
        told = "\n".join([answer.answer, *(one.answer for one in answer.further)])
        said = "\n".join(textwrap.fill(line, WIDTH) for line in told.splitlines())
        lines = [style(said, fg="green", bold=True) + style(f"  (sure: {answer.confidence:.0%})", dim=True)]
    if answer.answer is not None and answer.course and answer.passages:
        lines.append(f"  {_source(answer.passages[0])}")
    lines += _understood(answer)
    if answer.course is None and answer.courses:
        lines += ["", "Nearest:" if answer.answer is None else "Courses:", *_courses(answer)]
    return "\n".join(lines)


def show_results(found: Answer) -> str:
    """Ranked courses, each with the passage that matched and its source."""
    lines = [*_understood(found), *_courses(found)]
    return "\n".join(lines) if found.courses else "\n".join([*lines, "No course found."])


def _understood(answer: Answer) -> Iterator[str]:
    if answer.filters:
        kept = ", ".join(
            f"{one['field'].replace('_', ' ')}: {OPERATORS.get(one.get('operator', 'is'), '')}"
            f"{', '.join(format_value(value) for value in one['value'])} (“{one['from']}”)"
            for one in answer.filters
        )
        yield style(f"  understood  {kept}", fg="cyan")
    if answer.ignored:
        yield style(f"  ignored     {', '.join(answer.ignored)}", fg="yellow")
    if answer.note and answer.note.rstrip(".") not in (answer.answer or ""):
        yield style(f"  {answer.note}", fg="yellow")


def _courses(answer: Answer) -> Iterator[str]:
    sources = {one.course.key: one for one in reversed(answer.passages)}
    for number, one in enumerate(answer.courses[:COURSES_SHOWN], 1):
        yield f"{number:>3}. {style(_name(one.course), bold=True)}"
        if one.passage:
            yield textwrap.indent(textwrap.fill(_about(one), WIDTH - 5), "     ")
        if one.course.key in sources:
            yield f"     {_source(sources[one.course.key])}"


def _name(course: Reference) -> str:
    code = " | ".join(course.codes)
    return f"{code} {course.title}".strip() + (f" ({course.year})" if course.year else "")


def _about(found: FoundCourse) -> str:
    text = " ".join(found.passage.split())
    return text if len(text) <= ABOUT else text[: text.rfind(" ", 0, ABOUT)] + " …"


def _source(found: FoundPassage) -> str:
    page = f", page {found.passage.page}" if found.passage.page else ""
    return style(f"source: {found.passage.file}{page}", dim=True)
