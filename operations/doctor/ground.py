"""What the checks stand on: connections, and what several of them look at."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from installation.errors import kafka_answers, mongo_answers
from installation.notes import Notes
from operations.doctor.limits import Limits
from operations.doctor.looking import Look, look
from operations.doctor.once import Once
from operations.doctor.probing import Probe, probes
from services.engine.adapters.kafka_durability import Topic
from services.engine.adapters.kafka_topics import described
from services.engine.adapters.mongo_client import Client, connect

ANSWER: Final = 10.0
"""Seconds that a server has to answer for the first time."""
ENOUGH: Final = 25.0
"""Seconds that all probes together may take."""
FETCHED: Final = 64 * 1024
"""Bytes that a partition hands out at a time: few of its records are wanted. A larger record comes alone."""


class Ground:
    """One examination. ``address`` is that of MongoDB as it is named, ``mongo`` without what weakens it; ``now`` is
    this machine's clock, in seconds since 1970. Use it within ``ground``.
    """

    def __init__(
        self,
        kafka: str,
        mongo: str,
        databases: str,
        limits: Limits,
        *,
        address: str = "",
        environment: Mapping[str, str] = os.environ,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.kafka = kafka
        self.mongo = mongo
        self.databases = databases
        self.limits = limits
        self.address = address or mongo
        self.environment = environment
        self.now = now
        self._admin = Once(self._begin_admin, ANSWER)
        self._consumer = Once(self._begin_consumer, ANSWER)
        self._client = Once(self._begin_client, ANSWER)
        self._topics = Once(self._describe, ANSWER)
        self._lanes = Once(self._count_lanes, ANSWER)
        self._looks = Once(self._look_twice, ANSWER + limits.between + ENOUGH)
        self._probes = Once(self._try_kafka, ENOUGH)
        self.reading: Final = asyncio.Lock()
        """Held by who reads with ``consumer``: what it is assigned is one reader's."""

    async def admin(self) -> AIOKafkaAdminClient:
        """Asks Kafka about topics and groups."""
        return await self._admin.get()

    async def consumer(self) -> AIOKafkaConsumer:
        """Reads, and belongs to no group."""
        return await self._consumer.get()

    async def client(self) -> Client:
        """MongoDB, by the primary and a majority."""
        return await self._client.get()

    async def notes(self) -> Notes:
        """What the databases say of the lanes."""
        return Notes(await self.client(), self.databases)

    async def topics(self) -> tuple[Sequence[Topic], int]:
        """Those topics of an installation that are there, and the number of brokers."""
        return await self._topics.get()

    async def lanes(self) -> int | None:
        """The stored number of lanes, the smallest if there are several; None before the first start of any service."""
        return await self._lanes.get()

    async def looks(self) -> tuple[Look, Look]:
        """How far everything was read, twice: what stands is what did not move between."""
        return await self._looks.get()

    async def probes(self) -> Sequence[Probe]:
        """What became of records on topics of the doctor's own."""
        return await self._probes.get()

    def since(self, milliseconds: int) -> float:
        """Seconds that have passed since a moment of Kafka's or of a document's."""
        return self.now() - milliseconds / 1000

    async def _begin_admin(self) -> AIOKafkaAdminClient:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka, client_id="leaseline-doctor")
        try:
            with kafka_answers(self.kafka):
                await admin.start()
        except BaseException:
            await admin.close()
            raise
        return admin

    async def _begin_consumer(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka,
            client_id="leaseline-doctor",
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=FETCHED,
        )
        try:
            with kafka_answers(self.kafka):
                await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _begin_client(self) -> Client:
        client = connect(self.mongo, answer_within=ANSWER - 2)
        try:
            with mongo_answers():
                await client.admin.command("ping")
        except BaseException:
            await client.close()
            raise
        return client

    async def _describe(self) -> tuple[Sequence[Topic], int]:
        admin = await self.admin()
        with kafka_answers(self.kafka):
            there = set(await admin.list_topics())
            return await described(admin, [topic.name for topic in TOPICS if topic.name in there])

    async def _count_lanes(self) -> int | None:
        return min((await (await self.notes()).fixed()).values(), default=None)

    async def _look_twice(self) -> tuple[Look, Look]:
        once = partial(look, await self.admin(), await self.consumer(), await self.notes())
        found, _ = await self.topics()
        partitions = {topic.name: topic.partitions for topic in found}
        first = await once(partitions, self.now())
        await asyncio.sleep(self.limits.between)
        return first, await once(partitions, self.now())

    async def _try_kafka(self) -> Sequence[Probe]:
        found, brokers = await self.topics()
        return await probes(self.kafka, await self.admin(), found, brokers, self.now)

    async def close(self) -> None:
        """Ends what is under way, then all connections."""
        for each in (self._probes, self._looks, self._topics, self._lanes):
            await each.ended()
        if (admin := await self._admin.ended()) is not None:
            await admin.close()
        if (consumer := await self._consumer.ended()) is not None:
            await consumer.stop()
        if (client := await self._client.ended()) is not None:
            await client.close()


@asynccontextmanager
async def ground(made: Ground) -> AsyncIterator[Ground]:
    """The ground of one examination; what was begun on it is taken back, also after Ctrl-C."""
    try:
        yield made
    finally:
        await made.close()
