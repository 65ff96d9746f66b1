"""Mutants of the rules about taking over and fencing (1 to 6)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.entry import SetAside, Spot
from services.engine.core.faults import Conflict, Doubt
from services.engine.core.lane import Lane, begun
from services.engine.core.positions import Position, Rewind
from services.engine.core.record import Outgoing, Place, Record
from services.engine.runtime import acquisition as taking
from services.engine.runtime import lane_manager as lane_managers
from services.engine.runtime.ports import Consumer, Producer, Store
from services.engine.runtime.worker import Worker
from tests.engine.mutants.mutant import Mutant
from tests.engine.simulation.process import Parts
from tests.engine.simulation.watch import WatchedStore, WatchedTransaction
from tests.engine.simulation.world import Setup


class _Mute:
    """Publishes nothing."""

    async def publish(self, _records: Sequence[Outgoing]) -> None:
        """Says it did."""

    async def replace(self) -> None:
        """Nothing to replace."""


class _Open:
    """A consumer whose group lets everybody in."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def commit(self, _offsets: Mapping[Place, int]) -> None:
        """Not asked."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._consumer, name)


class _Sparing:
    """A store that leaves the former owner's session alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def end_session(self, _session: bytes) -> None:
        """Left alone."""

    @property
    def session(self) -> bytes | None:
        return self._store.session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


real_take = taking.acquire_lane


async def _silent(lane: int, topics: Sequence[str], consumer: Consumer, store: Store, _producer: Producer) -> Lane:
    return await real_take(lane, topics, consumer, store, _Mute())


async def _uninvited(lane: int, topics: Sequence[str], consumer: Consumer, store: Store, producer: Producer) -> Lane:
    return await real_take(lane, topics, _Open(consumer), store, producer)


async def _sparing(lane: int, topics: Sequence[str], consumer: Consumer, store: Store, producer: Producer) -> Lane:
    return await real_take(lane, topics, consumer, _Sparing(store), producer)


async def _sure(lane: int, topics: Sequence[str], consumer: Consumer, store: Store, producer: Producer) -> Lane:
    """Skips what must have been said, because the group has committed behind it; commits where it goes on."""
    places = [(topic, lane) for topic in topics]
    had = await consumer.committed(places)
    taken = await real_take(lane, topics, consumer, store, _Mute())
    offsets = taken.checkpoint.offsets
    await consumer.commit({(topic, lane): at for topic, at in offsets.items()})
    if any((had.get((topic, lane)) or 0) < at for topic, at in offsets.items()):
        await producer.publish(taken.checkpoint.outgoing)
    return taken


def _taking(acquire_lane: Callable[..., Any]) -> Callable[[], AbstractContextManager[object]]:
    return lambda: patch.object(lane_managers, "acquire_lane", acquire_lane)


class _Eager(Worker):
    """Decides the records of a lane that it has not acquired, by the checkpoint as it finds it."""

    async def handle(self, records: Sequence[Record]) -> None:
        for number in sorted({record.partition for record in records} - self.lane_manager.held.keys()):
            try:
                checkpoint = await self._ports.store.read(number)
                places = [(topic, number) for topic in self.service.topics()]
                ends = await self._ports.consumer.ends(places)
            except Doubt:
                continue
            if checkpoint is not None:
                mine = replace(checkpoint, session=self._ports.store.session)
                own = begun(mine, {place: ends[place][0] for place in places})
                self.lane_manager.held.setdefault(number, own)
        await super().handle(records)


class _Unfenced(WatchedTransaction):
    @staticmethod
    def follows(_was: Checkpoint, _checkpoint: Checkpoint) -> bool:
        return True


class _UnfencedStore(WatchedStore):
    transactions = _Unfenced


class _Hasty(WatchedTransaction):
    """Does not wait for the majority."""

    async def commit(self) -> None:
        await self._answer("store.commit.before")
        self._sent = True
        self._database.apply(self._open)


class _HastyStore(WatchedStore):
    transactions = _Hasty


def _trusting(self: Position, records: Sequence[Record]) -> tuple[Sequence[Record], Rewind | None]:
    return [record for record in records if record.offset >= self.expected], None


real_admit = Position.admit


def _no_holes(self: Position, records: Sequence[Record]) -> tuple[Sequence[Record], Rewind | None]:
    fresh, rewind = real_admit(self, records)
    if rewind is not None and rewind.again:
        return (), Rewind(rewind.offset)
    return fresh, rewind


def _blind(self: Position, offset: int) -> None:
    """What the parser sees in a gap is not looked at."""
    self._seen = max(self._seen, offset)


class _Sanguine(Worker):
    """Takes doubt for a conflict: the same again, under the same epoch, without asking what is so."""

    async def _step(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> int:
        try:
            return await super()._step(batch, lanes, set_aside)
        except Doubt as doubt:
            raise Conflict(str(doubt)) from doubt


class _Whole(Worker):
    """Never halves a batch."""

    def _cut(self, todo: Sequence[Record]) -> Sequence[Record]:
        return todo


class _Raising(Worker):
    """Leaves errors to the framework."""

    async def handle(self, records: Sequence[Record]) -> None:
        todo, lanes = await self.lane_manager.admitted(records)
        while todo:
            todo = todo[await self._step(todo, {r.partition: lanes[r.partition] for r in todo}, {}) :]


ZOMBIES = ("crash", "freeze", "cut_off", "rebalance")
MUTANTS: tuple[Mutant, ...] = (
    Mutant("a lane's records decided before it is acquired", 1, Setup(Parts(worker=_Eager))),
    Mutant("the group is not asked on taking over", 1, broken=_taking(_uninvited)),
    Mutant("the former owner's session is left open", 1, broken=_taking(_sparing)),
    Mutant("no epoch check", 2, Setup(Parts(store=_UnfencedStore), only=ZOMBIES)),
    Mutant("said before a majority has it", 2, Setup(Parts(store=_HastyStore))),
    Mutant("what is stored is not said again on taking over", 3, broken=_taking(_silent)),
    Mutant("what must have been said is skipped", 3, broken=_taking(_sure)),
    Mutant("no position check", 4, broken=lambda: patch.object(Position, "admit", _trusting)),
    Mutant("no holes allowed", 4, broken=lambda: patch.object(Position, "admit", _no_holes)),
    Mutant("a gap is a hole whatever the parser saw in it", 4, broken=lambda: patch.object(Position, "seen", _blind)),
    Mutant("doubt is taken for a conflict", 5, Setup(Parts(worker=_Sanguine))),
    Mutant("a batch in conflict is never halved", 5, Setup(Parts(worker=_Whole))),
    Mutant("errors are left to the framework", 6, Setup(Parts(worker=_Raising))),
)
