"""What aiokafka's producer must do for the engine, with a time limit around each call.

Known of the library: an idempotent producer never recovers from a gap in its sequence (#1017), so it is replaced;
``send`` and ``stop`` may wait for ever while the broker is away (#1101), so nothing is awaited without an end.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.engine.adapters.kafka_membership import ANSWER
from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing, Place

PUBLISHED = 20.0
LARGEST_BATCH = 600_000
"""Bytes of one produce batch; also the largest record: more than the reader lets in, far less than the broker does."""


class KafkaProducer:
    """The producer port: idempotent, every acknowledgement awaited, a partition's records strictly in order."""

    def __init__(self, servers: str, client_id: str) -> None:
        self._servers = servers
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._turns: dict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """All of it, or ``NotSaid``."""
        if not records:
            return
        by_place: dict[Place, list[Outgoing]] = defaultdict(list)
        for record in records:
            by_place[record.topic, record.lane].append(record)
        try:
            async with asyncio.timeout(PUBLISHED):
                producer = await self._started()
                async with asyncio.TaskGroup() as group:
                    for place, mine in by_place.items():
                        group.create_task(self._in_order(producer, place, mine))
        except (KafkaError, TimeoutError, OSError, ValueError) as error:
            raise NotSaid(type(error).__name__) from error
        except BaseExceptionGroup as errors:
            raise NotSaid(", ".join(sorted({type(error).__name__ for error in errors.exceptions}))) from errors

    async def publish_one(self, record: Outgoing) -> int:
        """One record by itself; its offset, or ``NotSaid``: then nobody knows whether it stands there."""
        try:
            async with asyncio.timeout(PUBLISHED):
                producer = await self._started()
                async with self._turns[record.topic, record.lane]:
                    sent = await (
                        await producer.send_batch(_alone(producer, record), record.topic, partition=record.lane)
                    )
                    return int(sent.offset)
        except (KafkaError, TimeoutError, OSError, ValueError) as error:
            raise NotSaid(type(error).__name__) from error

    async def _in_order(self, producer: AIOKafkaProducer, place: Place, records: Sequence[Outgoing]) -> None:
        topic, partition = place
        async with self._turns[place]:
            batch = producer.create_batch()
            for record in records:
                if not _added(batch, record):
                    await (await producer.send_batch(batch, topic, partition=partition))
                    batch = producer.create_batch()
                    if not _added(batch, record):
                        raise ValueError("a record is larger than a produce batch")
            await (await producer.send_batch(batch, topic, partition=partition))

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._servers,
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    max_batch_size=LARGEST_BATCH,
                    max_request_size=2 * LARGEST_BATCH,
                    request_timeout_ms=int(ANSWER * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await _abandoned(producer)
                    raise
                self._producer = producer
            return self._producer

    async def replace(self) -> None:
        """The next publication starts a fresh one; nothing that the old one still holds can get out any more."""
        old, self._producer = self._producer, None
        self._turns.clear()
        if old is not None:
            await _abandoned(old)

    async def close(self) -> None:
        """Ends the producer; everything was acknowledged before."""
        await self.replace()


def _alone(producer: AIOKafkaProducer, record: Outgoing) -> object:
    batch = producer.create_batch()
    if not _added(batch, record):
        raise ValueError("a record is larger than a produce batch")
    return batch


def _added(batch: object, record: Outgoing) -> bool:
    append = batch.append  # type: ignore[attr-defined]
    return append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers)) is not None


async def _abandoned(producer: AIOKafkaProducer) -> None:
    """Ends a producer without flushing: its sender must not write an old batch after the new one has spoken."""
    sender = producer._sender  # noqa: SLF001 - stop() would flush first, and may wait for ever
    if sender is not None and sender.sender_task is not None:
        sender.sender_task.cancel()
        await asyncio.wait([sender.sender_task], timeout=1.0)
    producer._message_accumulator.fail_all(NotSaid("the producer was replaced"))  # noqa: SLF001
    producer._closed = True  # noqa: SLF001
    try:
        async with asyncio.timeout(2.0):
            await producer.client.close()
    except (KafkaError, TimeoutError, OSError):
        pass  # its connections die with it
