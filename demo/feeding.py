"""Publishes as the world does: some by a Java-like client, some by librdkafka's, some without a key."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from confluent_kafka import Producer

from demo.sample.outbound import Outbound
from installation.errors import InstallationError

_SILENT = logging.getLogger("librdkafka")
_SILENT.setLevel(logging.CRITICAL)
AT_ONCE = 500
"""Records between two looks at the clock: the watch must be heard meanwhile."""


class Feed:
    """Two clients with their default partitioners."""

    def __init__(self, kafka: str) -> None:
        self._java = AIOKafkaProducer(
            bootstrap_servers=kafka, linger_ms=5, max_request_size=8 * 1024 * 1024, max_batch_size=64 * 1024
        )
        self._librdkafka = Producer(
            {"bootstrap.servers": kafka, "linger.ms": 5, "message.max.bytes": 8 * 1024 * 1024},
            logger=_SILENT,  # what fails is told by the delivery reports
        )
        self._failed: list[str] = []

    async def start(self) -> None:
        """Connects."""
        await self._java.start()

    async def close(self) -> None:
        """Gives up what is left and disconnects."""
        self._librdkafka.purge()
        await self._java.stop()

    async def send(self, records: Sequence[Outbound]) -> None:
        """Publishes all; returns when the broker has acknowledged all. Raises ``InstallationError``."""
        acknowledged = []
        for number, record in enumerate(records):
            if record.via == "librdkafka":
                self._produce(record)
            else:
                headers = list(record.headers)
                acknowledged.append(
                    await self._java.send(
                        record.topic, record.value, record.key, partition=record.partition, headers=headers
                    )
                )
            if number % AT_ONCE == 0:
                self._librdkafka.poll(0)
                await asyncio.sleep(0)
        left = await asyncio.to_thread(self._librdkafka.flush, 60.0)
        if left or self._failed:
            raise InstallationError(f"Kafka did not take {left or len(self._failed)} records: {self._failed[:3]}")
        await asyncio.gather(*acknowledged)

    def _produce(self, record: Outbound) -> None:
        def told(error: object, _message: object) -> None:
            if error is not None:
                self._failed.append(str(error))

        headers = list(record.headers) or None
        while True:
            try:
                self._librdkafka.produce(record.topic, record.value, record.key, headers=headers, on_delivery=told)
            except BufferError:
                self._librdkafka.poll(0.1)
            else:
                return
