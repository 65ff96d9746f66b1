"""Mutants of the rules about saying (7 and 8)."""

import asyncio
from collections.abc import Mapping, Sequence
from unittest.mock import patch
from zlib import crc32

from services.engine.core import planning
from services.engine.core.document import replace
from services.engine.core.entry import SetAside, Spot
from services.engine.core.faults import NotSaid
from services.engine.core.lane import Lane
from services.engine.core.message import Message
from services.engine.core.outbox import to_records as real_worded
from services.engine.core.record import Outgoing, Place, Record
from services.engine.core.service import Emit
from services.engine.runtime.worker import Worker
from tests.engine.memory.producer import MemoryProducer
from tests.engine.mutants.mutant import Mutant
from tests.engine.simulation.process import Parts
from tests.engine.simulation.world import Setup


class _GoesOn(MemoryProducer):
    """Not idempotent, and goes on after a record that failed."""

    async def in_order(self, ours: int, place: Place, records: Sequence[Outgoing]) -> None:
        failed: NotSaid | None = None
        async with self._turns[place]:
            for at in range(0, len(records), self._in_batch):
                try:
                    await self.sent(ours, place, records[at : at + self._in_batch])
                except NotSaid as error:
                    failed = error
        if failed is not None:
            raise failed

    def _arrives(self, _producer: int, _sequence: int, place: Place, batch: Sequence[Outgoing]) -> bool:
        return super()._arrives(self._log.new_producer(), 0, place, batch)


class _AllAtOnce(MemoryProducer):
    """Sends the next produce batch before the acknowledgement of the last; idempotent as ever."""

    async def in_order(self, ours: int, place: Place, records: Sequence[Outgoing]) -> None:
        async with self._turns[place]:
            for failed in await asyncio.gather(
                *(
                    self.sent(ours, place, records[at : at + self._in_batch])
                    for at in range(0, len(records), self._in_batch)
                ),
                return_exceptions=True,
            ):
                if failed is not None:
                    raise failed


class _KeepsProducer(MemoryProducer):
    """Is never replaced."""

    async def replace(self) -> None:
        """Stays."""


class _Regardless(Worker):
    """Commits and goes on although publishing failed."""

    async def _step(
        self, batch: Sequence[Record], lanes: Mapping[int, Lane], set_aside: Mapping[Spot, SetAside]
    ) -> int:
        publish = self._ports.producer.publish

        async def shrug(records: Sequence[Outgoing]) -> None:
            try:
                await publish(records)
            except NotSaid:
                await self._ports.producer.replace()

        with patch.object(self._ports.producer, "publish", shrug):
            return await super()._step(batch, lanes, set_aside)


def _by_client(emits: Sequence[Emit], message: Message, service: str, lanes: int, stage: str = "") -> list[Outgoing]:
    """The partition by the client's own partitioner."""
    found = real_worded(emits, message, service, lanes, stage)
    return [replace(outgoing, lane=crc32(outgoing.key or b"") % lanes) for outgoing in found]


MUTANTS: tuple[Mutant, ...] = (
    Mutant("publishing goes on after a failed record", 7, Setup(Parts(producer=_GoesOn))),
    Mutant("the next produce batch before the acknowledgement of the last", 7, Setup(Parts(producer=_AllAtOnce))),
    Mutant("the producer is not replaced after a failure", 7, Setup(Parts(producer=_KeepsProducer))),
    Mutant("commit although publishing failed", 7, Setup(Parts(worker=_Regardless))),
    Mutant("the client's partitioner", 8, broken=lambda: patch.object(planning, "to_records", _by_client)),
)
