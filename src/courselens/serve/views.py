"""What the page's templates show, made ready: results with marked words, chips, facets, pages; no HTML here.

In: answers of a shelf, the state that an address holds. Out: frozen views. Every link of the page is an address that
`State.url` makes, so each view can be linked and gone back to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from rapidfuzz import fuzz

from courselens.course import Course, format_value
from courselens.search.answer import Answer, Reference
from courselens.search.codes import code_spellings
from courselens.search.lexical import STEMMERS, query_words, stems
from courselens.search.tokens import compact, fold
from courselens.search.vocabulary import asking_words, stop_words
from courselens.serve.facets import Facet
from courselens.serve.shelf import Shelf
from courselens.serve.wording import Wording

PAGE_SIZE = 10
MOST_PAGES = 10
SHORT_FACTS = ("level", "language", "ects", "credits", "start", "type")
EXCERPT = 320
"""Characters of a passage in a list of results."""
SPELT = 84.0
"""Least likeness, of 100, of what was typed to a part of a title (`corporte governence`)."""
TOLD_BY = ("content", "objectives")
"""Sections that say what a course is about."""
ALSO = 4
"""Other courses that stand below an answer about one course."""
VALUES_SHOWN = 6

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class State:
    """What the address of a result page says: the question, filters given as FIELD=VALUE, the page from 1."""

    q: str = ""
    filters: tuple[str, ...] = ()
    page: int = 1
    all: bool = False

    def url(self, **changed: Any) -> str:
        """The address of this state with some of it changed; a change of question or filters begins at page 1."""
        then = replace(self, **{"page": 1, **changed})
        asked = [("q", then.q)] if then.q else [] if then.filters else [("all", "1")]
        asked += [("filter", one) for one in then.filters]
        asked += [("page", str(then.page))] if then.page > 1 else []
        return f"/?{urlencode(asked)}"

    def without(self, one: str) -> str:
        """The address without a filter."""
        return self.url(filters=tuple(other for other in self.filters if other != one), all=True)

    def having(self, one: str) -> str:
        """The address with one filter more."""
        return self.url(filters=(*self.filters, one))


@dataclass(frozen=True, slots=True)
class Marked:
    """A run of text; `hit` where it matches the question."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A course in a list."""

    course: Reference
    url: str
    facts: tuple[str, ...]
    excerpt: tuple[Marked, ...]
    file: str
    page: int | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition understood or given; `url` is the same page without it."""

    text: str
    url: str
    said: str | None


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet: `url` adds it, or takes it away where it is `on`."""

    text: str
    count: int
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet as the page shows it."""

    field: str
    first: tuple[FacetLink, ...]
    rest: tuple[FacetLink, ...]


def course_url(key: str) -> str:
    """The permalink of a course."""
    return f"/course/{quote(key, safe='/')}"


def compare_url(keys: Sequence[str]) -> str:
    """The address of a comparison."""
    return f"/compare?{urlencode([('c', key) for key in keys])}" if keys else "/compare"


def results_of(shelf: Shelf, answer: Answer, start: int, wording: Wording, sure: float) -> tuple[Result, ...]:
    """One page of an answer's courses, with their passages about the field asked where that is as sure as `sure`."""
    field = answer.field if answer.answer is not None and answer.confidence >= sure else None
    wanted = wanted_stems(answer.question)
    places = {passage.passage.text: passage for passage in answer.passages}
    made = []
    for found in answer.courses[start : start + PAGE_SIZE]:
        course = shelf.index.course(shelf.entry(found.course.key).number)
        place = places.get(found.passage)
        page = place.passage.page if place else course.source.page
        text = found.passage
        if field is None and not says_more(text, course, wanted):
            text, page = told_first(shelf.course(course.key)) or (text, page)
        made.append(_result(course, text, wanted, page, wording))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it is shown: a fact in its sentence, a section's text below its `heading`."""

    text: str
    heading: str | None


