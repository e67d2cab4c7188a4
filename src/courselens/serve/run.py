"""Run the server: `courselens serve`.

In: settings. Out: a process that answers until it is told to stop; SIGTERM and Ctrl-C let requests under way finish.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from courselens.errors import CourselensError
from courselens.serve.app import create_app
from courselens.serve.metrics import FOLDER
from courselens.serve.problems import problem
from courselens.serve.settings import Settings

GRACE = 20
"""Seconds that requests under way may take after the order to stop."""
COLLECTED = (20_000, 20, 20)
"""When unreachable cycles are looked for: at Python's 700 new objects, a batch of questions is interrupted many times.
The 99th percentile was 139 ms instead of 151 (medians of four rounds in turns)."""


class Protocol(HttpToolsProtocol):
    """HTTP, whose parser refuses with a problem as everything else does: an address beyond 64 KB never gets further."""

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, and hang up."""
        told = problem(400, "not a valid HTTP request", remedy="Ask shorter: an address may have 64 KB at the most")
        headers = b"".join(name + b": " + value + b"\r\n" for name, value in told.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n" + headers + b"\r\n" + told.body)
        self.transport.close()


def run_server(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until told to stop. Raises CourselensError when the workspace or the address cannot be used."""
    settings.token()
    _check_address(settings)
    gc.set_threshold(*COLLECTED)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stopped)
    with tempfile.TemporaryDirectory(prefix="courselens-metrics-") as folder:
        if settings.workers > 1:
            os.environ[FOLDER] = folder
            settings.to_environment()
        app: FastAPI | str = "courselens.serve.run:app_of_worker" if settings.workers > 1 else create_app(settings)
        say(f"The catalogue is at {settings.url} (API at /docs, MCP at /mcp). Stop with Ctrl-C.")
        uvicorn.run(
            app,
            factory=settings.workers > 1,
            host=settings.host,
            port=settings.port,
            workers=settings.workers if settings.workers > 1 else None,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=15,
            http=Protocol,
        )


def _stopped(_: int, __: FrameType | None) -> None:
    """End in peace. uvicorn stops by itself and then raises the signal again, which would kill the process before its
    temporary files are gone.
    """
    sys.exit(0)


def app_of_worker() -> FastAPI:
    """The application of one of several worker processes."""
    gc.set_threshold(*COLLECTED)
    return create_app(Settings.from_environment())


def _check_address(settings: Settings) -> None:
    """Find out before the workspace is loaded whether the address is free."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise CourselensError(
            "the address cannot be used",
            value=f"{settings.host}:{settings.port}",
            where=error.strerror or str(error),
            remedy="Name another with --host and --port",
        ) from error
