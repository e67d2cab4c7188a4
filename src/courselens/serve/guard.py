"""What every request passes before it is answered: limits, token, time-out, security headers.

In: ASGI requests. Out: the same, or a problem. One pass over plain ASGI, because each layer that builds request
objects costs more than an answer's whole bookkeeping.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections import OrderedDict
from collections.abc import Mapping

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courselens.serve.problems import problem

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OPEN = ("/health", "/static/")
"""Addresses that need no token: a probe's, and the page's own style and script."""
MOST_CLIENTS = 10_000


class TooLargeError(HTTPException):
    """A body grew over the limit while it was read."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"the body is longer than {most:,} bytes")


class Bucket:
    """Tokens of clients: `rate` requests a minute each, of which a whole minute's may come at once."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Seconds until `client` may ask; 0.0 takes one of its requests."""
        left, then = self._left.get(client, (float(self.rate), now))
        left = min(float(self.rate), left + (now - then) * self.rate / 60)
        self._left[client] = (max(left - 1, 0.0) if left >= 1 else left, now)
        self._left.move_to_end(client)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) * 60 / self.rate


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None,
        rate: int,
        body_bytes: int,
        query_bytes: int,
        seconds: float,
    ) -> None:
        self.app = app
        self.token = token.encode() if token else None
        self.bucket = Bucket(rate) if rate else None
        self.body_bytes = body_bytes
        self.query_bytes = query_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then answer within the time."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sender = _Sender(send, bare=scope["method"] == "HEAD")
        scope = {**scope, "method": "GET"} if sender.bare else scope
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, sender)
            return
        limited = _Receiver(receive, self.body_bytes)
        try:
            with anyio.fail_after(self.seconds):
                await self.app(scope, limited, sender)
        except TimeoutError:
            await self._late(scope, receive, sender)
        except TooLargeError:  # where no handler of the application stood in between
            if not sender.started:
                await self._too_large()(scope, receive, sender)

    async def _late(self, scope: Scope, receive: Receive, sender: _Sender) -> None:
        if not sender.started:
            late = problem(503, f"no answer within {self.seconds:g} seconds", remedy="Ask for less at a time")
            await late(scope, receive, sender)

    def _too_large(self) -> Response:
        return problem(413, f"the body is longer than {self.body_bytes:,} bytes", remedy="Send it in parts")

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if len(scope["query_string"]) + len(scope.get("raw_path") or b"") > self.query_bytes:
            return problem(414, f"the address is longer than {self.query_bytes:,} bytes", remedy="Ask shorter")
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self.body_bytes:
            return self._too_large()
        path = str(scope["path"])
        if self.bucket is not None and path != "/health":
            client = scope["client"][0] if scope.get("client") else "?"
            wait = self.bucket.wait(str(client), time.monotonic())
            if wait:
                seconds = str(int(wait) + 1)
                return problem(
                    429,
                    f"more than {self.bucket.rate} requests a minute",
                    remedy=f"Try again in {seconds} seconds",
                    headers={"Retry-After": seconds},
                )
        if self.token is not None and not path.startswith(OPEN) and not self._knows(headers, self.token):
            return problem(
                401,
                "this server asks for its token",
                where="Authorization",
                remedy="Send `Authorization: Bearer TOKEN`; a browser may give the token as the password",
                headers=_challenge(headers),
            )
        return None

    def _knows(self, headers: Headers, token: bytes) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode("utf-8", "replace").partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token)


def _challenge(headers: Headers) -> Mapping[str, str]:
    scheme = "Basic" if "text/html" in headers.get("accept", "") else "Bearer"
    return {"WWW-Authenticate": f'{scheme} realm="courselens"'}


class _Sender:
    """Adds the security headers, knows whether an answer has begun, and leaves the body out where HEAD was asked."""

    def __init__(self, send: Send, *, bare: bool) -> None:
        self.send = send
        self.bare = bare
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        elif self.bare:
            message = {**message, "body": b""}
        await self.send(message)


class _Receiver:
    """Counts the body as it comes in: a length may be missing or untrue."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.receive = receive
        self.most = self.left = most

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            if self.left < 0:
                raise TooLargeError(self.most)
        return message
