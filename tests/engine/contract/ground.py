"""The ground that a contract test stands on: one log, one group, one database, in memory or real."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from services.engine.core.record import Place, Record
from services.engine.runtime.ports import Consumer, Producer, Store
from tests.engine.simulation.tally import SERVICE

LANES = 4
TOPICS = SERVICE.topics()


class Member(Protocol):
    """A member of the group: the consumer port, and what the framework does with it."""

    @property
    def port(self) -> Consumer: ...
    async def polled(self, at_least: int) -> Sequence[Record]:
        """Polls until so many records came."""

    async def settled(self, lanes: int) -> None:
        """Waits until exactly so many whole lanes are assigned."""

    async def leave(self) -> None: ...


class Ground(Protocol):
    """Everything is fresh; names are the test's own. ``topics`` are those of the tiny service, under these names."""

    topics: tuple[str, str]

    async def store(self) -> Store:
        """Another process's way to the same database."""

    def producer(self) -> Producer: ...
    async def member(self) -> Member: ...
    async def write(self, place: Place, values: Sequence[bytes]) -> None:
        """Somebody else writes."""

    async def write_with_hole(self, place: Place, before: bytes, after: bytes) -> None:
        """Two records, and between them offsets that no reader sees."""

    async def stands(self, place: Place) -> Sequence[bytes]:
        """The values in the log, in order."""

    async def write_fields(self, lane: int, fields: Mapping[str, Any]) -> None:
        """Somebody else sets fields of a lane's stored checkpoint: an operator, or a newer version."""

    async def fields(self, lane: int) -> Mapping[str, Any]:
        """A lane's checkpoint as it is stored."""

    async def commit_fails(self, *, after_it_is_done: bool) -> None:
        """The next commit of a transaction brings no answer."""

    def no_acknowledgement(self, producer: Producer) -> None:
        """The next produce batch is written, its acknowledgement is lost."""

    async def close(self) -> None: ...
