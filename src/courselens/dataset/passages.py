"""What search returns: courses come in, facts and chunks with their place in the source go out.

Style `best` says every field of a course as a sentence in the language of its page, and cuts its sections into chunks
that begin with the course and the section's heading. Style `card` has the wording of the reference model card: three
facts (level, language, ECTS) on the catalogue's own heading, and longer chunks; the card's defects (levels glued,
`ECTS ECTS`, chunks across section borders without course and heading) are not reproduced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from courselens.course import Course, format_value
from courselens.dataset.chunks import Chunker, Draft
from courselens.dataset.types import Passage
from courselens.dataset.wording import Statement, join_words, label_of, make_statements
from courselens.errors import CourselensError

MAX_TOKENS = {"best": 200, "card": 443}
"""Tokens of the longest chunk: 443 is the longest passage of the card's statistics."""

TARGET = {"best": None, "card": 145}
"""Tokens after which a chunk ends: the card's longest passage has 443 tokens, but its mean is 111."""

BATCH = 256
"""Courses that are tokenised together: enough to keep the tokenizer busy, few enough for bounded memory."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A passage whose text is still to be cut."""

    draft: Draft
    passage: Passage


def make_passages(
    courses: Iterable[Course], *, tokenizer: Path, max_tokens: int | None = None, style: str = "best"
) -> list[Passage]:
    """The passages of `courses` in their order: the facts of a course, then the chunks of its sections.

    `tokenizer` is the encoder's `tokenizer.json`; `max_tokens` (32 or more; by default 200, 443 for `card`) counts the
    prefix and the special tokens. Raises CourselensError for an unknown style, a limit out of range, or no tokenizer.
    """
    if style not in MAX_TOKENS:
        raise CourselensError("unknown style", value=style, remedy=f"Use one of: {', '.join(MAX_TOKENS)}")
    limit = MAX_TOKENS[style] if max_tokens is None else max_tokens
    if limit < 32:
        raise CourselensError("too few tokens for a passage", value=limit, remedy="Allow at least 32")
    chunker = Chunker(tokenizer, limit, TARGET[style])
    plan = _plan_card if style == "card" else _plan_best
    todo = iter(courses)
    made: list[Passage] = []
    while batch := list(islice(todo, BATCH)):
        plans = [found for course in batch for found in plan(course)]
        chunks = chunker.cut([found.draft for found in plans])
        made += [
            replace(found.passage, text=text) for found, texts in zip(plans, chunks, strict=True) for text in texts
        ]
    return made


def card_name(course: Course) -> str:
    r"""A course as the reference catalogue's heading names it: `2024/2025KAN-CSOAO1007U\xa0\xa0Managing Innovation`."""
    year = course.year or ""
    glue = "" if re.fullmatch(r"\d{4}/\d{4}", year) else " "
    return f"{year}{glue}{course.code}".strip() + "\xa0\xa0" + course.title


def card_facts(course: Course) -> Iterator[Statement]:
    """The three facts of the model card that `course` has, in the card's words."""
    name = card_name(course)
    for field, template in (
        ("level", "{x} is a {v} level course."),
        ("language", "{x} is taught in {v}."),
        ("ects", "{x} is a {v} ECTS course."),
    ):
        found = course.fields.get(field)
        if found is None or not found.values:
            continue
        own = found.own if field == "level" and all(found.own) else ()
        value = join_words(list(dict.fromkeys(own or [format_value(value) for value in found.values])), "en")
        text = template.format(x=name, v=value)
        yield Statement(field, re.sub(r" a (?=[AEIOUaeiou])", " an ", text) if field == "level" else text, found.page)


def _plan_best(course: Course) -> Iterator[_Plan]:
    for fact in make_statements(course):
        # A fact too long for the encoder (a list of forty lecturers) is cut like a section, each part with its lead.
        found = course.fields.get(fact.field)
        label = label_of(found) if found else fact.field
        lead = f"{course.name} – {label}: " if len(fact.text) > 3 * MAX_TOKENS["best"] else ""
        yield _Plan(Draft(lead, fact.text), _passage(course, fact=fact))
    yield from _plan_sections(course, course.name)


def _plan_card(course: Course) -> Iterator[_Plan]:
    for fact in card_facts(course):
        yield _Plan(Draft("", fact.text), _passage(course, fact=fact))
    yield from _plan_sections(course, card_name(course))


def _plan_sections(course: Course, name: str) -> Iterator[_Plan]:
    for section in course.sections:
        passage = Passage("", "chunk", None, section.name, course.key, course.group, course.source.file, section.page)
        heading = " ".join(section.heading.split()).rstrip(":")
        yield _Plan(Draft(f"{name} – {heading}\n", section.text), passage)


def _passage(course: Course, fact: Statement) -> Passage:
    page = fact.page or course.source.page
    return Passage(fact.text, "fact", fact.field, None, course.key, course.group, course.source.file, page)
