"""The contract's ground in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import bson

from services.engine.core.record import Place, Record
from services.engine.runtime.ports import Producer
from tests.engine.contract.ground import LANES, TOPICS, Member
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.database import MemoryDatabase, decoded
from tests.engine.memory.fault_injector import FaultInjector
from tests.engine.memory.group import MemoryGroup, MemoryMembership
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.producer import MemoryProducer
from tests.engine.memory.store import CHECKPOINTS, MemoryStore


class Once(FaultInjector):
    """Each named fault strikes once."""

    def __init__(self) -> None:
        self.due: set[str] = set()

    def strikes(self, fault: str) -> bool:
        struck = fault in self.due
        self.due.discard(fault)
        return struck


class MemoryMember:
    """Learns of a rebalance whenever it waits."""

    def __init__(self, group: MemoryGroup) -> None:
        self.port = MemoryMembership(group, FaultInjector())
        self._group = group
        group.join(self.port)

    async def polled(self, at_least: int) -> Sequence[Record]:
        found: list[Record] = []
        while len(found) < at_least:
            found += self.port.poll(100)
            await asyncio.sleep(0)
        return found

    async def settled(self, lanes: int) -> None:
        self.port.learn()
        assert len(self.port.assigned()) == lanes * len(TOPICS)

    async def leave(self) -> None:
        self.port.close()
        self._group.leave(self.port)


class MemoryGround:
    """All of it in this process."""

    topics = (TOPICS[0], TOPICS[1])

    def __init__(self) -> None:
        clock = MemoryClock(Random(0))
        self._log = MemoryLog(TOPICS, LANES, clock.now)
        self._group = MemoryGroup(self._log, TOPICS, LANES)
        self._database = MemoryDatabase(asyncio.get_running_loop().time)
        self._fortune = Once()

    async def store(self) -> MemoryStore:
        store = MemoryStore(self._database, self._fortune)
        store.lanes = LANES
        return store

    def producer(self) -> MemoryProducer:
        return MemoryProducer(self._log, self._fortune)

    async def member(self) -> Member:
        return MemoryMember(self._group)

    async def write(self, place: Place, values: Sequence[bytes]) -> None:
        for value in values:
            self._log.append(place, None, value)

    async def write_with_hole(self, place: Place, before: bytes, after: bytes) -> None:
        self._log.append(place, None, before)
        self._log.hole(place, 2)
        self._log.append(place, None, after)

    async def stands(self, place: Place) -> Sequence[bytes]:
        return [record.value or b"" for record in self._log.read(place, 0, 1000)]

    async def write_fields(self, lane: int, fields: Mapping[str, Any]) -> None:
        content = bson.encode({**await self.fields(lane), **fields})
        self._database.confirm(self._database.write({(CHECKPOINTS, lane): content}))

    async def fields(self, lane: int) -> Mapping[str, Any]:
        return decoded(self._database.get((CHECKPOINTS, lane)) or b"")

    async def commit_fails(self, *, after_it_is_done: bool) -> None:
        self._fortune.due.add("store.commit.after" if after_it_is_done else "store.commit.before")

    def no_acknowledgement(self, _producer: Producer) -> None:
        self._fortune.due.add("producer.not_acknowledged")

    async def close(self) -> None:
        """Nothing is open."""
