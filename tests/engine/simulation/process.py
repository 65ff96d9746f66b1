"""A worker process of the simulator: the real engine between a keeper, a poll loop and a group's coordinator.

It plays the framework as it is known: a batch may be swallowed after the parser saw it, records of a new assignment
may come before anybody was told of it, and the handler is called for one batch at a time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from random import Random
from typing import Any

from services.engine.core.faults import Stop
from services.engine.core.growing import MOVING, Growing
from services.engine.core.service import Service
from services.engine.runtime.holding import keep_looking
from services.engine.runtime.lane_manager import Ports
from services.engine.runtime.worker import Worker
from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.database import MemoryDatabase
from tests.engine.memory.group import MemoryGroup, MemoryMembership
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.producer import MemoryProducer
from tests.engine.simulation.faults import Faults
from tests.engine.simulation.loop import LIFE, Life, SimLoop
from tests.engine.simulation.watch import WatchedProducer, WatchedStore


@dataclass(frozen=True, slots=True)
class Parts:
    """The classes that a process is made of; a mutant replaces one."""

    worker: Callable[[Service, int, Ports], Worker] = Worker
    store: Callable[[MemoryDatabase, Faults], WatchedStore] = WatchedStore
    producer: Callable[[MemoryLog, Faults], MemoryProducer] = WatchedProducer


class Process:
    """One place where a worker of a service runs; ``start`` begins another life there."""

    def __init__(
        self,
        service: Service,
        number: int,
        group: MemoryGroup,
        database: MemoryDatabase,
        clock: MemoryClock,
        faults: Faults,
        random: Random,
        parts: Parts,
    ) -> None:
        self.name = f"{service.name}-{number}"
        self.service = service.name
        self.life: Life | None = None
        self.stopped: list[str] = []
        self.growing: Callable[[], Growing | None] | None = None
        """How it learns whether the installation grows; None: it never does."""
        self._service, self._group, self._database = service, group, database
        self._clock, self._faults, self._random, self._parts = clock, faults, random, parts
        self._buried: list[object] = []
        self._member: MemoryMembership | None = None

    def start(self) -> None:
        """A new process: nothing of the former one is left. While lanes are moved none starts."""
        if self.growing is not None and (note := self.growing()) is not None and note.step == MOVING:
            return
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimLoop)
        life = self.life = Life(self.name)
        member = self._member = MemoryMembership(self._group, self._faults)
        store = self._parts.store(self._database, self._faults)
        store.lanes = self._group.lanes
        store.left_behind = lambda: member.generation if member.outdated else None
        ports = Ports(
            member,
            store,
            self._parts.producer(self._group.log, self._faults),
            self._clock,
        )
        worker = self._parts.worker(self._service, self._group.lanes, ports)
        context = copy_context()
        context.run(LIFE.set, life)
        runs: tuple[Coroutine[Any, Any, None], ...] = (
            self._keeps(worker),
            self._polls(worker, member),
            self._listens(worker, member),
            *(() if self.growing is None else (self._looks(worker, self.growing),)),
        )
        self._buried.append([loop.create_task(run, context=context) for run in runs])
        self._group.join(member)

    def crash(self) -> None:
        """``kill -9``: nothing of it runs any more; the broker does not know yet."""
        if self.life is not None:
            self.life.dead = True
            self.life = None

    def missed(self) -> None:
        """The broker gives the dead member up."""
        if self._member is not None and self.life is None:
            self._member.close()
            self._group.leave(self._member)
            self._member = None

    async def _keeps(self, worker: Worker) -> None:
        stop = await worker.lane_manager.keep()
        self.stopped.append(str(stop))
        self.crash()

    async def _looks(self, worker: Worker, growing: Callable[[], Growing | None]) -> None:
        lanes = self._group.lanes

        async def agree() -> Growing | None:
            await self._faults.pause()
            note = growing()
            if note is not None and note.step == MOVING:
                raise Stop(note.why_stopped)
            if note is None and self._group.lanes != lanes:
                raise Stop(f"this installation has {self._group.lanes} lanes, the setting says {lanes}")
            return note

        await keep_looking(agree, worker, 0.3)

    async def _polls(self, worker: Worker, member: MemoryMembership) -> None:
        while True:
            most = self._random.choice((1, 3, 9, 50))
            records = member.poll(most, int(self._random.random() * 4))
            if not records:
                await member.woken(0.5)
                continue
            await asyncio.sleep(0.001 * self._random.random())
            worker.seen(records)
            if self._faults.strikes("swallowed"):
                await asyncio.sleep(0)
                continue
            with suppress(Exception):  # as the framework does under manual acknowledgement
                await worker.handle(records)

    async def _listens(self, worker: Worker, member: MemoryMembership) -> None:
        while True:
            await member.moved()
            if self._faults.strikes("cut_off"):
                await asyncio.sleep(3.0 * self._random.random())
            worker.lane_manager.assignment_changed()
            await asyncio.sleep(self._faults.delay() if self._faults.on else 0.0)
            member.learn()
            await asyncio.sleep(0)
            worker.lane_manager.assignment_changed()
