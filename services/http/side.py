"""One service's side of an HTTP process: its door, and what its routes need."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from fastapi import APIRouter
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from contracts.values.immutable import Immutable
from contracts.values.timestamp import whole_milliseconds
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.core.service import Service
from services.engine.runtime.settings import Settings
from services.http.asking.door import Door
from services.http.asking.request_store import RequestStore
from services.http.asking.sending import Sender
from services.http.asking.waiting import Waiting
from services.http.bounds import Bounds
from services.http.callers.caller import Caller
from services.http.callers.identity import Identity
from services.http.imports.job_store import JobStore

Oldest = Callable[[AsyncDatabase[dict[str, Any]], int], Awaitable[datetime | None]]
"""Of a service's database and so many lanes: since when the oldest of something waits (UTC); None: nothing does."""


class Side(Immutable):
    """What a service brings: its name, and its routes once it has a door and knows how callers are known."""

    service: str
    routes: Callable[[Door, Identity], APIRouter]
    owned: Callable[[Door, Caller, Sequence[str]], Awaitable[frozenset[str]]] | None = None
    """Which of these orders are a caller's own; only orders can tell."""
    waits: tuple[str, ...] = ()
    """Collections whose documents are there only while something waits: they are counted."""
    oldest: Mapping[str, Oldest] = {}
    """By what waits, how it is found since when the oldest of it does."""
    decides: Callable[[], Service] | None = None
    """The service under the settings of its workers, whose dead letters are mended here; None: it has none."""


class OpenSide:
    """A side with everything that it needs to run."""

    def __init__(
        self,
        side: Side,
        client: AsyncMongoClient[dict[str, Any]],
        producer: KafkaProducer,
        settings: Settings,
        bounds: Bounds,
        at: Callable[[str], None],
    ) -> None:
        self.service = side.service
        self._log = structlog.get_logger("http").bind(side=side.service)
        database = client[f"{settings.databases}_{side.service}"]
        self.store = RequestStore(database)
        self.imports = JobStore(database)
        self.sender = Sender(self.store, producer, now, self._failed, bounds.undecided)
        self.waiting = Waiting(self.store.answers, self._look_up_failed)
        self.door = Door(
            side.service,
            settings.lanes,
            database,
            self.store,
            self.sender,
            self.waiting,
            now,
            at,
            bounds.waiting,
        )

    def _failed(self, server: str, error: Exception) -> None:
        self._log.warning("request.not_sent", server=server, reason=f"{type(error).__name__}: {error}"[:300])

    def _look_up_failed(self, error: Exception) -> None:
        self._log.warning("answers.not_read", reason=type(error).__name__)


def now() -> datetime:
    """The time of this process, UTC, in whole milliseconds."""
    return whole_milliseconds(datetime.now(UTC))
