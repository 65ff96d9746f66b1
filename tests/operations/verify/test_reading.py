"""The log with holes in it, on a real broker."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from operations.verify.reading import Log


@pytest.fixture
async def log(kafka: str, fresh_name: str) -> AsyncIterator[Log]:
    """A topic of two partitions: in the first a committed, an aborted, a committed and an aborted record; no other."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(fresh_name, 2, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=fresh_name)
    await producer.start()
    for value in (b"one", b"", b"two", b""):
        await producer.begin_transaction()
        await producer.send_and_wait(fresh_name, value or b"never", partition=0)
        await (producer.commit_transaction() if value else producer.abort_transaction())
    await producer.stop()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, isolation_level="read_committed", enable_auto_commit=False, fetch_max_wait_ms=50
    )
    await consumer.start()
    yield Log(consumer, [(fresh_name, 0), (fresh_name, 1)])
    await consumer.stop()


async def test_what_was_aborted_is_not_read_and_markers_at_the_end_do_not_hold_up_the_reading(log: Log) -> None:
    ends = await log.ends(log.places)
    assert [ends[place] for place in log.places] == [8, 0]
    read = [record.value async for page in log.read(await log.begins(log.places), ends) for record in page]
    assert read == [b"one", b"two"]


async def test_a_tail_of_markers_and_aborted_records_is_empty(log: Log) -> None:
    ends = await log.ends(log.places)
    first, second = log.places
    assert await log.empty({first: 5, second: 0}, ends)
    assert not await log.empty({first: 4, second: 0}, ends)


async def test_reading_ends_where_it_was_told_to(log: Log) -> None:
    first, _ = log.places
    assert [record.value async for page in log.read({first: 0}, {first: 4}) for record in page] == [b"one"]
