"""Topics in memory: partitions with offsets, holes, the broker's timestamps, and the check of idempotent producers."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contracts.values.immutable import Immutable
from services.engine.core.record import Outgoing, Place


class MemoryRecord(Immutable):
    """A record as it stands in the log."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


LARGEST = 1_100_000
"""Bytes of a record that the broker takes; what comes in compressed may be larger, as with a real broker."""


class TooLarge(Exception):
    """The broker never takes this record."""


class OutOfOrder(Exception):
    """The broker knows the producer and misses a sequence number of it: refused."""


@dataclass(slots=True)
class _Partition:
    records: list[MemoryRecord]
    offsets: list[int]
    begin: int
    end: int


class MemoryLog:
    """All topics of an installation. ``now`` is the broker's clock, milliseconds UTC; every timestamp is its."""

    def __init__(self, topics: Iterable[str], partitions: int, now: Callable[[], int]) -> None:
        self._now = now
        self.appended: list[Callable[[], None]] = []
        self._partitions = {(topic, n): _Partition([], [], 0, 0) for topic in topics for n in range(partitions)}
        self._sequences: dict[tuple[int, Place], int] = {}
        self._producers = 0

    def new_producer(self) -> int:
        """The id of a fresh idempotent producer."""
        self._producers += 1
        return self._producers

    @property
    def lanes(self) -> int:
        """Partitions of each topic."""
        return 1 + max(lane for _, lane in self._partitions)

    def places(self) -> Sequence[Place]:
        """Every partition."""
        return tuple(self._partitions)

    def append(
        self,
        place: Place,
        key: bytes | None,
        value: bytes | None,
        headers: tuple[tuple[str, bytes | None], ...] = (),
    ) -> int:
        """Writes one record; returns its offset."""
        partition = self._partitions[place]
        offset = partition.end
        partition.records.append(MemoryRecord(*place, offset, self._now(), key, value, headers))
        partition.offsets.append(offset)
        partition.end = offset + 1
        for waiting in self.appended:
            waiting()
        return offset

    def produce(self, producer: int, sequence: int, place: Place, records: Sequence[Outgoing]) -> None:
        """A produce batch of an idempotent producer; ``sequence`` numbers its first record in this partition.

        What was written before is acknowledged again and not written again. A producer that the partition does not
        know may begin with any number, as with a real broker. Raises ``OutOfOrder`` or ``TooLarge``.
        """
        if any(record.size > LARGEST for record in records):
            raise TooLarge
        expected = self._sequences.get((producer, place), sequence)
        if sequence < expected:
            return
        if sequence > expected:
            raise OutOfOrder
        self._sequences[producer, place] = sequence + len(records)
        for record in records:
            self.append(place, record.key, record.value, record.headers)

    def hole(self, place: Place, count: int = 1) -> None:
        """Offsets that no reader ever sees: transaction markers, aborted records."""
        self._partitions[place].end += count

    def forget(self, place: Place, begin: int) -> None:
        """Retention: the log begins here from now on."""
        partition = self._partitions[place]
        at = bisect_left(partition.offsets, begin)
        del partition.records[:at], partition.offsets[:at]
        partition.begin = begin
        partition.end = max(partition.end, begin)

    def add_partitions(self, lanes: int) -> None:
        """Every topic has so many from now on."""
        for topic in dict.fromkeys(topic for topic, _ in self._partitions):
            for lane in range(lanes):
                self._partitions.setdefault((topic, lane), _Partition([], [], 0, 0))

    def made_again(self, topic: str) -> None:
        """Deletes the topic and makes it again: offsets start at 0."""
        for place in self._partitions:
            if place[0] == topic:
                self._partitions[place] = _Partition([], [], 0, 0)

    def read(self, place: Place, offset: int, most: int) -> Sequence[MemoryRecord]:
        """Up to ``most`` records from this offset on."""
        partition = self._partitions[place]
        at = bisect_left(partition.offsets, offset)
        return partition.records[at : at + most]

    def ends(self, place: Place) -> tuple[int, int]:
        """First and next offset."""
        partition = self._partitions[place]
        return partition.begin, partition.end
