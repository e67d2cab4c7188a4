"""The HTTP API: the shapes of `ask --json` and `search --json`, courses, facets, suggestions, health, metrics.

In: GET requests. Out: JSON. Parameters are checked by FastAPI; what the catalogue does not have is a problem that says
what it has instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from courselens.errors import CourselensError
from courselens.serve.metrics import CONTENT_TYPE, Metrics
from courselens.serve.problems import Problem
from courselens.serve.service import Service, clean
from courselens.serve.shapes import (
    AskResult,
    CourseRecord,
    FacetResult,
    HealthResult,
    SearchResult,
    Similar,
    Suggestions,
)

MOST = 100
LONGEST = 2_000
"""Characters of a question."""

FILTER = r"^[^=]*[^=\s\x85\ufeff][^=]*=[\s\S]*[^\s\x85\ufeff]"
"""`FIELD=VALUE`, neither of them blank; the two spaces on which JavaScript's `\\s` and ours differ are named."""

router = APIRouter()
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (400, 401, 404, 414, 422, 429, 503)
}

QuestionText = Annotated[str, Query(max_length=LONGEST, description="A question, a topic, a code or a title.")]
Most = Annotated[int, Query(ge=1, le=MOST, description="How many courses and passages.")]
FilterTexts = Annotated[
    list[Annotated[str, Query(max_length=500, pattern=FILTER)]],
    Query(
        alias="filter",
        max_length=50,
        description="`FIELD=VALUE`, such as `level=Master`; values of one field are alternatives, fields add up.",
    ),
]


@router.get("/ask", response_model=AskResult, responses=PROBLEMS, tags=["answers"])
async def ask(request: Request, q: QuestionText, k: Most = 10) -> Response:
    """Answer a question about the catalogue, with its source and how sure it is; or say that it is not there."""
    answer = await _service(request).ask(q, k)
    return as_json(answer.to_dict())


@router.get("/search", response_model=SearchResult, responses=PROBLEMS, tags=["answers"])
async def search(request: Request, q: QuestionText, k: Most = 10, filters: FilterTexts = ()) -> Response:  # type: ignore[assignment]  # an empty default that nobody can change
    """Rank courses and passages for a topic, with conditions in plain words or as `filter`."""
    found = await _service(request).search(q, filters_of(filters), k)
    return as_json(found.to_dict())


@router.get("/suggest", response_model=Suggestions, responses=PROBLEMS, tags=["courses"])
async def suggest(
    request: Request, q: QuestionText, k: Annotated[int, Query(ge=1, le=20, description="How many.")] = 8
) -> Response:
    """Courses whose title or code begins as typed; for type-ahead."""
    service = _service(request)
    shelf, text = service.shelf, clean(q)
    found = await service.once(("suggest", text, k), lambda: shelf.entries.suggest(text, k))
    return as_json({"suggestions": [entry.reference.to_dict() for entry in found]})


@router.get("/facets", response_model=FacetResult, responses=PROBLEMS, tags=["courses"])
async def facets(
    request: Request,
    q: Annotated[str, Query(max_length=LONGEST, description="Conditions in plain words; may be empty.")] = "",
    filters: FilterTexts = (),  # type: ignore[assignment]  # an empty default that nobody can change
) -> Response:
    """The fields of the catalogue with their values, and how many of the courses in question have each."""
    service = _service(request)
    shelf, given = service.shelf, filters_of(filters)
    found = await service.search(q, given, 1) if q.strip() else await service.run(lambda: shelf.browse(given))
    counted = await service.run(lambda: shelf.count(found))
    total = int(shelf.matching(found).sum())
    fields = [
        {"field": one.field, "values": [{"value": each.value, "count": each.count} for each in one.values]}
        for one in counted
    ]
    return as_json({"total": total, "facets": fields})


@router.get("/courses/{key:path}/similar", response_model=Similar, responses=PROBLEMS, tags=["courses"])
async def similar(
    request: Request, key: str, k: Annotated[int, Query(ge=1, le=50, description="How many.")] = 6
) -> Response:
    """Courses whose texts are near to this course's."""
    service = _service(request)
    shelf = service.shelf
    found = await service.once(("similar", key, k), lambda: shelf.similar(key, k))
    return as_json({"similar": [near.to_dict() for near in found]})


@router.get("/courses/{key:path}", response_model=CourseRecord, responses=PROBLEMS, tags=["courses"])
async def course(request: Request, key: str) -> Response:
    """A course in full: fields, exam parts, sections, source, other years and cross-listings."""
    service = _service(request)
    shelf = service.shelf
    return as_json(await service.run(lambda: shelf.record(key)))


@router.get("/health", response_model=HealthResult, tags=["server"])
async def health(request: Request) -> Response:
    """Whether the server answers, and from what."""
    service = _service(request)
    shelf = service.shelf
    loaded = datetime.fromtimestamp(service.loaded_at, timezone.utc).isoformat(timespec="seconds")
    return as_json(
        {
            "status": "ok",
            "version": version("courselens"),
            "courses": shelf.courses,
            "passages": shelf.passages,
            "dimensions": shelf.lens.encoder.dimensions,
            "loaded_at": loaded,
            "reloads": service.reloads,
            "reload_error": service.reload_error,
        }
    )


@router.get("/metrics", tags=["server"], response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counters for Prometheus."""
    counters: Metrics = request.app.state.metrics
    return Response(counters.text(_service(request)), media_type=CONTENT_TYPE)


def filters_of(given: Sequence[str]) -> dict[str, list[str]]:
    """`["level=Master", …]` by field. Raises CourselensError for one that is not FIELD=VALUE."""
    found: dict[str, list[str]] = {}
    for one in given:
        field, equals, value = clean(one).partition("=")
        if not equals:
            raise CourselensError(
                "a filter is not FIELD=VALUE", value=one, where="filter", remedy="For example filter=level=Master"
            )
        found.setdefault(field.strip(), []).append(value.strip())
    return found


def as_json(content: Mapping[str, Any]) -> Response:
    """A JSON response, UTF-8."""
    return Response(to_json(content), media_type="application/json")


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
