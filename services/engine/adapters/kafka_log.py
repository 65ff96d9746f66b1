"""The log read from any positions, without a group: for readers that keep their own place (``services/http/events``).

A consumer is kept warm from one reading to the next: to start one takes longer than most readings do.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.engine.adapters.kafka_unpacking import unpack_every_name
from services.engine.core.faults import Doubt
from services.engine.core.record import Place

WAITS: Final = 250
"""Milliseconds that the broker lets a fetch wait when there is nothing new."""
FETCHED: Final = 2 * 1024 * 1024
"""Bytes that one fetch brings: a reader lies idle with as much in memory."""
STEP: Final = 0.5
"""Seconds that one look into the log may take."""
AT_ONCE: Final = 1000
"""Records that it brings at most."""
ANSWER: Final = 10.0
"""Seconds that Kafka has to tell where a log begins and ends."""


class LogReaders:
    """At most ``most`` readers at once; one more waits for its turn. Nothing is connected before the first."""

    def __init__(self, servers: str, most: int) -> None:
        self._servers = servers
        self._idle: list[AIOKafkaConsumer] = []
        self._turns = asyncio.Semaphore(most)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator["LogReader"]:
        """A reader of one's own. Raises ``Doubt`` if Kafka does not answer."""
        async with self._turns:
            consumer = self._idle.pop() if self._idle else await self._started()
            whole = False
            try:
                yield LogReader(consumer)
                whole = True
            except KafkaError as error:
                raise Doubt(type(error).__name__) from error
            finally:
                if whole:
                    consumer.unsubscribe()
                    self._idle.append(consumer)
                else:  # whatever state it is in, nobody gets it again
                    await consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        unpack_every_name()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",
            fetch_max_wait_ms=WAITS,
            fetch_max_bytes=FETCHED,
            max_partition_fetch_bytes=FETCHED // 4,
        )
        try:
            async with asyncio.timeout(ANSWER):
                await consumer.start()
        except (KafkaError, TimeoutError, OSError) as error:
            await consumer.stop()
            raise Doubt(type(error).__name__) from error
        return consumer

    async def close(self) -> None:
        """Ends the idle ones; those that read end with their readers."""
        while self._idle:
            await self._idle.pop().stop()


class LogReader:
    """One consumer, while one caller has it. ``answer``: seconds that Kafka has to answer one question."""

    def __init__(self, consumer: AIOKafkaConsumer, answer: float = ANSWER) -> None:
        self._consumer = consumer
        self._answer = answer

    async def bounds(self, places: Sequence[Place]) -> tuple[dict[Place, int], dict[Place, int]]:
        """Where each partition begins, and where it ends now. Raises ``KafkaError``, TimeoutError."""
        partitions = [TopicPartition(*place) for place in places]
        async with asyncio.timeout(self._answer):
            begins = await self._consumer.beginning_offsets(partitions)
            ends = await self._consumer.end_offsets(partitions)
        return _plain(begins), _plain(ends)

    def seek(self, positions: Mapping[Place, int]) -> None:
        """The next reading begins there."""
        self._consumer.assign([TopicPartition(*place) for place in positions])
        for place, offset in positions.items():
            self._consumer.seek(TopicPartition(*place), offset)

    async def read(self, seconds: float, most: int) -> Sequence[ConsumerRecord]:
        """What comes within this time, at most so many; of each partition in its order."""
        found = await self._consumer.getmany(timeout_ms=max(1, round(seconds * 1000)), max_records=most)
        return [record for records in found.values() for record in records]

    async def between(self, begins: Mapping[Place, int], ends: Mapping[Place, int]) -> AsyncIterator[ConsumerRecord]:
        """Every record from ``begins`` to before ``ends``, those of a partition in their order. What is no record
        there (markers, aborted ones) is passed. Raises ``KafkaError``; TimeoutError if nothing comes any more.
        """
        left = {place: end for place, end in ends.items() if begins[place] < end}
        if not left:
            return
        self.seek({place: begins[place] for place in left})
        silent = 0.0
        while left:
            records = await self.read(STEP, AT_ONCE)
            silent = 0.0 if records else silent + STEP
            for record in records:
                if record.offset < ends[record.topic, record.partition]:
                    yield record
            for place in tuple(left):
                if await self._consumer.position(TopicPartition(*place)) >= left[place]:
                    self._consumer.pause(TopicPartition(*place))
                    del left[place]
            if silent > ANSWER:
                raise TimeoutError("the log is not read to its end")

    async def since(self, places: Sequence[Place], time: int) -> dict[Place, int]:
        """The first offset of each partition that came at this time or later (milliseconds UTC); its end if none."""
        partitions = {TopicPartition(*place): time for place in places}
        async with asyncio.timeout(self._answer):
            found = await self._consumer.offsets_for_times(partitions)
            ends = await self._consumer.end_offsets(list(partitions))
        return {(place.topic, place.partition): ends[place] if at is None else at.offset for place, at in found.items()}


def _plain(offsets: Mapping[TopicPartition, int]) -> dict[Place, int]:
    return {(partition.topic, partition.partition): offset for partition, offset in offsets.items()}
