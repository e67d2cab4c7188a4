"""MCP over streamable HTTP, made when the first client comes.

In: requests to `/mcp`. Out: what the SDK answers. The SDK takes as long to import as all the rest, and most servers
never get an MCP call: so it is imported in a thread when the first one comes.
"""

from __future__ import annotations

import asyncio
import contextlib
from importlib import import_module
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from courselens.serve.service import Service
from courselens.serve.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "::1")


class McpOverHttp:
    """ASGI application for `/mcp`."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.settings = settings
        self._running: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, once the SDK is there."""
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._ready))
        app = await asyncio.shield(self._ready)
        await app(scope, receive, send)

    async def close(self) -> None:
        """End the sessions."""
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def _run(self, ready: asyncio.Future[ASGIApp]) -> None:
        """Hold the SDK's sessions open; they must end in the task in which they began."""
        try:
            server = (await asyncio.to_thread(import_module, "courselens.serve.mcp")).make_mcp(self.service)
            app = server.streamable_http_app(
                streamable_http_path="/mcp",
                json_response=True,
                stateless_http=True,
                max_request_body_size=self.settings.body_bytes,
                transport_security=self._security(),
            )
        except Exception as error:
            ready.set_exception(error)
            raise
        async with server.session_manager.run():
            ready.set_result(app)
            await asyncio.Event().wait()

    def _security(self) -> Any:
        """A server on this machine alone takes MCP calls for this machine alone: no page may rebind its name to it."""
        security = import_module("mcp.server.transport_security").TransportSecuritySettings
        if self.settings.host not in LOCAL:
            return security(enable_dns_rebinding_protection=False)
        hosts = [f"{name}{port}" for name in ("127.0.0.1", "localhost", "[::1]") for port in ("", ":*")]
        origins = [f"http://{host}" for host in hosts]
        return security(allowed_hosts=hosts, allowed_origins=[*origins, *self.settings.cors])
