"""One record in, one record out."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

LARGE = 8_000_000


async def create_topic(kafka: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def topics(kafka: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        return list(await admin.list_topics())
    finally:
        await admin.close()


async def publish(
    kafka: str,
    topic: str,
    value: bytes,
    *,
    compression: str | None = None,
    time_ms: int | None = None,
    limit: float = 20,
) -> None:
    """Returns when the record is in the log; TimeoutError if that takes more than `limit` seconds."""
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        acks="all",
        enable_idempotence=True,
        compression_type=compression,
        max_request_size=LARGE,
        max_batch_size=LARGE,
    )
    await producer.start()
    try:
        await asyncio.wait_for(producer.send_and_wait(topic, value, timestamp_ms=time_ms), limit)
    finally:
        await producer.stop()


async def first_record(kafka: str, topic: str) -> ConsumerRecord[bytes, bytes]:
    """The first record of a topic, read by a member of a group."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka,
        group_id=f"{topic}-readers",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=LARGE,
    )
    await consumer.start()
    try:
        return await asyncio.wait_for(consumer.getone(), 20)
    finally:
        await consumer.stop()
