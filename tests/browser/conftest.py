"""A real server in a process of its own, and a real Chromium. Skips, saying so, where one of them is not to be had."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from serve_workspace import courses, write_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TESTS = Path(__file__).parents[1]
SERVER = (
    "import sys; sys.path.insert(0, {tests!r})\n"
    "from pathlib import Path\n"
    "import uvicorn\n"
    "from serve_workspace import open_shelf\n"
    "from courselens.serve.app import create_app\n"
    "from courselens.serve.settings import Settings\n"
    "from courselens.serve.shelf import Shelf\n"
    "app = create_app(Settings(Path({workspace!r})), Shelf.open if {real} else open_shelf)\n"
    "uvicorn.run(app, port={port}, log_level='error')\n"
)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over COURSELENS_WORKSPACE, or over a small workspace made here."""
    given = os.environ.get("COURSELENS_WORKSPACE")
    workspace = given or str(write_workspace(tmp_path_factory.mktemp("browser"), courses()))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = SERVER.format(tests=str(TESTS), workspace=workspace, port=port, real=bool(given))
    process = subprocess.Popen([sys.executable, "-c", code])
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{address}/health")
            break
        except httpx.TransportError:
            assert process.poll() is None, "the server has ended"
            time.sleep(0.1)
    yield address
    process.terminate()
    assert process.wait(30) in (0, -15), "SIGTERM ends the server in peace"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="install it: pip install 'courselens[browser]'")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here: make test-browser installs it")
    with playwright.sync_playwright() as running:
        made = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from the npm registry."""
    if shutil.which("npm") is None:
        pytest.skip("axe-core comes from npm, which is not here")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(["npm", "pack", "axe-core"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"axe-core cannot be fetched: {done.stderr.strip().splitlines()[-1:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        source = archive.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()
