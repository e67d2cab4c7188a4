"""The page: search with answers, a course, comparison, shortlist, help for programs. Plain HTML that needs no script.

In: addresses. Out: HTML in the browser's language. All state stands in the address; nothing is kept on the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import RedirectResponse, Response

from courselens.course import FIELDS, SECTIONS, Course, Section, format_value
from courselens.errors import CourselensError
from courselens.serve import views
from courselens.serve.api import filters_of
from courselens.serve.examples import examples
from courselens.serve.linked_data import json_ld
from courselens.serve.problems import status_of
from courselens.serve.service import Service, clean
from courselens.serve.shelf import Shelf
from courselens.serve.views import MOST_PAGES, PAGE_SIZE, State
from courselens.serve.wording import Wording, negotiate

HERE = Path(__file__).parent
TYPES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
LOST = 0.8
"""From how sure on that the catalogue does not hold an answer only a few near courses are shown, and nothing to narrow
down: a list of all courses would pretend to be one."""
UNSURE = 0.5
"""How sure an answer must be to stand alone; below, it is a guess above the courses that fit."""
MOST_COMPARED = 3
MOST_SAVED = 50
LONGEST = 2_000

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class StaticFile:
    """A file of the page, held in memory; `version` is a hash of its content."""

    content: bytes
    media_type: str
    version: str


def install(app: FastAPI) -> None:
    """Add the page to an application."""
    app.include_router(router)


@router.get("/")
async def search_page(
    request: Request,
    q: str = "",
    filters: Annotated[list[str], Query(alias="filter")] = [],  # noqa: B006  # FastAPI copies its defaults
    page: str = "1",
    all_: Annotated[str, Query(alias="all")] = "",
    about: str = "",
) -> Response:
    """The search page, or its beginning when nothing is asked."""
    service = _service(request)
    shelf, wording = service.shelf, _wording(request)
    question = " ".join(clean(q)[:LONGEST].split())
    if about and question:
        return RedirectResponse(State(shelf.about(about, question)).url(), 303)
    number = int(page) if page.isdecimal() and len(page) < 4 else 1
    given = tuple(dict.fromkeys(clean(one) for one in filters))[:50]
    state = State(question, given, max(1, min(number, MOST_PAGES)), bool(all_))
    if not question and not state.filters and not all_:
        return _page(request, wording, "home.html", state=state, examples=examples(shelf, wording))
    try:
        found = await _results(service, shelf, state, wording)
    except CourselensError as error:
        return _page(request, wording, "problem.html", status=status_of(error), state=state, problem=error)
    return _page(request, wording, "results.html", state=state, **found)


async def _results(service: Service, shelf: Shelf, state: State, wording: Wording) -> Mapping[str, Any]:
    filters = filters_of(state.filters)
    start = (state.page - 1) * PAGE_SIZE
    asked = bool(state.q) and not filters
    if asked:
        answer = await service.ask(state.q, state.page * PAGE_SIZE)
    elif state.q:
        answer = await service.search(state.q, filters, state.page * PAGE_SIZE)
    else:
        answer = await service.run(lambda: shelf.browse(filters))

    def prepared() -> Mapping[str, Any]:
        mask = shelf.matching(answer)
        total = int(mask.sum())
        if state.q:
            results = views.results_of(shelf, answer, start, wording, UNSURE)
            total = len(answer.courses) if len(answer.courses) < state.page * PAGE_SIZE else total
            reach = min(total, MOST_PAGES * PAGE_SIZE)
        else:
            results = views.listed(shelf, shelf.titles(mask, start, PAGE_SIZE), wording)
            reach = min(total, MOST_PAGES * PAGE_SIZE)
        named = answer.course is not None and views.names_only(
            state.q, answer.course, shelf.entry(answer.course.key).title_en
        )
        unsure = answer.answer is not None and answer.confidence < UNSURE
        guessed = unsure and not views.asks(state.q)  # a topic is no question: a guess at one is no answer
        spoken = asked and state.page == 1 and not named and not guessed
        lost = spoken and answer.answer is None and answer.confidence >= LOST and not answer.filters
        alone = lost or (spoken and answer.course is not None and not unsure)
        if alone:
            told = (answer.course, *(one.course for one in answer.further))
            results = tuple(one for one in results if one.course not in told)[: views.ALSO]
        about = shelf.course(answer.course.key) if answer.course else None
        return {
            "answer": answer,
            "said": views.said(answer.answer, about) if answer.answer is not None and about else None,
            "further": [
                views.said(one.answer, about) for one in answer.further if about and one.course == answer.course
            ],
            "beside": [
                (views.said(one.answer, shelf.course(one.course.key)), one.course)
                for one in answer.further
                if one.course != answer.course
            ],
            "alone": alone,
            "lost": lost and answer.course is None,
            "spoken": spoken,
            "unsure": unsure,
            "about": about,
            "source": answer.passages[0].passage if answer.passages else None,
            "results": results,
            "total": total,
            "reach": reach,
            "pages": 1 if alone else -(-reach // PAGE_SIZE),
            "chips": views.chips(answer, state, wording),
            "wider": () if total or alone else views.wider(shelf, answer, state, wording),
            "facets": () if alone else views.facet_views(shelf.count(answer), answer, state, total, wording),
        }

    return await service.run(prepared)


@router.get("/course/{key:path}")
async def course_page(request: Request, key: str) -> Response:
    """One course: everything that the catalogue says about it."""
    service = _service(request)
    shelf, wording = service.shelf, _wording(request)
    try:
        entry = shelf.entry(key)
    except CourselensError as error:
        return _page(request, wording, "problem.html", status=404, state=State(), problem=error)
    course = await service.run(lambda: shelf.course(key))
    near = await service.once(("similar", key, 6), lambda: shelf.similar(key))
    others = shelf.others(key)
    newer = next((one for one in others if not entry.newest and one.year), None)
    url = str(request.url.replace(query=None, fragment=None))
    return _page(
        request,
        wording,
        "course.html",
        state=State(),
        course=course,
        fields=_fields(course, wording),
        blocks=_blocks(course, wording),
        near=near,
        others=others,
        newer=newer,
        url=url,
        linked=json_ld(course, url),
    )


@router.get("/compare")
async def compare_page(request: Request, c: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006  # as above
    """Two or three courses side by side."""
    service = _service(request)
    shelf, wording = service.shelf, _wording(request)
    keys = [key for key in dict.fromkeys(c) if key in shelf.entries.by_key][:MOST_COMPARED]
    courses = await service.run(lambda: [shelf.course(key) for key in keys])
    rows = _compared(courses, wording)
    fewer = [views.compare_url([key for key in keys if key != one.key]) for one in courses]
    return _page(request, wording, "compare.html", state=State(), courses=courses, rows=rows, fewer=fewer)


@router.get("/shortlist")
async def shortlist_page(request: Request, c: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006  # as above
    """The courses that a browser has saved; the list comes with the address."""
    service = _service(request)
    shelf, wording = service.shelf, _wording(request)
    keys = [key for key in dict.fromkeys(c) if key in shelf.entries.by_key][:MOST_SAVED]
    references = [shelf.entry(key).reference for key in keys]
    results = await service.run(lambda: views.listed(shelf, references, wording))
    return _page(request, wording, "shortlist.html", state=State(), results=results)


@router.get("/docs")
async def docs_page(request: Request) -> Response:
    """The API as a page, from its own OpenAPI document: no script, nothing from another host."""
    document = request.app.openapi()
    return _page(request, _wording(request), "docs.html", state=State(), document=document)


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """Style, script and icon; any other name is not looked for."""
    found = static_files().get(name)
    if found is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{found.version}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


@lru_cache(maxsize=1)
def static_files() -> Mapping[str, StaticFile]:
    """The static files by name."""
    made = {}
    for name, media_type in TYPES.items():
        content = (HERE / "static" / name).read_bytes()
        made[name] = StaticFile(content, media_type, hashlib.sha256(content).hexdigest()[:12])
    return made


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates; everything is escaped, and a name that does not exist is an error."""
    made = Environment(
        auto_reload=False,
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "course_url": views.course_url,
        "compare_url": views.compare_url,
        "static": static_files,
        "State": State,
    }
    made.filters |= {"value": format_value, "blocks": views.blocks}
    return made


