"""What is said too often is said once: lines about a server that is away, and what the libraries complain of."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

import structlog

OF_AN_OUTAGE: Final = frozenset(
    {
        "lane.not_acquired",
        "batch.doubt",
        "batch.not_admitted",
        "batch.overlooked",
        "commit.failed",
        "library.complains",
        "watch.not_kept",
    }
)
"""Our own lines that an outage makes by the dozen."""
EVERY: Final = 60.0
"""Seconds in which a library says one thing once."""
OF_A_CONNECTION: Final = (
    "Unable connect",
    "Unable to update metadata",
    "Unable to request metadata",
    "Failed fetch",
    "Error sending",
    "Heartbeat send request failed",
    "Heartbeat session expired",
)
"""How the lines begin with which aiokafka tells that a connection failed, each on its own."""
Complaint = Callable[[str, str], None]


class Thinning:
    """Holds back and counts. ``held_back`` lasts as long as a server is away."""

    def __init__(self) -> None:
        self._away: Counter[str] = Counter()

    @contextmanager
    def held_back(self, server: str) -> Iterator[Callable[[], int]]:
        """Lines of an outage are dropped inside; the function given tells how many."""
        self._away[server] = 0
        try:
            yield lambda: self._away[server]
        finally:
            self._away.pop(server)

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        """A processor of structlog."""
        if self._away and event.get("event") in OF_AN_OUTAGE:
            for server in self._away:
                self._away[server] += 1
            raise structlog.DropEvent
        return event


class Libraries(logging.Handler):
    """What the libraries log, as our own lines: each of them once a minute, without tracebacks.

    ``complaint`` is told of what may be a server's fault: the library that says it names the server.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.thinning = Thinning()
        self.complaint: Complaint | None = None
        self._monotonic = monotonic
        self._told: dict[tuple[str, str], float] = {}
        self._more: Counter[tuple[str, str]] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one line of a library."""
        try:
            error = record.exc_info[1] if record.exc_info else None
            self.told(record.name, str(record.msg), record.getMessage(), error)
        except Exception:  # noqa: BLE001 - as the handlers of the standard library do
            self.handleError(record)

    def told(self, logger: str, template: str, message: str, error: BaseException | None) -> None:
        """Passes it on, if it was not told within the last minute."""
        server = SERVERS.get(logger.partition(".")[0])
        if server is not None and self.complaint is not None:
            self.complaint(server, message)
            if template.startswith(OF_A_CONNECTION):  # told by who asks the server, as one line for all of them
                return
        which, now = (logger, template[:100]), self._monotonic()
        if which in self._told and now - self._told[which] < EVERY:
            self._more[which] += 1
            return
        self._told[which] = now
        structlog.get_logger("engine").warning(
            "library.complains",
            logger=logger,
            message=message[:300],
            error=None if error is None else type(error).__name__,
            held_back=self._more.pop(which, 0),
        )

    def unretrieved(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """A handler of the event loop: what nobody waited for is told without its traceback."""
        error, message = context.get("exception"), str(context.get("message"))
        module = "" if error is None else type(error).__module__
        self.told(module or "asyncio", f"{message} {type(error).__name__}", message, error)


SERVERS: Final[Mapping[str, str]] = {"aiokafka": "Kafka", "pymongo": "MongoDB", "motor": "MongoDB"}
"""Whose fault it may be what a library complains of, by the first part of its logger's name."""
