"""Clients that others wrote: LangChain, LlamaIndex, schemathesis; several workers; the order to stop; reload."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import numpy as np
import pytest

pytestmark = pytest.mark.browser

TEXTS = ["penal law", "climate policy", "annual reports"]


def plain(base: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    answer = httpx.post(f"{base}/v1/embeddings", json={"input": TEXTS}).json()
    return np.array([one["embedding"] for one in answer["data"]])


def test_langchain(base: str) -> None:
    langchain = pytest.importorskip("langchain_openai", reason="install it: pip install 'courselens[browser]'")
    model = langchain.OpenAIEmbeddings(
        base_url=f"{base}/v1", api_key="unused", model="courselens", check_embedding_ctx_length=False
    )
    np.testing.assert_allclose(model.embed_documents(TEXTS), plain(base), atol=1e-5)
    assert len(model.embed_query("penal law")) == plain(base).shape[1]


def test_llama_index(base: str) -> None:
    llama = pytest.importorskip(
        "llama_index.embeddings.openai_like", reason="install it: pip install 'courselens[browser]'"
    )
    model = llama.OpenAILikeEmbedding(model_name="courselens", api_base=f"{base}/v1", api_key="unused")
    np.testing.assert_allclose(model.get_text_embedding_batch(TEXTS), plain(base), atol=1e-5)


@pytest.mark.parametrize(
    ("address", "status"), [("/facets?q=" + "x" * 70_000, 400), ("/facets?q=" + "x" * 60_000, 414)]
)
def test_an_address_beyond_all_bounds_is_a_problem(base: str, address: str, status: int) -> None:
    with closing(HTTPConnection(base.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", address)
        answer = connection.getresponse()
        problem = json.loads(answer.read())
    assert (answer.status, answer.getheader("content-type")) == (status, "application/problem+json")
    assert (problem["status"], bool(problem["remedy"])) == (status, True)


def test_schemathesis_finds_nothing(base: str) -> None:
    pytest.importorskip("schemathesis", reason="install it: pip install 'courselens[browser]'")
    settings = ["--config-file", str(Path(__file__).with_name("schemathesis.toml"))]
    command = [*settings, "run", f"{base}/openapi.json", "--max-examples", "40", "--workers", "1", "--no-color"]
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run([program, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]


def start(workspace: Path, *options: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "courselens.cli", "serve", str(workspace), "--port", port, *options]
    process = subprocess.Popen(command)
    base = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{base}/health")
            return process, base
        except httpx.TransportError:
            assert process.poll() is None
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def test_a_rebuild_drops_no_request_and_sigterm_ends_in_peace(workspace: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(workspace, tmp_path / "mine"))
    process, base = start(mine)
    stop, failed, answered = threading.Event(), [], [0]

    def ask(number: int) -> None:
        with httpx.Client(timeout=30) as client:
            while not stop.is_set():
                answered[0] += 1
                try:
                    answer = client.get(f"{base}/ask", params={"q": f"who teaches law {number} {answered[0]}"})
                    if answer.status_code != 200:
                        failed.append(answer.text)
                except httpx.HTTPError as error:
                    failed.append(repr(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    for _ in range(2):
        before = httpx.get(f"{base}/health").json()["reloads"]
        shutil.copytree(mine / "index", mine / ".new-index")
        (mine / "index").rename(mine / ".old-index")
        (mine / ".new-index").rename(mine / "index")
        shutil.rmtree(mine / ".old-index")
        (mine / "index" / ".stage.json").touch()
        for _ in range(300):
            if httpx.get(f"{base}/health").json()["reloads"] > before:
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the new index was not picked up")
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert answered[0] > 20
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)


def test_several_workers_add_up_their_counters(workspace: Path) -> None:
    process, base = start(workspace, "--workers", "2")
    for number in range(20):
        assert httpx.get(f"{base}/ask", params={"q": f"law {number}"}).status_code == 200
    text = httpx.get(f"{base}/metrics").text
    assert 'courselens_requests_total{method="GET",route="/ask",status="200"} 20.0' in text
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in (0, -signal.SIGTERM)
