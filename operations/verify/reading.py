"""The log, read in pages to the ends that it had: without a group, only what is committed, nothing kept in memory."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from installation.errors import InstallationError, kafka_answers
from services.engine.adapters.kafka_unpacking import unpack_every_name
from services.engine.core.record import Place

PAGE = 2000
"""Records that are handed out at a time."""
FETCHED = 2 * 1024 * 1024
"""Bytes that Kafka hands out at a time: what is fetched ahead of all partitions lies in memory, unpacked. A larger
record comes alone.
"""
POLL_MS = 500
SILENCE = 20.0
"""Seconds without any progress after which Kafka counts as away."""


class Log:
    """The topics of an installation as they are now; ``opened_log`` makes one."""

    def __init__(self, consumer: AIOKafkaConsumer, places: Sequence[Place]) -> None:
        self._consumer = consumer
        self.places = tuple(places)

    async def begins(self, places: Iterable[Place]) -> dict[Place, int]:
        """The first offset that is still there, of each partition."""
        return _plain(await self._consumer.beginning_offsets([TopicPartition(*place) for place in places]))

    async def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """The offset behind the last committed record, of each partition."""
        return _plain(await self._consumer.end_offsets([TopicPartition(*place) for place in places]))

    async def read(
        self, begins: Mapping[Place, int], ends: Mapping[Place, int]
    ) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """The records from ``begins`` to before ``ends``, in pages; those of a partition in their order.

        Raises ``InstallationError`` when nothing comes any more.
        """
        left = {place for place, end in ends.items() if begins[place] < end}
        if not left:
            return
        self._consumer.assign([TopicPartition(*place) for place in left])
        for place in left:
            self._consumer.seek(TopicPartition(*place), begins[place])
        reached, since = dict(begins), time.monotonic()
        while left:
            for found, records in (await self._consumer.getmany(timeout_ms=POLL_MS, max_records=PAGE)).items():
                end = ends[found.topic, found.partition]
                yield [record for record in records if record.offset < end]
            for place in tuple(left):
                position = await self._consumer.position(TopicPartition(*place))
                if position != reached[place]:
                    reached[place], since = position, time.monotonic()
                if position >= ends[place]:  # behind markers, too, that are no records
                    self._consumer.pause(TopicPartition(*place))
                    left.discard(place)
            if time.monotonic() - since > SILENCE:
                raise InstallationError(f"Kafka stopped answering: {len(left)} partitions are not read to the end.")

    async def empty(self, begins: Mapping[Place, int], ends: Mapping[Place, int]) -> bool:
        """Whether there is nothing but holes between them: markers of transactions, aborted records."""
        async for records in self.read(begins, ends):
            if records:
                return False
        return True


def _plain(offsets: Mapping[TopicPartition, int]) -> dict[Place, int]:
    return {(partition.topic, partition.partition): offset for partition, offset in offsets.items()}


@asynccontextmanager
async def opened_log(servers: str) -> AsyncIterator[Log]:
    """The log of this Kafka. Raises ``InstallationError`` if it does not answer or topics are missing."""
    unpack_every_name()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        fetch_max_bytes=FETCHED,
        max_partition_fetch_bytes=FETCHED // 32,
    )
    try:
        with kafka_answers(servers):
            places = await _places(servers)
            await consumer.start()
            consumer.assign([TopicPartition(*place) for place in places])
        yield Log(consumer, places)
    finally:
        await consumer.stop()


async def _places(servers: str) -> Sequence[Place]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        described = await admin.describe_topics([topic.name for topic in TOPICS])
    finally:
        await admin.close()
    missing = [each["topic"] for each in described if each["error_code"] != 0]
    if missing:
        raise InstallationError(
            f"There is no installation on Kafka at {servers}: no topic {', '.join(missing)}. "
            f"`leaseline topics create` makes the topics."
        )
    return [(each["topic"], part["partition"]) for each in described for part in each["partitions"]]
