"""What the services rely on in the local Kafka; the official image is given the same settings."""

import time

import pytest

from tests.deploy.records import create_topic, first_record, publish, topics

pytestmark = pytest.mark.containers


async def test_a_record_carries_the_brokers_time_whatever_its_client_says(kafka: str, fresh_name: str) -> None:
    await create_topic(kafka, fresh_name)
    before = time.time() * 1000
    await publish(kafka, fresh_name, b"scan", time_ms=0)
    record = await first_record(kafka, fresh_name)
    assert before - 1000 <= record.timestamp <= time.time() * 1000 + 1000


@pytest.mark.parametrize("compression", [None, "gzip"])
async def test_a_record_of_three_megabytes_comes_in_so_that_it_can_be_dead_lettered(
    compression: str | None, kafka: str, fresh_name: str
) -> None:
    await create_topic(kafka, fresh_name)
    await publish(kafka, fresh_name, b"0" * 3_000_000, compression=compression)
    value = (await first_record(kafka, fresh_name)).value
    assert value is not None
    assert len(value) == 3_000_000


async def test_a_misspelt_topic_is_an_error_and_never_a_new_topic(kafka: str, fresh_name: str) -> None:
    with pytest.raises(TimeoutError):  # aiokafka goes on asking for the topic's partitions
        await publish(kafka, fresh_name, b"scan", limit=2)
    assert fresh_name not in await topics(kafka)
