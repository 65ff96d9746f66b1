"""Figures of an HTTP process: how long each route takes, who waits for answers, what waits in the services."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram
from pymongo.errors import PyMongoError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.http.asking.door import Door

SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
COUNTED_EVERY: Final = 15.0


class HttpFigures:
    """What is counted here; ``docs/operations.md`` section 4 lists the names."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry()
        told = ("route", "method", "status")
        self._seconds = Histogram(
            "leaseline_http_seconds", "From a request to its answer.", told, registry=self.registry, buckets=SECONDS
        )
        self._waiting = Gauge(
            "leaseline_http_waiting", "Requests that wait for an answer.", ("service",), registry=self.registry
        )
        self._waits = Gauge(
            "leaseline_waits", "Documents that are there while something waits.", ("service", "what"),
            registry=self.registry,
        )  # fmt: skip

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request; ``route`` is its template: an address would name orders and people."""
        self._seconds.labels(route, method, str(status)).observe(seconds)

    async def keep_counting(self, doors: Mapping[str, Door], waits: Mapping[str, Sequence[str]]) -> None:
        """Counts what waits, by the database's own estimate: it reads no document."""
        log = structlog.get_logger("http")
        while True:
            try:
                for service, door in doors.items():
                    self._waiting.labels(service).set(door.waiting)
                    for name in waits[service]:
                        self._waits.labels(service, name).set(await door.reads[name].estimated_document_count())
            except PyMongoError as error:
                log.warning("mongodb.away", reason=type(error).__name__)
            await asyncio.sleep(COUNTED_EVERY)


class Timed:
    """Measures every request: plain ASGI, so that nothing about cancelling or streaming changes."""

    def __init__(self, app: ASGIApp, figures: HttpFigures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._figures.answered(route, scope["method"], status, time.perf_counter() - began)
