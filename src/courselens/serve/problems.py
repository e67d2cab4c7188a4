"""Errors as clients get them: problem+json (RFC 9457) with the offending value and the remedy, never a stack trace.

In: our errors, those of FastAPI and of Starlette. Out: responses. The body also has `error`, which
OpenAI's clients read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from courselens.errors import CourselensError
from courselens.serve.service import OverloadedError

MEDIA_TYPE = "application/problem+json"
NOT_FOUND = (
    "no such course",
    "no such model",
    "unknown field to filter by",
    "no course has this value",
    "not a number",
)
"""What a request names rightly and the catalogue does not have."""
SHOWN = 200
"""Characters of an offending value that are sent back."""


class OpenAIError(BaseModel):
    """The part of a problem that OpenAI's clients read."""

    message: str
    type: str
    param: str | None
    code: str | None


class Problem(BaseModel):
    """What went wrong with a request (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["unknown field to filter by"])
    value: str | None = Field(description="The offending value.")
    where: str | None = Field(description="The parameter or field in which it stands.")
    remedy: str | None = Field(description="What to do next.")
    error: OpenAIError


def problem(
    status: int,
    detail: str,
    *,
    value: object = None,
    where: str | None = None,
    remedy: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem+json response."""
    message = f"{detail}. {remedy}" if remedy else f"{detail}."
    kind = "invalid_request_error" if status < 500 else "server_error"
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "value": None if value is None else str(value)[:SHOWN],
        "where": where,
        "remedy": remedy,
        "error": {"message": message, "type": kind, "param": where, "code": None},
    }
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, status, headers=headers, media_type=MEDIA_TYPE)


def status_of(error: CourselensError) -> int:
    """404 for what does not exist, 400 for what was asked wrongly."""
    return 404 if error.what in NOT_FOUND else 400


def documented(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the media type of its problems, which FastAPI takes for plain JSON."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    response["content"] = {MEDIA_TYPE: content["application/json"]}
    return document


def _told(error: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and what to do, of an error of pydantic."""
    if error["type"] == "string_pattern_mismatch":
        return "a filter is not FIELD=VALUE", "For example filter=level=Master; `/facets` lists fields and values"
    if error["type"] == "missing":
        return f"{error['loc'][-1]} is missing", f"Give {error['loc'][-1]}; /docs shows what is expected"
    return str(error["msg"]), "/docs shows what is expected"


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""

    async def ours(_: Request, error: Exception) -> Response:
        if not isinstance(error, CourselensError):
            raise error
        where = str(error.where) if error.where else None
        return problem(status_of(error), error.what, value=error.value, where=where, remedy=error.remedy)

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        status = 400 if request.url.path.startswith("/v1/") else 422
        errors: list[Mapping[str, Any]] = list(error.errors())
        first = min(errors, key=lambda one: str(one["type"]).endswith("_type"))  # not: "is no text", of a list
        where = ".".join(str(part) for part in first["loc"])
        detail, remedy = _told(first)
        return problem(status, detail, value=first.get("input"), where=where, remedy=remedy)

    async def http(_: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        remedy = {404: "/docs lists the addresses", 405: "/docs lists the methods"}.get(error.status_code)
        return problem(error.status_code, str(error.detail), remedy=remedy, headers=error.headers)

    async def overloaded(_: Request, __: Exception) -> Response:
        return problem(503, "too many requests wait", remedy="Try again in a second", headers={"Retry-After": "1"})

    app.add_exception_handler(CourselensError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(OverloadedError, overloaded)