def _page(request: Request, wording: Wording, name: str, *, status: int = 200, **shown: Any) -> Response:
    shelf = _service(request).shelf
    template = environment().get_template(name)
    html = template.render(t=wording.say, w=wording, shelf=shelf, path=request.url.path, **shown)
    headers = {"Vary": "Accept-Language", "Content-Language": wording.language, "Cache-Control": "no-cache"}
    return Response(html.encode("utf-8", "replace"), status, headers, "text/html")


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with its values as they are read."""

    name: str
    values: tuple[str, ...]
    links: tuple[str, ...]


def _fields(course: Course, wording: Wording) -> tuple[Shown, ...]:
    names = [name for name in FIELDS if name in course.fields]
    names += [name for name in course.fields if name not in FIELDS]
    made = []
    for name in names:
        field = course.fields[name]
        values = [wording.value(format_value(value)) for value in field.values]
        values = [wording.date(value) for value in values] if name == "updated" else values
        if name == "lecturer" and len(field.own) == len(field.values):
            values = list(field.own)
        if name == "lecturer":
            mails = (course.contacts.get(str(value)) for value in field.values)
            values = [f"{one} · {mail}" if mail else one for one, mail in zip(values, mails, strict=True)]
        label = wording.field(name) if name in FIELDS or not field.label else field.label
        made.append(Shown(label, tuple(values), ()))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Block:
    """A headed part of a course page; `name` is its anchor. The examination's parts stand above its `sections`."""

    name: str
    heading: str
    sections: tuple[Section, ...]
    exam: bool


