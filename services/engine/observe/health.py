"""Health and figures of a process on a small port of its own: for whoever starts it again, and for Prometheus.

It runs on a thread, so that it tells the truth about a loop that stands still.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.exposition import ThreadingWSGIServer

from services.engine.observe.outages import Outages

BEATS_EVERY: Final = 1.0
DEAD_AFTER: Final = 60.0
"""Seconds without a beat after which a loop counts as standing still: a batch is decided without yielding, in parts of
a second, and a server that is away is waited for without standing still.
"""


class Lanes(Protocol):
    """What is known of a worker's lanes: those that it holds, and whether it had to stop."""

    @property
    def held(self) -> Any:
        """By number."""

    @property
    def stopped(self) -> object:
        """None while it works."""


class Watched:
    """What one process knows of its own health. ``worker`` is there once it reads."""

    def __init__(self, outages: Outages | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.worker: Lanes | None = None
        self._outages = outages
        self._monotonic = monotonic
        self._beat = monotonic()

    async def keep_beating(self) -> None:
        """Shows once a second that the loop goes round."""
        while True:
            self._beat = self._monotonic()
            await asyncio.sleep(BEATS_EVERY)

    def dead(self) -> str | None:
        """Why it should be started again; None: it lives."""
        silent = self._monotonic() - self._beat
        return f"its loop stands still for {silent:.0f} s" if silent > DEAD_AFTER else None

    def unready(self) -> str | None:
        """Why it cannot work now; None: it can. A worker without a lane is ready: others have them all."""
        if self.worker is None:
            return "it starts"
        if self.worker.stopped is not None:
            return "it had to stop"
        away = self._outages.away() if self._outages is not None else ()
        return f"{', '.join(away)} does not answer" if away else None


def told(path: str, registry: CollectorRegistry, watched: Watched) -> tuple[int, str, bytes]:
    """Status, type and content of one of the three pages; 404 for any other."""
    if path == "/metrics":
        return 200, CONTENT_TYPE_LATEST, generate_latest(registry)
    if path == "/health/live":
        why = watched.dead()
    elif path == "/health/ready":
        why = watched.dead() or watched.unready()
    else:
        return 404, "application/json", b'{"pages":["/health/live","/health/ready","/metrics"]}'
    body = {"ok": why is None, **({} if why is None else {"why": why})}
    return 200 if why is None else 503, "application/json", json.dumps(body).encode()


class _Silent(WSGIRequestHandler):
    """Writes no line for each question: probes ask every few seconds."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the library's word
        pass


@contextmanager
def serve_health(port: int | None, registry: CollectorRegistry, watched: Watched) -> Iterator[int | None]:
    """Tells it on this port until the block is left, and which one it is; None: nowhere. Raises SystemExit if it is
    taken already.
    """
    if port is None:
        yield None
        return

    def pages(environment: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        status, kind, content = told(environment["PATH_INFO"], registry, watched)
        start(f"{status} {'OK' if status == 200 else 'No'}", [("Content-Type", kind)])
        return [content]

    try:
        server = make_server("0.0.0.0", port, pages, ThreadingWSGIServer, _Silent)  # noqa: S104 - probes come from outside
    except OSError as error:
        raise SystemExit(f"LEASELINE_HEALTH_PORT is {port}: it is taken ({error.strerror}); give another one") from None
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    structlog.get_logger("engine").info("health.ready", port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
