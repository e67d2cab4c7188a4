"""Limits, token, headers, CORS: what a request passes before it is answered."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from courselens.errors import CourselensError
from courselens.serve.guard import HEADERS, Bucket
from courselens.serve.service import Service
from courselens.serve.settings import Settings

Make = Callable[..., TestClient]
TOKEN = "a-secret-of-the-faculty"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


def test_security_headers_are_on_everything(client: TestClient) -> None:
    for address in ("/", "/ask?q=x", "/nothing", "/static/page.js", "/docs", "/courses/none"):
        headers = client.get(address).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert "server" not in headers


def test_the_token_opens_everything_and_nothing_else_does(client_with: Make, token_file: Path) -> None:
    client = client_with(token_file=token_file)
    for address in ("/", "/ask?q=x", "/v1/models", "/metrics", "/mcp", "/openapi.json"):
        refused = client.get(address)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("Bearer wrong", f"Bearer {TOKEN}x", "Bearer", TOKEN, f"Token {TOKEN}", "Basic ???", "Bearer \xff"):
        sent = {b"authorization": wrong.encode("latin-1")}
        assert client.get("/health", headers=sent).status_code == 200
        assert client.get("/ask?q=x", headers=sent).status_code == 401
    assert client.get("/ask?q=x", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    basic = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
    assert client.get("/", headers={"authorization": f"Basic {basic}"}).status_code == 200
    asked = client.get("/", headers={"accept": "text/html"})
    assert asked.headers["www-authenticate"].startswith("Basic"), "a browser asks its user for the token"


def test_a_token_that_cannot_serve_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with pytest.raises(CourselensError, match="cannot be read"):
        Settings(tmp_path, token_file=path).token()
    for text in ("", "short", "two words here", "grün-und-lang"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CourselensError, match="not 8 or more"):
            Settings(tmp_path, token_file=path).token()


def test_a_client_over_its_rate_is_told_when_to_come_again(client_with: Make) -> None:
    client = client_with(rate=5)
    assert [client.get("/suggest?q=tax").status_code for _ in range(6)] == [200] * 5 + [429]
    refused = client.get("/suggest?q=tax")
    assert 0 < int(refused.headers["retry-after"]) <= 13
    assert refused.json()["remedy"]
    assert client.get("/health").status_code == 200


def test_a_bucket_fills_again_and_clients_do_not_share_it() -> None:
    bucket = Bucket(60)
    assert all(bucket.wait("a", 0.0) == 0.0 for _ in range(60))
    assert bucket.wait("a", 0.0) == pytest.approx(1.0)
    assert bucket.wait("b", 0.0) == 0.0
    assert bucket.wait("a", 1.01) == 0.0
    assert bucket.wait("a", 1.02) > 0.0


def test_bodies_and_addresses_are_bounded(client_with: Make) -> None:
    client = client_with(body_bytes=1000, query_bytes=500)
    assert client.post("/v1/embeddings", json={"input": "x" * 2000}).status_code == 413
    chunks = (b"x" * 400 for _ in range(5))
    assert client.post("/v1/embeddings", content=chunks).status_code == 413
    assert client.get("/ask", params={"q": "x" * 600}).status_code == 414


def test_a_request_that_takes_too_long_is_given_up(client_with: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_with(seconds=0.05)
    monkeypatch.setattr(Service, "ask", lambda *_: _never())
    answer = client.get("/ask?q=x")
    assert answer.status_code == 503
    assert "0.05 seconds" in answer.json()["detail"]


async def _never() -> None:
    await asyncio.sleep(5)


def test_more_than_may_wait_are_told_to_come_again(client_with: Make) -> None:
    client = client_with(queue=0)
    answer = client.get("/ask?q=x")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_a_defect_shows_no_trace(client_with: Make) -> None:
    client = client_with()
    client.app.state.service.ask = _broken  # type: ignore[attr-defined]  # a FastAPI application
    safe = TestClient(client.app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    answer = safe.get("/ask?q=x")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def _broken(*_: object) -> None:
    raise RuntimeError("a secret path")


def test_other_origins_are_let_in_only_where_named(client: TestClient, client_with: Make) -> None:
    origin = {"origin": "https://study.example.org"}
    assert "access-control-allow-origin" not in client.get("/ask?q=x", headers=origin).headers
    named = client_with(cors=("https://study.example.org",))
    assert named.get("/ask?q=x", headers=origin).headers["access-control-allow-origin"] == origin["origin"]
    asked = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    assert named.options("/v1/embeddings", headers=asked).status_code == 200
    other = named.get("/ask?q=x", headers={"origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in other.headers


def test_equal_questions_are_answered_once(client_with: Make) -> None:
    client = client_with()
    service: Service = client.app.state.service  # type: ignore[attr-defined]  # a FastAPI application
    before = service.hits
    first = client.get("/ask?q=tax law").json()
    assert client.get("/ask?q=tax law").json() == first
    assert service.hits == before + 1


def test_head_is_the_answer_of_get_without_its_body(client: TestClient) -> None:
    for address in ("/", "/ask?q=tax", "/static/page.css", "/nothing"):
        head, get = client.head(address), client.get(address)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-length"] == str(len(get.content))
        assert head.headers["content-type"] == get.headers["content-type"]