def _blocks(course: Course, wording: Wording) -> tuple[Block, ...]:
    """The sections in the order of `SECTIONS`, other headings last; all that is said of the examination in one."""
    told = [section for section in course.sections if section.text.strip()]
    exams = tuple(section for section in told if section.name == "exam" and course.exam)
    found: list[tuple[str, str, tuple[Section, ...], bool]] = [
        (section.name, section.heading or wording.section(section.name), (section,), False)
        for section in told
        if section not in exams
    ]
    found += [("exam", wording.say("exam"), exams, True)] if course.exam else []
    found.sort(key=lambda one: SECTIONS.index(one[0]) if one[0] in SECTIONS else len(SECTIONS))
    names = [name for name, *_ in found]
    return tuple(
        Block(f"{name}-{number}" if number else name, heading, sections, exam)
        for place, (name, heading, sections, exam) in enumerate(found)
        for number in [names[:place].count(name)]
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a comparison; `same` where all courses agree."""

    name: str
    cells: tuple[str, ...]
    same: bool


def _compared(courses: list[Course], wording: Wording) -> tuple[Row, ...]:
    names = [name for name in FIELDS if any(name in course.fields for course in courses)]
    rows = [
        (wording.field(name), [", ".join(wording.value(format_value(v)) for v in one.values(name)) for one in courses])
        for name in names
    ]
    rows = [(name, [wording.date(text) for text in texts]) for name, texts in rows]
    exams = ["\n".join(_exam_line(part, wording) for part in course.exam) for course in courses]
    rows += [(wording.say("exam_parts"), exams)] if any(exams) else []
    sections = list(dict.fromkeys(section.name for course in courses for section in course.sections))
    for name in sections:
        if name == "exam" and any(exams):  # its parts stand above
            continue
        texts = ["\n".join(s.text for s in course.sections if s.name == name) for course in courses]
        if sum(map(bool, texts)) > 1 or name in ("prerequisites", "content", "objectives"):
            rows.append((wording.section(name), texts))
    return tuple(Row(name, tuple(cells), len(set(cells)) == 1) for name, cells in rows)


def _exam_line(part: Any, wording: Wording) -> str:
    weight = f"{part.weight:g} %" if part.weight is not None else ""
    grouping = wording.value(part.grouping) if part.grouping else ""
    return ", ".join(text for text in (part.own or part.form or "", weight, part.duration or "", grouping) if text)


def _wording(request: Request) -> Wording:
    return negotiate(request.headers.get("accept-language", ""))


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
