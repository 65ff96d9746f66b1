"""Figures of an HTTP process: how long each route takes, who waits for answers, what waits in the services."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram
from pymongo.errors import PyMongoError
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.values.immutable import Immutable
from services.http.answered import Answered
from services.http.asking.door import Door
from services.http.side import Oldest

SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
COUNTED_EVERY: Final = 15.0
LOOKED_EVERY: Final = 4
"""Turns of counting until it is looked for the oldest again."""
MOST_COUNTED: Final = 1_000


class Counted(Immutable):
    """What is counted of one side: documents of ``waits``, and how old the oldest is, by what waits."""

    service: str
    door: Door
    waits: Sequence[str]
    oldest: Mapping[str, Oldest]


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
        self._oldest = Gauge(
            "leaseline_oldest_waiting_seconds", "Age of the oldest that waits for something.", ("service", "what"),
            registry=self.registry,
        )  # fmt: skip
        self._unanswered = Gauge(
            "leaseline_http_unanswered",
            "Requests that were sent again, for nobody answered; counted up to 1,000.",
            ("service",),
            registry=self.registry,
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request; ``route`` is its template: an address would name orders and people."""
        self._seconds.labels(route, method, str(status)).observe(seconds)

    async def keep_counting(self, sides: Sequence[Counted]) -> None:
        """Counts what waits, by the database's own estimate: it reads no document. What is counted or looked for by
        reading some is so once a minute.
        """
        log = structlog.get_logger("http")
        for turn in count():
            try:
                for side in sides:
                    await self._count(side)
                    if turn % LOOKED_EVERY == 0:
                        await self._look(side)
            except PyMongoError as error:
                log.warning("mongodb.away", reason=type(error).__name__)
            await asyncio.sleep(COUNTED_EVERY)

    async def _count(self, side: Counted) -> None:
        self._waiting.labels(side.service).set(side.door.waiting)
        for name in side.waits:
            there = await side.door.reads[name].estimated_document_count()
            self._waits.labels(side.service, name).set(there)

    async def _look(self, side: Counted) -> None:
        self._unanswered.labels(side.service).set(await side.door.count_unanswered(MOST_COUNTED))
        for what, oldest in side.oldest.items():
            since = await oldest(side.door.reads, side.door.lanes)
            age = 0.0 if since is None else time.time() - since.timestamp()
            self._oldest.labels(side.service, what).set(max(0.0, age))


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
        began = time.perf_counter()
        answered = Answered(send)
        try:
            await self._app(scope, receive, answered)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._figures.answered(route, scope["method"], answered.status, time.perf_counter() - began)
