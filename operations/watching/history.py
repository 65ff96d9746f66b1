"""What was said before now: read from a moment to the present ends, filtered, in the order of its times."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from installation.errors import InstallationError
from operations.watching.log import Away, Consumed, Log
from operations.watching.ordering import Newest, Ordering, order_of
from operations.watching.wanted import Wanted
from services.engine.core.record import Place
from services.watch.telling.tell import tell
from services.watch.telling.told import Told

PATIENCE: Final = 20.0
"""Seconds without a record after which a search has failed."""
TAIL: Final = 10
"""Of each partition so many times the wanted lines are read where nothing is filtered: some of them are clocks."""


class Reach(Immutable):
    """What a search reads: from where to where in each partition. ``begin`` absent: all that the log keeps."""

    begin: datetime | None
    starts: dict[Place, int]
    ends: dict[Place, int]

    @property
    def records(self) -> int:
        """How many records stand there, at most."""
        return sum(end - self.starts[place] for place, end in self.ends.items())


class Found(Immutable):
    """A record that is wanted."""

    told: Told
    record: Consumed


class Searched(Immutable):
    """What a search came to."""

    read: int
    found: int
    late: int


def reach(log: Log, wanted: Wanted, begin: datetime | None, last: int | None) -> tuple[Reach, tuple[str, ...]]:
    """What is to be read, and the topics that are not there. Raises ``InstallationError`` if none is."""
    names = wanted.topics or frozenset(topic.name for topic in TOPICS)
    places = log.places(names)
    there = {topic for topic, _ in places}
    missing = tuple(topic.name for topic in TOPICS if topic.name in names - there)
    if not places:
        raise InstallationError(
            f"Kafka at {log.servers} has none of the topics {', '.join(missing[:3])}{' …' if len(missing) > 3 else ''}:"
            " is it the right one (LEASELINE_KAFKA)? If it is new: leaseline topics create"
        )
    ends, begins = log.ends(places), log.begins(places)
    if begin is not None:
        starts = log.since(places, begin, ends)
    elif last is not None and wanted.everything:
        starts = {place: max(begins[place], end - last * TAIL) for place, end in ends.items()}
    else:
        starts = begins
    return Reach(begin, {place: min(starts[place], ends[place]) for place in places}, ends), missing


class Search:
    """One search over a reach. Iterating over ``run`` gives what is wanted, oldest first."""

    def __init__(self, log: Log, wanted: Wanted, over: Reach, last: int | None) -> None:
        self._log, self._wanted, self._over, self._last = log, wanted, over, last
        self._open = {place for place, end in over.ends.items() if over.starts[place] < end}
        self.read = 0
        self.found = 0
        self.late = 0

    @property
    def share(self) -> int:
        """Percent of the reach that were read."""
        total = self._over.records
        return 100 if not total else min(99, self.read * 100 // total)

    def run(self, progress: Callable[[int], None], complain: Callable[[str], None]) -> Iterator[Found]:
        """``progress`` is told the share now and then, ``complain`` what cannot be read. Raises ``Away``."""
        order: Ordering[Found] | Newest[Found]
        ordering = order = Ordering[Found](self._open)
        if self._last is not None:
            order = Newest[Found](self._last)
        self._log.read({place: self._over.starts[place] for place in self._open})
        heard = time.monotonic()
        while self._open:
            batch = self._log.next(0.2)
            for sentence in dict.fromkeys(batch.wrong):
                complain(sentence)
            newest: dict[Place, int] = {}
            for record in batch.records:
                place = (record.topic, record.partition)
                if record.offset >= self._over.ends[place]:
                    continue  # it came while this is read: following has it
                newest[place] = record.timestamp
                self.read += 1
                if (found := look(record, self._wanted)) is not None:
                    self.found += 1
                    order.add(order_of(found.told), found)
                if record.offset + 1 >= self._over.ends[place]:
                    self._end(place, ordering)
            for place, at in newest.items():
                ordering.reached(place, at / 1000)
            for place in batch.ended:
                self._end(place, ordering)
            if batch.records or batch.ended:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                self._give_up(complain)
            progress(self.share)
            if order is ordering:
                yield from ordering.ready()
        yield from order.ready()
        self.late = ordering.late

    def _end(self, place: Place, ordering: Ordering[Found]) -> None:
        if place in self._open:
            self._open.discard(place)
            ordering.done(place)
            self._log.leave(place)

    def _give_up(self, complain: Callable[[str], None]) -> None:
        if not self._log.answers():
            raise Away(
                f"The search failed at {self.share} %: Kafka at {self._log.servers} stopped answering. What is shown "
                "is not all that there is."
            )
        left = ", ".join(sorted({topic for topic, _ in self._open}))
        complain(f"Not read to its end, nothing more comes from there: {left}")
        self._open.clear()


def look(record: Consumed, wanted: Wanted) -> Found | None:
    """The record if it is wanted."""
    if not wanted.may_want(record):
        return None
    told = tell(record)
    return Found(told, record) if wanted.wants(told) else None


def in_order(found: Iterable[Found]) -> list[Found]:
    """By their times."""
    return sorted(found, key=lambda each: order_of(each.told))