def said(answer: str, course: Course) -> Said:
    """An answer about `course`, which stands below it: its name is not said twice above a section's text."""
    first, _, text = answer.partition("\n")
    if text and first.startswith(f"{course.name} – "):
        return Said(text, first.removeprefix(f"{course.name} – "))
    return Said(answer, None)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the items of a list."""

    lines: tuple[str, ...]
    listed: bool


def blocks(text: str) -> tuple[Block, ...]:
    """A section's text as it is laid out: a paragraph a line, neighbouring lines that begin with `- ` as one list."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    made: list[Block] = []
    for listed, some in groupby(lines, key=lambda line: line.startswith("- ")):
        if listed:
            made.append(Block(tuple(line[2:].strip() for line in some), True))
        else:
            made += [Block((line,), False) for line in some]
    return tuple(made)


def says_more(passage: str, course: Course, wanted: frozenset[str]) -> bool:
    """Whether a passage tells why its course is here: a fact by a word of the question that is not in the title too
    (`Attached courses of Corporate Finance: 8,036,1.00 Corporate Finance` says nothing), a text also where it is what
    the course says of its topics, in whatever language.
    """
    first, _, text = passage.partition("\n")
    if text:
        told = {section.heading for section in course.sections if section.name in TOLD_BY}
        return bool(wanted) and (first.rpartition(" – ")[2] in told or bool(_stems_of(text) & wanted))
    titles = f"{course.name} {course.title_en or ''}"
    return bool((_stems_of(passage) - _stems_of(titles)) & wanted)


def told_first(course: Course) -> tuple[str, int | None] | None:
    """What a course says it is about, with its page; None where it says nothing."""
    for name in TOLD_BY:
        for section in course.sections:
            if section.name == name and section.text.strip():
                return f"{section.heading or ''}\n{section.text}".strip(), section.page
    return None


def _stems_of(text: str) -> set[str]:
    return {stem for word in _WORD.findall(text) for language in STEMMERS for stem in stems(word, language)}


def listed(shelf: Shelf, references: Sequence[Reference], wording: Wording) -> tuple[Result, ...]:
    """Courses without a question: no passage."""
    courses = [shelf.index.course(shelf.entry(one.key).number) for one in references]
    return tuple(_result(course, "", frozenset(), course.source.page, wording) for course in courses)


def _result(course: Course, passage: str, wanted: frozenset[str], page: int | None, wording: Wording) -> Result:
    return Result(
        Reference.of(course),
        course_url(course.key),
        short_facts(course, wording),
        marked(excerpt(passage, wanted, course.name), wanted),
        course.source.file,
        page,
        course.text_language,
    )


def short_facts(course: Course, wording: Wording) -> tuple[str, ...]:
    """The facts by which people choose, a few words each."""
    shown = []
    for name in SHORT_FACTS:
        values = [wording.value(format_value(value)) for value in course.values(name)][:3]
        if values:
            text = ", ".join(values)
            shown.append(f"{text} {wording.field(name)}" if name in ("ects", "credits") else text)
    return tuple(text for text in shown if len(text) <= 60)


@lru_cache(maxsize=512)
def wanted_stems(question: str) -> frozenset[str]:
    """Stems, in every language, of the words of a question that carry a topic."""
    told = [word for word in query_words(question) if fold(word) not in asking_words()]
    return frozenset(stem for word in told for language in STEMMERS for stem in stems(word, language))


def marked(text: str, wanted: frozenset[str]) -> tuple[Marked, ...]:
    """`text` in runs, those that match a word of the question marked."""
    runs: list[Marked] = []
    at = 0
    for match in _WORD.finditer(text) if wanted else ():
        word = match.group()
        if any(stem in wanted for language in STEMMERS for stem in stems(word, language)):
            runs += [Marked(text[at : match.start()], False), Marked(word, True)]
            at = match.end()
    return tuple(run for run in (*runs, Marked(text[at:], False)) if run.text)


def excerpt(text: str, wanted: frozenset[str], name: str) -> str:
    """The part of a passage to show: the course's name, which stands above it, left out; the first match in sight."""
    body = text.strip()
    for prefix in (name, name.split(" ", 1)[-1]):
        if body.startswith(prefix + " – "):
            body = body[len(prefix) + 3 :]
            break
    body = re.sub(r"\s*\n\s*(?:- )?", " · ", body)
    if len(body) <= EXCERPT:
        return body
    first = next((m.start() for m in _WORD.finditer(body) if wanted and wanted & set(stems(m.group(), "en"))), 0)
    start = 0 if first < EXCERPT // 2 else body.find(" ", first - EXCERPT // 3) + 1
    end = len(body) if start + EXCERPT >= len(body) else body.rfind(" ", start, start + EXCERPT)
    end = end if end > start else start + EXCERPT
    return f"{'… ' if start else ''}{body[start:end]}{' …' if end < len(body) else ''}"


