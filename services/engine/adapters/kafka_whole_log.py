"""Every partition of some topics, read on from positions that the reader keeps itself: without a group.

For one who looks on (``services/watch``): it takes part in no group, commits nothing to Kafka, and may be thrown back
to any position.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from services.engine.adapters.kafka_log import LogReader
from services.engine.adapters.kafka_polls import rest_while_idle
from services.engine.adapters.kafka_unpacking import unpack_every_name
from services.engine.core.faults import Doubt
from services.engine.core.record import Place

FETCHED: Final = 4 * 1024 * 1024
"""Bytes that one fetch brings: what was fetched ahead lies in memory."""
ANSWER: Final = 20.0
"""Seconds that Kafka has to answer one question."""
WAITS: Final = 50
"""Milliseconds that the broker lets a fetch wait when there is nothing new, while some comes."""


class LogMoved(Exception):
    """A position lies outside of its log: its records were deleted, or the topic was made anew."""


class WholeLog:
    """The partitions that are there; ``opened_whole_log`` makes one."""

    def __init__(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient, topics: Sequence[str]) -> None:
        self._consumer = consumer
        self._reader = LogReader(consumer, ANSWER)
        self._admin = admin
        self._topics = tuple(topics)

    async def places(self) -> tuple[Place, ...]:
        """Every partition that there is now; topics that are not there have none. Raises ``Doubt``."""
        with _answering():
            async with asyncio.timeout(ANSWER):
                described = await self._admin.describe_topics(list(self._topics))
        return tuple(
            (each["topic"], part["partition"])
            for each in described
            if each["error_code"] == 0
            for part in each["partitions"]
        )

    async def bounds(self, places: Sequence[Place]) -> tuple[dict[Place, int], dict[Place, int]]:
        """Where each partition begins, and where what is committed ends now. Raises ``Doubt``."""
        with _answering():
            return await self._reader.bounds(places)

    def seek(self, positions: Mapping[Place, int]) -> None:
        """The next reading begins there, and reads these partitions only."""
        self._reader.seek(positions)

    async def read(self, seconds: float, most: int) -> Sequence[ConsumerRecord]:
        """What comes within this time, at most so many; of each partition in its order.

        Raises ``Doubt``; ``LogMoved`` for a position outside of its log.
        """
        with _answering():
            return await self._reader.read(seconds, most)

    async def positions(self, places: Sequence[Place]) -> dict[Place, int]:
        """Where it reads on: behind what was handed out, and behind markers that are no records. Raises ``Doubt``."""
        with _answering():
            async with asyncio.timeout(ANSWER):
                return {place: await self._consumer.position(TopicPartition(*place)) for place in places}


@contextmanager
def _answering() -> Iterator[None]:
    """Names what goes wrong with Kafka in here."""
    try:
        yield
    except OffsetOutOfRangeError as error:
        raise LogMoved(str(error)[:200]) from error
    except (KafkaError, TimeoutError, OSError) as error:
        raise Doubt(f"Kafka does not answer ({type(error).__name__})") from error


@asynccontextmanager
async def opened_whole_log(servers: str, topics: Sequence[str], client_id: str) -> AsyncIterator[WholeLog]:
    """The log of this Kafka. Raises ``Doubt`` if it does not answer."""
    unpack_every_name()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        client_id=client_id,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="none",
        fetch_max_wait_ms=WAITS,
        fetch_max_bytes=FETCHED,
        max_partition_fetch_bytes=FETCHED // 4,
        metadata_max_age_ms=15_000,
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, client_id=client_id)
    try:
        with _answering():
            async with asyncio.timeout(ANSWER):
                await admin.start()
                await consumer.start()
        rest_while_idle(consumer)
        yield WholeLog(consumer, admin, topics)
    finally:
        await consumer.stop()
        await admin.close()
