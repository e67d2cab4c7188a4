"""The catalogue as tools for language models (Model Context Protocol): ask, search, get and compare courses.

In: tool calls. Out: structured results with the schemas of `shapes.py`. A course that does not exist and a field that
the catalogue lacks are different errors, because a model should mend them differently.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from courselens.course import FIELDS, SECTIONS
from courselens.errors import CourselensError
from courselens.serve.service import OpenShelf, Service
from courselens.serve.settings import Settings
from courselens.serve.shapes import AskResult, CourseRecord, CourseRef, SearchResult
from courselens.serve.shelf import Shelf

INSTRUCTIONS = (
    "Answers about the courses of one institution, from its catalogue and with the source. `ask` answers a question "
    "about one course or names courses; `search_courses` ranks courses for a topic with conditions; `get_course` gives "
    "everything about a course by the key that the other tools return. Where `answer` is null the catalogue does not "
    "hold it: say so rather than guess."
)
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Key = Annotated[str, Field(description="The course's key as `ask` and `search_courses` return it", max_length=500)]


class Compared(BaseModel):
    """A field over the courses compared, values in their order; empty where a course does not have it."""

    field: str
    values: list[list[Any]]
    same: bool


class Comparison(BaseModel):
    """Courses side by side."""

    courses: list[CourseRef]
    fields: list[Compared]


def make_mcp(service: Service) -> MCPServer:
    """The MCP server over `service`; run it over stdio or mount its streamable HTTP application."""
    server = MCPServer(
        "courselens",
        title="Course catalogue",
        instructions=INSTRUCTIONS,
        version=version("courselens"),
        log_level="WARNING",
    )

    @server.tool(title="Ask the catalogue", annotations=READ_ONLY)
    async def ask(
        question: Annotated[str, Field(description="A question in plain words", min_length=1, max_length=2000)],
    ) -> AskResult:
        """Answer a question about a course or the catalogue, with confidence and source; null when it is not there."""
        answer = await service.ask(question)
        return AskResult.model_validate(answer.to_dict())

    @server.tool(title="Search courses", annotations=READ_ONLY)
    async def search_courses(
        query: Annotated[str, Field(description="A topic, a title or a code, with conditions", max_length=2000)],
        filters: Annotated[
            dict[str, list[str]] | None,
            Field(description='Fields with the values allowed, such as {"level": ["Master"], "language": ["English"]}'),
        ] = None,
        k: Annotated[int, Field(description="How many courses", ge=1, le=50)] = 10,
    ) -> SearchResult:
        """Rank courses for a topic, best first, each with the passage that fits."""
        try:
            found = await service.search(query, filters or {}, k)
        except CourselensError as error:
            raise _tool_error(error, service.shelf) from error
        return SearchResult.model_validate(found.to_dict())

    @server.tool(title="Get a course", annotations=READ_ONLY)
    async def get_course(
        key: Key,
        fields: Annotated[
            list[str] | None,
            Field(description="Only these fields and sections, such as ects or prerequisites; all when left out"),
        ] = None,
    ) -> CourseRecord:
        """Everything that the catalogue says about a course: fields, exam parts, sections, source, other years."""
        shelf = service.shelf
        try:
            record = await service.run(lambda: shelf.record(key))
            return CourseRecord.model_validate(_narrowed(record, fields, shelf) if fields else record)
        except CourselensError as error:
            raise _tool_error(error, shelf) from error

    @server.tool(title="Compare courses", annotations=READ_ONLY)
    async def compare_courses(
        keys: Annotated[list[Key], Field(description="Two to five keys", min_length=2, max_length=5)],
        fields: Annotated[list[str] | None, Field(description="Only these fields; all when left out")] = None,
    ) -> Comparison:
        """The fields of two to five courses side by side."""
        shelf = service.shelf
        try:
            return await service.run(lambda: compare(shelf, keys, fields))
        except CourselensError as error:
            raise _tool_error(error, shelf) from error

    return server


def run_mcp(settings: Settings, open_shelf: OpenShelf = Shelf.open) -> None:
    """Serve MCP over standard input and output until the client goes."""
    service = Service(settings, open_shelf)
    server = make_mcp(service)

    async def serve() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(service.watch)
            await server.run_stdio_async()
            tasks.cancel_scope.cancel()

    try:
        anyio.run(serve)
    finally:
        service.close()


def compare(shelf: Shelf, keys: list[str], fields: list[str] | None = None) -> Comparison:
    """Courses side by side. Raises CourselensError for a course or a field that there is not."""
    courses = [shelf.course(key) for key in keys]
    for field in fields or ():
        _check_field(field, shelf)
    names = fields or list(dict.fromkeys([*FIELDS, *(name for course in courses for name in course.fields)]))
    rows = [Compared(field=name, values=[list(one.values(name)) for one in courses], same=False) for name in names]
    kept = [row for row in rows if fields or any(row.values)]
    references = [CourseRef.model_validate(shelf.entry(key).reference.to_dict()) for key in keys]
    for row in kept:
        row.same = all(values == row.values[0] for values in row.values)
    return Comparison(courses=references, fields=kept)


def _narrowed(record: dict[str, Any], fields: list[str], shelf: Shelf) -> dict[str, Any]:
    for field in fields:
        _check_field(field, shelf)
    kept = {"key", "code", "codes", "year", "title", "others", "source", *fields}
    sections = [section for section in record["sections"] if section["name"] in fields]
    return {**{name: value for name, value in record.items() if name in kept}, "sections": sections}


def _check_field(field: str, shelf: Shelf) -> None:
    known = {*shelf.index.facts.fields, *shelf.index.asked_names, "exam", "title_en", "heading"}
    if field not in known:
        names = [name for name in (*FIELDS, *SECTIONS) if name in known]
        raise CourselensError(
            "the catalogue lacks this field", value=field, where="fields", remedy=f"It has: {', '.join(names)}"
        )


def _tool_error(error: CourselensError, shelf: Shelf) -> ToolError:
    if error.what == "unknown field to filter by":
        names = ", ".join(sorted(shelf.index.facts.fields))
        return ToolError(f"The catalogue lacks this field: {error.value!r}. It has: {names}")
    text = str(error)
    return ToolError(text[0].upper() + text[1:])