def asks(question: str) -> bool:
    """Whether a question asks for something rather than naming a topic."""
    told = (fold(word) for word in _WORD.findall(question))
    return question.rstrip().endswith("?") or any(one in asking_words() and one not in stop_words() for one in told)


def names_only(question: str, course: Reference, title_en: str | None) -> bool:
    """Whether a question is no more than a course's code or title, as typed: it asks for the course itself."""
    if compact(question) in {spelling for code in course.codes for spelling in code_spellings(code)}:
        return True
    typed = fold(question)
    titles = [fold(title) for title in (course.title, title_en) if title]
    return any(len(typed) <= len(title) + 2 and fuzz.partial_ratio(typed, title) >= SPELT for title in titles)


def chips(answer: Answer, state: State, wording: Wording) -> tuple[Chip, ...]:
    """Conditions of an answer: those given lose their filter, those understood lose their words in the question."""
    given = {one.partition("=")[0] for one in state.filters}
    made = [
        Chip(f"{wording.field(field)}: {wording.value(value)}", state.without(one), None)
        for one in state.filters
        for field, _, value in [one.partition("=")]
    ]
    for one in answer.filters:
        if one["field"] in given and "=" in one["from"]:
            continue
        text = f"{wording.field(one['field'])}: {_condition(one, wording)}"
        made.append(Chip(text, _unsaid(state, one), one["from"]))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Wider:
    """Where nothing fulfils all filters: one of them left out, and how many courses that gives."""

    text: str
    url: str
    count: int


def wider(shelf: Shelf, answer: Answer, state: State, wording: Wording) -> tuple[Wider, ...]:
    """Each filter that stands in the way alone, left out; the most courses first."""
    values: dict[str, list[str]] = {}
    for one in state.filters:
        field, _, value = one.partition("=")
        values.setdefault(field, []).append(value)
    made = []
    for field, given in values.items():
        kept = tuple(one for one in state.filters if one.partition("=")[0] != field)
        what = f"{wording.field(field)}: {', '.join(wording.value(value) for value in given)}"
        count = int(shelf.matching(answer, but=field).sum())
        if count:
            made.append(Wider(wording.say("without", what=what), state.url(filters=kept, all=True), count))
    return tuple(sorted(made, key=lambda one: -one.count))


def _unsaid(state: State, condition: Mapping[str, Any]) -> str:
    return state.url(q=said_without(state.q, condition["from"]), all=True)


def said_without(question: str, said: str) -> str:
    """The question without the words of a condition."""
    shorter = re.sub(re.escape(said), " ", question, count=1, flags=re.IGNORECASE)
    return " ".join(shorter.split()).strip(" ,;–-")


SIGNS = {"not": "≠ ", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "only": "= "}


def _condition(one: Mapping[str, Any], wording: Wording) -> str:
    values = [wording.value(format_value(value)) for value in one["value"]]
    operator = one.get("operator", "is")
    if operator == "together":
        return " + ".join(values)
    if operator == "between":
        return " – ".join(values)
    return SIGNS.get(operator, "") + ", ".join(values)


def facet_views(
    facets: Sequence[Facet], answer: Answer, state: State, total: int, wording: Wording
) -> tuple[FacetView, ...]:
    """Facets as links; one that cannot narrow anything is left out, a value that the question itself says is chosen."""
    said = {
        (one["field"], format_value(value)): _unsaid(state, one)
        for one in answer.filters
        if one.get("operator", "is") == "is" and "=" not in one["from"]
        for value in one["value"]
    }
    made = []
    for facet in facets:
        links = []
        for value in facet.values:
            one = f"{facet.field}={value.value}"
            words = said.get((facet.field, value.value))
            on = one in state.filters or words is not None
            url = words or (state.without(one) if on else state.having(one))
            links.append(FacetLink(wording.value(value.value), value.count, url, on))
        on_first = sorted(links, key=lambda link: not link.on)
        if not total or any(link.on or link.count < total for link in links):
            made.append(FacetView(facet.field, tuple(on_first[:VALUES_SHOWN]), tuple(on_first[VALUES_SHOWN:])))
    return tuple(made)
