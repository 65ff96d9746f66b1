"""How long a lone scan takes to its subscription and to its billing account, while nothing else runs."""

import asyncio
import time
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.workload import orders

PAUSE = 0.03


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    name: str
    subscription: tuple[float, float]
    account: tuple[float, float]


async def lone_scans(name: str, kafka: str, lanes: int, prefix: str, count: int = 150) -> Latency:
    """Places ``count`` orders, then scans one after another, each only when the account of the last was heard."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    topics = ("subscriptions.events", "billing.events")
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, fetch_max_wait_ms=20)
    await producer.start()
    await consumer.start()
    subscription: list[float] = []
    account: list[float] = []
    try:
        places = [TopicPartition(topic, lane) for topic in topics for lane in range(lanes)]
        consumer.assign(places)
        todo = list(orders(count, prefix))
        for order, _, _ in todo:
            await producer.send(order.topic, order.value, order.key)
        await producer.flush()
        await asyncio.sleep(2.0)
        await consumer.seek_to_end(*places)
        for _, scans, _ in todo:
            scan, begun = scans[0], time.perf_counter()
            await producer.send_and_wait(scan.topic, scan.value, scan.key)
            heard: set[str] = set()
            while len(heard) < len(topics):
                async with asyncio.timeout(20):
                    for place in await consumer.getmany(timeout_ms=1000):
                        if place.topic not in heard:
                            heard.add(place.topic)
                            taken = (time.perf_counter() - begun) * 1000
                            (subscription if place.topic == topics[0] else account).append(taken)
            await asyncio.sleep(PAUSE)
    finally:
        await producer.stop()
        await consumer.stop()
    return Latency(name, _p50_p99(subscription), _p50_p99(account))


def _p50_p99(taken: list[float]) -> tuple[float, float]:
    ordered = sorted(taken)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
