"""A burst: orders and all their scans published at full speed. How many scans were parked, and how long it took."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.workload import catalog, orders
from contracts.messages.fulfillment import ItemFulfillmentParked, SubscriptionCreated

PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Burst:
    """``parked`` of ``scans`` waited for their order; all were decided after ``seconds``."""

    orders: int
    scans: int
    parked: int
    seconds: float


async def burst(kafka: str, lanes: int, prefix: str, count: int = 3000) -> Burst:
    """Publishes it and waits until every unit has its subscription. Raises TimeoutError."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5, max_batch_size=64 * 1024)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed")
    await producer.start()
    await consumer.start()
    try:
        for record in catalog():
            await producer.send(record.topic, record.value, record.key)
        await producer.flush()
        await asyncio.sleep(2.0)
        places = [
            TopicPartition(topic, lane)
            for topic in ("subscriptions.events", "fulfillment.events")
            for lane in range(lanes)
        ]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        todo = list(orders(count, prefix))
        begun = time.monotonic()
        for order, scans, _ in todo:
            for record in (order, *scans):
                await producer.send(record.topic, record.value, record.key)
        await producer.flush()
        parked = await _parked_until(consumer, sum(units for _, _, units in todo))
        return Burst(count, sum(len(scans) for _, scans, _ in todo), parked, time.monotonic() - begun)
    finally:
        await consumer.stop()
        await producer.stop()


async def _parked_until(consumer: AIOKafkaConsumer, units: int) -> int:
    """How many notices of parked scans there were until so many subscriptions were created, and a moment after."""
    made = parked = 0
    is_one, waits = _named(SubscriptionCreated.type_name()), _named(ItemFulfillmentParked.type_name())
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await consumer.getmany(timeout_ms=500)
            values = [record.value for records in found.values() for record in records]
            made += sum(map(is_one, values))
            parked += sum(map(waits, values))
            if made >= units and not values:
                return parked


def _named(type_name: str) -> Callable[[bytes], bool]:
    mark = f'"type":"{type_name}"'.encode()
    return lambda value: mark in value[:400]
