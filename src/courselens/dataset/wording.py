"""How facts are said: a course and a field come in, one sentence in the language of the course page (or of a question)
goes out.

The sentences stand in `wording.yaml`, one a field and language. A field that no sentence is written for is said with
the catalogue's own label, so that nothing a catalogue holds is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from courselens.course import Course, ExamPart, Field, Value, format_value

LANGUAGES = ("en", "de", "da")
"""The languages that facts and questions are worded in; another language is worded in English."""

OWN_WORDS = frozenset({"level", "lecturer", "study_board", "department", "discipline", "timetable", "grading_scale"})
"""Fields that are said in the catalogue's own words, which hold more than the canonical value (roles, degrees)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One field of a course said in one sentence, and the page on which the field stands."""

    field: str
    text: str
    page: int | None = None


@cache
def load_data(name: str) -> Any:
    """The parsed YAML file `name` that is shipped beside this module. Shared by all callers: not to be changed."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _wording() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = load_data("wording.yaml")
    return data


def language_of(course: Course) -> str:
    """The language in which the course's page is worded: `en`, `de` or `da`; `en` for any other or unknown one."""
    found = (course.text_language or "en")[:2].lower()
    return found if found in LANGUAGES else "en"


def translate_value(value: Value, language: str) -> str:
    """A canonical value in `language` where a translation is known, else as it is; decimals as in `language`."""
    if isinstance(value, str):
        known: str = _wording()[language].get("values", {}).get(value, value)
        return known
    text = format_value(value)
    return text if language == "en" else text.replace(".", ",")


def join_words(words: list[str], language: str) -> str:
    """`a, b and c` in the given language."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {_wording()[language]['and']} {words[-1]}"


def say_values(found: Field, language: str) -> str:
    """A field's values as its sentence says them, repetitions dropped."""
    own = found.own if len(found.own) == len(found.values) else ()
    said = []
    for at, value in enumerate(found.values):
        text = translate_value(value, language)
        known = isinstance(value, str) and text != value
        wanted = found.name in OWN_WORDS or (language != "en" and not known)
        if own and own[at].strip() and wanted and isinstance(value, str) and not value[:1].isdigit():
            text = own[at].split(";")[0]  # a note behind a lecturer's name is no part of it
        said.append(" ".join(text.split()))
    return join_words(list(dict.fromkeys(said)), language)


def say_exam(parts: tuple[ExamPart, ...], language: str) -> str:
    """The parts of an examination: `written exam (70%, 90 mins., individual), presentation (30%, group)`."""
    return ", ".join(_say_part(part, language) for part in parts)


def make_statements(course: Course, language: str | None = None) -> Iterator[Statement]:
    """One statement for each field, identity attribute and unknown own field of `course`, in reading order.

    `language` is one of `LANGUAGES`; by default the statements are in that of the course's page.
    """
    language = language or language_of(course)
    wording = _wording()[language]
    facts: dict[str, str] = wording["facts"]

    def say(name: str, value: str, page: int | None = None) -> Statement:
        template = wording.get("one", {}).get(name, facts[name]) if value == "1" else facts[name]
        value = value.rstrip(".") if template.endswith("{v}.") else value
        text = template.format(x=course.name, v=value, code=course.code, title=course.title)
        return Statement(name, " ".join(text.split()), page)

    yield say("title", course.title, course.source.page)
    if course.title_en and course.title_en != course.title:
        yield say("title_en", course.title_en, course.source.page)
    if course.code:
        yield say("code", course.code, course.source.page)
    if len(course.codes) > 1:
        yield say("codes", join_words(list(course.codes), language), course.source.page)
    if course.year:
        yield say("year", course.year, course.source.page)
    for name, found in course.fields.items():
        value = say_values(found, language)
        if value and name in facts:
            yield say(name, value, found.page)
        elif value:
            yield Statement(name, _say_unknown(course, found, value, wording["fallback"]), found.page)
    if course.exam:
        yield say("exam", say_exam(course.exam, language), course.exam[0].page)


def label_of(found: Field) -> str:
    """What a catalogue calls a field: its printed label, else the name with spaces."""
    return (found.label or found.name.replace("_", " ")).strip().rstrip(":")


def _say_unknown(course: Course, found: Field, value: str, fallback: str) -> str:
    return " ".join(fallback.format(label=label_of(found), x=course.name, v=value.rstrip(".")).split())


def _say_part(part: ExamPart, language: str) -> str:
    words: dict[str, str] = _wording()[language]["exam"]
    form = translate_value(part.form, language) if part.form else part.own or words["exam"]
    if part.own and language != "en" and form == part.form:
        form = part.own
    if language == "en" and not re.match(r"[A-Z]{2}", form):
        form = form[:1].lower() + form[1:]
    details = [
        f"{format_value(part.weight)}%" if part.weight is not None else "",
        part.duration or "",
        words.get(part.grouping or "", part.grouping or ""),
    ]
    said = ", ".join(detail for detail in details if detail)
    return f"{form} ({said})" if said else form
