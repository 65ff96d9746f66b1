"""A stage for the whole engine in memory, in virtual time: a service, its topics, its database, its workers."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from random import Random
from typing import Any, TypeVar

import bson

from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.service import Service
from tests.engine.batch import asking
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.database import MemoryDatabase, decoded
from tests.engine.memory.fault_injector import FaultInjector
from tests.engine.memory.group import MemoryGroup, MemoryMembership
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.producer import MemoryProducer
from tests.engine.memory.store import CHECKPOINTS, MemoryStore
from tests.engine.simulation.faults import Faults
from tests.engine.simulation.loop import SimLoop
from tests.engine.simulation.process import Parts, Process
from tests.engine.simulation.tally import EVENTS, REQUESTS, SERVICE

T = TypeVar("T")


def played(scene: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Plays it in virtual time."""
    loop = SimLoop(Random(1))
    try:
        return loop.run_until_complete(scene())
    finally:
        for task in asyncio.all_tasks(loop):
            coroutine = task.get_coro()
            if coroutine is not None:
                coroutine.close()
        loop.close()


class Stage:
    """To be made while the loop runs."""

    def __init__(self, lanes: int = 1, service: Service = SERVICE) -> None:
        self.clock = MemoryClock(Random(2))
        topics = (*service.topics(), f"{service.name}.events", f"{service.name}.dead-letters")
        self.log = MemoryLog(topics, lanes, self.clock.now)
        self.group = MemoryGroup(self.log, service.topics(), lanes)
        self.database = MemoryDatabase(asyncio.get_running_loop().time)
        self.service = service
        self._asked = 0

    def worker(self, number: int = 0, parts: Parts | None = None) -> Process:
        """A worker process of the real engine, started."""
        calm, chance = Faults(Random(3), ("none",)), Random(number)
        parts = parts or Parts()
        process = Process(self.service, number, self.group, self.database, self.clock, calm, chance, parts)
        process.start()
        return process

    def ports(self) -> tuple[MemoryMembership, MemoryStore, MemoryProducer]:
        """A member that has its lanes, a store and a producer, for calling the engine's parts by hand."""
        member = MemoryMembership(self.group, FaultInjector())
        self.group.join(member)
        member.learn()
        return member, MemoryStore(self.database, FaultInjector()), MemoryProducer(self.log, FaultInjector())

    def ask(self, amount: int = 1) -> int:
        """One more request; returns its offset."""
        self._asked += 1
        value = asking("AddRequested", {"counter": "c1", "amount": amount}, id=str(self._asked))
        return self.log.append((REQUESTS, 0), None, value)

    def said(self) -> int:
        """Records in the events topic."""
        return len(self.log.read((EVENTS, 0), 0, 10_000))

    def checkpoint(self, lane: int = 0) -> Checkpoint:
        """As it is stored, or would be before the first acquisition."""
        content = self.database.get((CHECKPOINTS, lane))
        return Checkpoint(lane) if content is None else from_document(decoded(content))

    def documents(self, collection: str) -> dict[str, dict[str, Any]]:
        """The stored documents of a collection, by id."""
        there = ((str(path[1]), self.database.get(path)) for path in self.database.paths(collection))
        return {id_: decoded(content) for id_, content in there if content is not None}

    def let_pass(self, until: Mapping[str, tuple[int, int]], lane: int = 0) -> None:
        """An operator lets pass what stands before these (incarnation, offset), by topic."""
        document = decoded(self.database.get((CHECKPOINTS, lane)) or b"")
        document["passing"] = [(topic, *each) for topic, each in until.items()]
        self.database.confirm(self.database.write({(CHECKPOINTS, lane): bson.encode(document)}))

    def has_read(self, requests: int) -> bool:
        """Whether lane 0 stands behind so many requests."""
        content = self.database.get((CHECKPOINTS, 0))
        return content is not None and self.checkpoint().offsets.get(REQUESTS) == requests

    async def until(self, what: Callable[[], object], seconds: float = 60.0) -> None:
        """Waits for it, in virtual seconds."""
        async with asyncio.timeout(seconds):
            while not what():
                await asyncio.sleep(0.05)
