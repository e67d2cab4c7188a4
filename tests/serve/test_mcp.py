"""MCP with the SDK's own client: in process, over standard input and output, and over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

import courselens
from courselens.serve.app import create_app
from courselens.serve.mcp import make_mcp
from courselens.serve.service import Service
from courselens.serve.settings import Settings
from serve_workspace import open_shelf

TESTS = Path(__file__).parents[1]
LACKS = "The catalogue lacks this field: 'colour'"


@pytest.fixture(scope="module")
def service(workspace: Path) -> Iterator[Service]:
    made = Service(Settings(workspace), open_shelf)
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(workspace: Path) -> Iterator[str]:
    """A server of its own on a free port, in a thread."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(Settings(workspace), open_shelf), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/mcp"
    server.should_exit = True
    thread.join()


def stdio(workspace: Path) -> Any:
    """The transport of `courselens mcp` with the hash encoder."""
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from pathlib import Path\n"
        "from serve_workspace import open_shelf\n"
        "from courselens.serve.mcp import run_mcp\n"
        "from courselens.serve.settings import Settings\n"
        f"run_mcp(Settings(Path({str(workspace)!r})), open_shelf)\n"
    )
    same = {"PYTHONPATH": str(Path(courselens.__file__).parents[1])}  # not another copy that happens to be installed
    return stdio_client(StdioServerParameters(command=sys.executable, args=["-c", code], env=same))


async def exercise(server: Any) -> None:
    """What a model does: list the tools, ask, search, read, compare."""
    async with Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search_courses", "get_course", "compare_courses"}
        for tool in tools.values():
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint is True
            assert tool.output_schema
            assert tool.input_schema["type"] == "object"
            assert tool.description
        answer = await client.call_tool("ask", {"question": "What language is Tax Law taught in?"})
        assert answer.structured_content is not None
        assert answer.structured_content["value"] == ["Danish"]
        asked = {"query": "accounts", "filters": {"language": ["Danish"]}, "k": 2}
        found = await client.call_tool("search_courses", asked)
        assert found.structured_content is not None
        key = found.structured_content["courses"][0]["key"]
        one = await client.call_tool("get_course", {"key": key, "fields": ["ects", "content"]})
        assert one.structured_content is not None
        assert one.structured_content["ects"] == 5.0
        assert [section["name"] for section in one.structured_content["sections"]] == ["content"]
        both = await client.call_tool("compare_courses", {"keys": [key, "KAN-C1011U 2024/2025"]})
        assert both.structured_content is not None
        rows = {row["field"]: row for row in both.structured_content["fields"]}
        assert rows["language"]["same"] is True
        assert rows["ects"]["values"] == [[5.0], [10.0]]


def test_tools_in_process(service: Service) -> None:
    asyncio.run(exercise(make_mcp(service)))


def test_tools_over_standard_input_and_output(workspace: Path) -> None:
    asyncio.run(exercise(stdio(workspace)))


def test_tools_over_http(address: str) -> None:
    asyncio.run(exercise(address))


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_course", {"key": "nope"}, "No such course: 'nope'"),
        ("compare_courses", {"keys": ["nope", "KAN-C1011U 2024/2025"]}, "No such course: 'nope'"),
        (
            "get_course",
            {"key": "KAN-C1011U 2024/2025", "fields": ["colour"]},
            LACKS,
        ),
        ("search_courses", {"query": "x", "filters": {"colour": ["red"]}}, LACKS),
        ("search_courses", {"query": "x", "filters": {"language": ["Klingon"]}}, "No course has this value: 'Klingon'"),
        ("search_courses", {"query": "x", "k": 1000}, "k"),
        ("compare_courses", {"keys": ["KAN-C1011U 2024/2025"]}, "keys"),
    ],
)
def test_errors_say_what_to_mend(service: Service, tool: str, arguments: dict[str, Any], said: str) -> None:
    async def call() -> None:
        async with Client(make_mcp(service)) as client:
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error
            text = " ".join(getattr(part, "text", "") for part in answer.content)
            assert said in text
            assert "Traceback" not in text

    asyncio.run(call())


def test_a_page_of_another_host_cannot_call_the_tools(address: str) -> None:
    headers = {"host": "evil.example.org", "accept": "application/json, text/event-stream"}
    with contextlib.closing(httpx.Client()) as client:
        answer = client.post(address, headers=headers, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert answer.status_code in (403, 421)
