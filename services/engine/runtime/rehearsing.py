"""Rehearses a record: reads, loads and decides it as a worker would, and throws the plan away.

It owns no lane, takes no mark, writes nothing and says nothing (``docs/decisions/0104``).
"""

from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.entry import entry_of
from services.engine.core.failing import Undecidable
from services.engine.core.plan import Plan
from services.engine.core.planning import Planning
from services.engine.core.reading import LAST_MOMENT, Forwarded, Read, Reader
from services.engine.core.record import Outgoing
from services.engine.core.rehearsal import Rehearsed, Supposed, together, undecidable, unstorable, verdict_of
from services.engine.core.service import Service
from services.engine.core.unit_of_work import Write
from services.engine.runtime.planned import Loading, planned

BEHIND_ALL: Final = LAST_MOMENT
"""The offset of a record that is supposed: no mark is higher, nothing comes behind it."""


class Reading(Loading, Protocol):
    """One look at a service's database; everything in it is of one moment."""

    async def checkpoint(self, lane: int) -> Checkpoint | None:
        """The lane's checkpoint; None before it was ever acquired."""

    def holds(self, write: Write, stored: Stored | None) -> bool:
        """Whether the store could hold the document that the write makes of what is stored."""


class Readings(Protocol):
    """Opens a look at the database."""

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A new one, of this moment."""


class Rehearsal:
    """For one service, in an installation of so many lanes."""

    def __init__(self, service: Service, lanes: int, readings: Readings) -> None:
        self.service = service
        self._reader = Reader(service.name, service.known(), lanes)
        self._readings = readings

    async def rehearse(self, outgoing: Outgoing, now: int) -> Rehearsed:
        """What this record would be if it came ``now`` (milliseconds, UTC) to its topic and partition.

        Raises what the readings raise when the database does not answer.
        """
        record = Supposed(
            outgoing.topic, outgoing.lane, BEHIND_ALL, now, outgoing.key, outgoing.value, outgoing.headers
        )
        return together(await self._parts(record))

    async def _parts(self, record: Supposed) -> list[Rehearsed]:
        lane = record.partition
        async with self._readings.reading() as reading:
            checkpoint = await reading.checkpoint(lane) or Checkpoint(lane)
            entry = entry_of(record, self._reader, checkpoint.incarnations.get(record.topic, 0), {})
            planning = Planning(self.service, self._reader, [record], {lane: checkpoint})
            try:
                plan = await planned(planning, reading)
            except Undecidable as fault:
                return [undecidable(entry.read, fault.failure, lane)]
            if not isinstance(entry.read, Forwarded):
                return [_judged(entry.read, plan, planning, reading)]
        found: list[Rehearsed] = []
        for there in entry.read.records:  # what its home would read in the service's own topic
            supposed = Supposed(
                there.topic, there.lane, BEHIND_ALL, record.timestamp, there.key, there.value, there.headers
            )
            found += await self._parts(supposed)
        return found


def _judged(read: Read, plan: Plan, planning: Planning, reading: Reading) -> Rehearsed:
    rehearsed = verdict_of(read, plan)
    if all(reading.holds(write, planning.work.loaded((write.collection, write.id))) for write in plan.writes):
        return rehearsed
    return unstorable(rehearsed)
