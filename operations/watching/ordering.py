"""Lines in the order of their times, though they come partition by partition. Pure.

A partition's own records come in the order of their offsets, and the broker stamps them: so what is older than the
newest record of *every* partition that is still read will never be preceded by anything, and can be shown.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

from contracts.topics import TOPICS
from services.engine.core.record import Place
from services.watch.telling.told import Told

T = TypeVar("T")
Key = tuple[float, int, int, int]
MOST: Final = 100_000
"""Lines that may wait for an older one; then the oldest are shown all the same, and counted."""
_RANK: Final = {topic.name: number for number, topic in enumerate(TOPICS)}


def order_of(told: Told) -> Key:
    """By the broker's time; within a millisecond requests before what is said because of them."""
    return told.at.timestamp(), _RANK.get(told.topic, len(_RANK)), told.partition, told.offset


class Ordering(Generic[T]):
    """What waits for its turn. ``late`` counts what was shown after something younger."""

    def __init__(self, places: Iterable[Place], most: int = MOST) -> None:
        self._newest: dict[Place, float] = dict.fromkeys(places, float("-inf"))
        self._waiting: list[tuple[Key, int, T]] = []
        self._count = 0
        self._most = most
        self._shown = float("-inf")
        self.late = 0

    def add(self, key: Key, item: T) -> None:
        """One more line."""
        self._count += 1
        heappush(self._waiting, (key, self._count, item))

    def reached(self, place: Place, at: float) -> None:
        """A partition was read up to a record of this time."""
        if at > self._newest.get(place, float("inf")):
            self._newest[place] = at

    def done(self, place: Place) -> None:
        """A partition was read to its end: nothing older comes from it."""
        self._newest.pop(place, None)

    @property
    def open(self) -> int:
        """Partitions that are still read."""
        return len(self._newest)

    def ready(self) -> Iterator[T]:
        """What can be shown now, oldest first."""
        until = min(self._newest.values(), default=float("inf"))
        while self._waiting and (self._waiting[0][0][0] < until or len(self._waiting) > self._most):
            key, _, item = heappop(self._waiting)
            self.late += key[0] < self._shown
            self._shown = max(self._shown, key[0])
            yield item


class Newest(Generic[T]):
    """The newest lines of all, as many as somebody wants."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Key, int, T]] = []
        self._count = 0

    def add(self, key: Key, item: T) -> None:
        """One more line; the oldest of too many goes."""
        self._count += 1
        heappush(self._kept, (key, self._count, item))
        if len(self._kept) > self._most:
            heappop(self._kept)

    def ready(self) -> Iterator[T]:
        """All of them, oldest first; it is empty then."""
        kept, self._kept = sorted(self._kept, key=lambda each: each[:2]), []
        for _, _, item in kept:
            yield item
