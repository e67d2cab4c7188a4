"""A real server in a process of its own, and a real Chromium. Fails, saying what to install, where one is missing."""

from __future__ import annotations

import importlib
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

from browser.built import STGALLEN, build_sample, build_stgallen

if TYPE_CHECKING:
    from playwright.sync_api import Browser


QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""Chromium asks nobody but the server that is tested."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Clients and fuzz ask one catalogue; people meet both."""
    spared = [one for one in items if "[stgallen" in one.name and one.path.name != "test_page.py"]
    config.hook.pytest_deselected(items=spared)
    items[:] = [one for one in items if one not in spared]


@pytest.fixture(scope="session", params=["sample", "stgallen"])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample catalogue, and COURSELENS_WORKSPACE or else some of the real St. Gallen sheets."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sample":
        return build_sample(folder)
    if given := os.environ.get("COURSELENS_WORKSPACE"):
        return Path(given)
    if not STGALLEN.is_dir():
        pytest.skip(f"no catalogues at {STGALLEN.parent}: set COURSELENS_CATALOGUES")
    return build_stgallen(folder)


@pytest.fixture(scope="session")
def base(workspace: Path) -> Iterator[str]:
    """The address of `courselens serve`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "courselens.cli", "serve", str(workspace), "--port", port]
    process = subprocess.Popen(command)
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
    playwright = importlib.import_module("playwright.sync_api")  # of the extra `browser`
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("no Chromium here: install one (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as running:
        made = running.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield made
        made.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from the npm registry."""
    if shutil.which("npm") is None:
        pytest.fail("axe-core comes from npm, which is not here (Debian: apt-get install npm)")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(["npm", "pack", "axe-core"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"axe-core cannot be fetched: {done.stderr.strip().splitlines()[-1:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        source = archive.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()
