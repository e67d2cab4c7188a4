"""The catalogue over the web: page, HTTP API, OpenAI-compatible embeddings, MCP. Needs the extra `serve`."""

from __future__ import annotations

from importlib.util import find_spec

from courselens.errors import CourselensError

NEEDED = ("fastapi", "httptools", "jinja2", "mcp", "prometheus_client", "uvicorn")

_missing = [name for name in NEEDED if find_spec(name) is None]
if _missing:
    raise CourselensError(
        "serving needs packages that are not installed",
        value=", ".join(_missing),
        remedy='Run: pip install "courselens[serve]"',
    )
