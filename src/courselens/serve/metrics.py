"""What Prometheus scrapes: requests by route and status, their seconds, what is served.

In: finished requests. Out: `/metrics`. With several workers the numbers of all of them are added up, through files in
the folder that `PROMETHEUS_MULTIPROC_DIR` names (`run_server` sets it before the workers start).
"""

from __future__ import annotations

import os
import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from courselens.serve.service import Service

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("courselens_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "courselens_request_seconds", "Seconds to answer", ("route",), buckets=BUCKETS, registry=self.registry
        )
        self.courses = Gauge(
            "courselens_courses", "Courses served", registry=self.registry, multiprocess_mode="livemax"
        )
        self.passages = Gauge(
            "courselens_passages", "Passages served", registry=self.registry, multiprocess_mode="livemax"
        )
        self.reloads = Gauge("courselens_reloads", "New indexes", registry=self.registry, multiprocess_mode="livemax")
        self.kept = Gauge(
            "courselens_cache_hits", "Answers given again", registry=self.registry, multiprocess_mode="livesum"
        )

    def text(self, service: Service) -> bytes:
        """The exposition, all workers added up."""
        self.courses.set(service.shelf.courses)
        self.passages.set(service.shelf.passages)
        self.reloads.set(service.reloads)
        self.kept.set(service.hits)
        registry = self.registry
        if FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
        return generate_latest(registry)


class Measured:
    """ASGI middleware that counts requests by the route that answered them, never by their addresses."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then count."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS", "DELETE") else "other"
            self.metrics.requests.labels(method, route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
