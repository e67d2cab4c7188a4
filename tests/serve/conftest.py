"""The application over a small workspace, in-process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from courselens.serve.app import create_app
from courselens.serve.settings import Settings
from serve_workspace import courses, open_shelf, write_workspace

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("workspace"), courses())


@pytest.fixture(scope="session")
def client(workspace: Path) -> Iterator[TestClient]:
    app = create_app(Settings(workspace), open_shelf)
    with TestClient(app, base_url=BASE, raise_server_exceptions=True) as made:
        yield made


@pytest.fixture
def client_with(workspace: Path) -> Iterator[Callable[..., TestClient]]:
    """A client of a server with other settings."""
    opened: list[TestClient] = []

    def make(**changed: object) -> TestClient:
        settings = replace(Settings(workspace), **changed)  # type: ignore[arg-type]  # names of settings
        made = TestClient(create_app(settings, open_shelf), base_url=BASE)
        made.__enter__()
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.__exit__(None, None, None)
