"""The installation grows in the middle of an experiment, by the steps of ``installation/growing.py``, in any weather.

Its own hand on the stores and logs, the engine's own rules: who may save, who may acquire, what waits for what. The
command is killed between any two of its writes, and run again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

import bson

from services.engine.adapters.mongo_checkpoint import from_document, to_document
from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.growing import HELD, MOVING, Growing, added_lane, heard, is_request
from services.engine.core.reading import Forwarded, Reader
from services.engine.core.record import Outgoing, Place
from services.engine.core.service import Service
from tests.engine.memory.database import MemoryDatabase, Path, decoded
from tests.engine.memory.group import MemoryGroup
from tests.engine.memory.log import MemoryLog
from tests.engine.memory.store import CHECKPOINTS
from tests.engine.simulation.outside import Outside

PATIENCE = 1_000.0
"""Virtual seconds in which all must be heard, in any weather."""


class Killed(Exception):
    """The command was killed here."""


class Growth:
    """One installation's way to more lanes. ``notes`` are those of its services, while they stand."""

    raised: ClassVar[int] = 1
    """By how much the fence raises an epoch."""

    def __init__(
        self,
        random: Random,
        services: Sequence[Service],
        log: MemoryLog,
        databases: Mapping[str, MemoryDatabase],
        groups: Sequence[MemoryGroup],
        outside: Outside,
        before: int,
        after: int,
    ) -> None:
        self.notes: dict[str, Growing] = {}
        self.kills = 0
        self.forwarded = 0
        self.done = False
        self.ends: dict[Place, int] = {}
        """The logs' ends of the moment when partitions were added."""
        self._random, self._services, self._log, self._databases = random, services, log, databases
        self._groups, self._outside = groups, outside
        self._before, self._after = before, after
        self._counted: set[str] = set()

    async def run(self, tend: Callable[[], None]) -> None:
        """Runs the command until one of its runs comes to the end. ``tend`` is called while it waits."""
        while not self.done:
            try:
                await self._once(tend)
            except Killed:
                self.kills += 1
                await asyncio.sleep(self._random.random())

    async def _once(self, tend: Callable[[], None]) -> None:
        if not any(note.step == MOVING for note in self.notes.values()) and not self._counted:
            await self._held(tend)
        growing = Growing(self._before, self._after, MOVING)
        left = [s for s in self._services if s.name in self.notes]
        for service in left:
            await self._step()
            self.notes[service.name] = growing
        if not self.ends:
            self.ends = {place: self._log.ends(place)[1] for place in self._log.places()}
        self._log.add_partitions(self._after)
        self._outside.lanes = self._after
        for group in self._groups:
            group.grow(self._after)
        for service in left:
            barriers = await self._forward(service)
            await self._add_lanes(service, growing, barriers)
        for service in self._services:
            await self._step()
            self._counted.add(service.name)
        for service in self._services:
            await self._step()
            self.notes.pop(service.name, None)
        self.done = True

    async def _held(self, tend: Callable[[], None]) -> None:
        await self._number(self._before)
        for service in self._services:
            await self._step()
            self.notes.setdefault(service.name, Growing(self._before, self._after, HELD))
        while True:
            async with asyncio.timeout(PATIENCE):
                while not self._quiet():
                    await asyncio.sleep(0.2)
                    tend()
            if await self._fenced():
                return
            await self._number(self._before)

    async def _fenced(self) -> bool:
        """Whether all was still heard when the fence stood."""
        await self._number(self._after)
        return self._quiet()

    def _quiet(self) -> bool:
        for service in self._services:
            for lane in range(self._before):
                stands = self._checkpoint(service, lane) or Checkpoint(lane)
                ends = {}
                for topic in service.topics():
                    at = stands.offsets.get(topic, 0)
                    ends[topic] = (0, at + len(self._log.read((topic, lane), at, 1)))  # holes are nothing to hear
                if not heard(stands, service.topics(), ends).all:
                    return False
        return True

    async def _number(self, lanes: int) -> None:
        """Fences the other number off."""
        for service in self._services:
            for lane in range(self._before):
                await self._step()
                was = self._checkpoint(service, lane)
                if was is None or was.lanes != lanes:
                    await self._set(service, lane, {"epoch": 1, "lanes": lanes})

    async def _forward(self, service: Service) -> Mapping[int, Sequence[Barrier]]:
        reader = Reader(service.name, service.known(), self._after)
        barriers: dict[int, list[Barrier]] = {lane: [] for lane in range(self._before, self._after)}
        for topic in filter(is_request, service.topics()):
            for mother in range(self._before):
                stands = self._checkpoint(service, mother) or Checkpoint(mother)
                records = self._log.read((topic, mother), stands.offsets.get(topic, 0), 1_000_000)
                for record in records:
                    await self._step()
                    read, _, _ = reader.read(record, stands.incarnations.get(topic, 0))
                    if isinstance(read, Forwarded):
                        self._say(read.records)
                if records:
                    for lane in range(mother + self._before, self._after, self._before):
                        barriers[lane].append(Barrier(topic, mother, 0, records[-1].offset + 1))
        for lane, found in barriers.items():
            there = self._log.read((reader.internal, lane), 0, 1_000_000)
            found += [Barrier(reader.internal, lane, 0, record.offset + 1) for record in there[-1:]]
        return barriers

    def _say(self, records: Sequence[Outgoing]) -> None:
        for out in records:
            self._log.append((out.topic, out.lane), out.key, out.value, out.headers)
            self.forwarded += 1

    async def _add_lanes(self, service: Service, growing: Growing, barriers: Mapping[int, Sequence[Barrier]]) -> None:
        for lane in range(self._before, self._after):
            await self._step()
            mother = self._checkpoint(service, lane % self._before) or Checkpoint(lane)
            await self._set(service, lane, to_document(added_lane(lane, mother, {}, growing, barriers[lane])))

    async def _step(self) -> None:
        """Between two writes: time passes, clients go on, and the command may be killed."""
        await asyncio.sleep(self._random.choice((0.0, 0.0, 0.01, 0.3)))
        if self._random.random() < 0.1:
            self._outside.send()
        if self._random.random() < 0.03:
            raise Killed

    def _checkpoint(self, service: Service, lane: int) -> Checkpoint | None:
        database = self._databases[service.name]
        found = database.get((CHECKPOINTS, lane), database.majority)
        return None if found is None else from_document(decoded(found))

    async def _set(self, service: Service, lane: int, fields: Mapping[str, Any]) -> None:
        """Waits for a transaction that holds the document; then nothing comes between reading and writing it."""
        database = self._databases[service.name]
        path: Path = (CHECKPOINTS, lane)
        while database.holder(path) is not None:
            await asyncio.sleep(0.25)
        was = database.get(path)
        document = {"_id": lane} if was is None else decoded(was)
        if "epoch" in fields and "offsets" not in fields:
            fields = {**fields, "epoch": document.get("epoch", 0) + self.raised}
        database.confirm(database.write({path: bson.encode({**document, **fields})}))
