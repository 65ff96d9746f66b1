"""The producer port in memory: idempotent, a partition's batches one after the other, with all that goes wrong."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextvars import Context

from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing, Place
from tests.engine.memory.fault_injector import FaultInjector
from tests.engine.memory.log import MemoryLog, OutOfOrder, TooLarge


class MemoryProducer:
    """``in_batch`` records make one produce batch."""

    def __init__(self, log: MemoryLog, fortune: FaultInjector, in_batch: int = 2) -> None:
        self._log = log
        self._fortune = fortune
        self._in_batch = in_batch
        self._begin()

    def _begin(self) -> None:
        self._id = self._log.new_producer()
        self._sequences: dict[Place, int] = defaultdict(int)
        self._turns: dict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def replace(self) -> None:
        """A fresh producer. What the old one has on its way may still arrive."""
        self._begin()
        await self._fortune.pause()

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """All of it, or ``NotSaid``."""
        by_place: dict[Place, list[Outgoing]] = defaultdict(list)
        for record in records:
            by_place[record.topic, record.lane].append(record)
        ours = self._id
        sending = [self.in_order(ours, place, mine) for place, mine in by_place.items()]
        if len(sending) == 1:
            await sending[0]
            return
        for failed in await asyncio.gather(*sending, return_exceptions=True):
            if failed is not None:
                raise failed

    async def in_order(self, ours: int, place: Place, records: Sequence[Outgoing]) -> None:
        """A partition's records: each produce batch after the acknowledgement of the one before."""
        async with self._turns[place]:
            for at in range(0, len(records), self._in_batch):
                await self.sent(ours, place, records[at : at + self._in_batch])

    async def sent(self, ours: int, place: Place, batch: Sequence[Outgoing]) -> None:
        """One produce batch, acknowledged. Raises ``NotSaid``."""
        if ours != self._id:
            raise NotSaid("the producer was replaced")
        sequence = self._sequences[place]
        self._sequences[place] = sequence + len(batch)
        await self._fortune.pause()
        if ours != self._id:
            raise NotSaid("the producer was replaced")
        if self._fortune.strikes("producer.not_written"):
            raise NotSaid("not written")
        if self._fortune.strikes("producer.late"):
            loop = asyncio.get_running_loop()
            loop.call_later(self._fortune.delay(), self._arrives, ours, sequence, place, batch, context=Context())
            raise NotSaid("written later")
        if not self._arrives(ours, sequence, place, batch):
            raise NotSaid("refused by the broker")
        await self._fortune.pause()
        if self._fortune.strikes("producer.not_acknowledged"):
            raise NotSaid("written, not acknowledged")

    def _arrives(self, producer: int, sequence: int, place: Place, batch: Sequence[Outgoing]) -> bool:
        try:
            self._log.produce(producer, sequence, place, batch)
        except (OutOfOrder, TooLarge):
            return False
        return True
