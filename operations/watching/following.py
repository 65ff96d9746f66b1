"""What is said from now on: as it comes, in the order of its times within a quarter of a second."""

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from contracts.values.immutable import Immutable
from operations.watching.history import Found, in_order, look
from operations.watching.log import Log
from operations.watching.wanted import Wanted
from services.engine.core.record import Place

SETTLES: Final = 0.25
"""Seconds that a line waits for an older one of another partition."""
BEHIND: Final = 3.0
"""Seconds of full batches after which the reader is behind: then lines may be left out."""
LOOKED_FOR: Final = 30.0
"""Seconds between two looks for new topics and partitions."""


class Turn(Immutable):
    """What one turn brought: lines to show, sentences to say, and whether more comes than is read."""

    found: tuple[Found, ...] = ()
    sentences: tuple[str, ...] = ()
    behind: bool = False


class Following:
    """Reads on from the given places; ``turns`` never ends by itself."""

    def __init__(self, log: Log, wanted: Wanted, begins: Mapping[Place, int], topics: frozenset[str]) -> None:
        self._log, self._wanted, self._topics = log, wanted, topics
        self._places = set(begins)
        self._begins = begins
        self._told: set[str] = set()
        self._silent = False
        self._looked = time.monotonic()
        self.read = 0

    def turns(self) -> Iterator[Turn]:
        """Each within half a second, whatever comes."""
        self._log.read(self._begins)
        waiting: list[Found] = []
        since = busy = time.monotonic()
        while True:
            batch = self._log.next(0.1)
            now = time.monotonic()
            if not batch.full:
                busy = now
            self.read += len(batch.records)
            if not waiting:
                since = now
            waiting += filter(None, (look(record, self._wanted) for record in batch.records))
            sentences = (*self._once(batch.wrong), *self._silence(), *self._new(now))
            if waiting and (now - since >= SETTLES or len(waiting) >= 5_000):
                yield Turn(tuple(in_order(waiting)), sentences, now - busy > BEHIND)
                waiting = []
            else:
                yield Turn((), sentences, now - busy > BEHIND)

    def _once(self, sentences: Iterable[str]) -> tuple[str, ...]:
        fresh = tuple(each for each in dict.fromkeys(sentences) if each not in self._told)
        self._told.update(fresh)
        return fresh

    def _silence(self) -> tuple[str, ...]:
        silent = not self._log.answers()
        if silent == self._silent:
            return ()
        self._silent = silent
        at = f"{datetime.now(UTC):%H:%M:%S}"
        if silent:
            return (f"Kafka does not answer since {at} UTC; what comes is shown when it does.",)
        return (f"Kafka answers again, {at} UTC.",)

    def _new(self, now: float) -> tuple[str, ...]:
        """Partitions that were added, and topics that were made, are read, too."""
        if self._silent or now - self._looked < LOOKED_FOR:
            return ()
        self._looked = now
        fresh = set(self._log.places(self._topics)) - self._places
        if not fresh:
            return ()
        self._places |= fresh
        self._log.read_also(fresh)
        return (f"New: {', '.join(sorted({topic for topic, _ in fresh}))}.",)
