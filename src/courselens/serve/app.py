"""The web application: page, API, embeddings and MCP around one service.

In: settings. Out: an ASGI application. The order from outside: CORS (where allowed), guard, counting, routes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Route

from courselens.serve import api, embeddings, pages, problems
from courselens.serve.guard import HEADERS, Guard
from courselens.serve.mcp_http import McpOverHttp
from courselens.serve.metrics import Measured, Metrics
from courselens.serve.service import OpenShelf, Service
from courselens.serve.settings import Settings
from courselens.serve.shelf import Shelf


def create_app(settings: Settings, open_shelf: OpenShelf = Shelf.open) -> FastAPI:
    """The application over a workspace. Raises CourselensError when the workspace cannot be served."""
    service = Service(settings, open_shelf)
    tools = McpOverHttp(service, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(service.watch())
        yield
        watching.cancel()
        await tools.close()
        service.close()

    app = FastAPI(
        title="courselens",
        summary="A course catalogue that answers: questions, search, courses, embeddings.",
        version=version("courselens"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.metrics = Metrics()
    problems.install(app)
    app.add_exception_handler(Exception, _defect)
    app.include_router(api.router)
    app.include_router(embeddings.router)
    pages.install(app)
    app.openapi = lambda: _document(app, service)  # type: ignore[method-assign]  # as FastAPI documents it
    app.router.routes.append(Route("/mcp", tools))
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(
        Guard,
        token=settings.token(),
        rate=-(-settings.rate // settings.workers),
        body_bytes=settings.body_bytes,
        query_bytes=settings.query_bytes,
        seconds=settings.seconds,
    )
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Mcp-Session-Id", "Mcp-Protocol-Version"],
        )
    return app


def _document(app: FastAPI, service: Service) -> dict[str, Any]:
    """The OpenAPI document, with the limits of the model that is served."""
    if app.openapi_schema is None:
        document = problems.documented(FastAPI.openapi(app))
        embeddings.limit(document, service.shelf)
        app.openapi_schema = document
    return app.openapi_schema


async def _defect(_: Request, __: Exception) -> Response:
    """A problem without a trace; it is made outside of the guard, so the security headers are given here."""
    remedy = "The server's log says more; the request may be tried again"
    return problems.problem(500, "a defect of the server", remedy=remedy, headers=HEADERS)
