"""The contract's ground on real Kafka and real MongoDB."""

import asyncio
import fcntl
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaTimeoutError
from pymongo import MongoClient
from pymongo.collection import Collection

from services.engine.adapters.kafka_membership import KafkaMembership
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.kafka_rebalances import Listener
from services.engine.adapters.mongo_lanes import CHECKPOINTS
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.document import replace
from services.engine.core.record import Place, Record
from services.engine.runtime.ports import Producer
from tests.engine.contract.ground import LANES, TOPICS, Member
from tests.engine.simulation.tally import SERVICE


class KafkaMember:
    """A consumer of aiokafka, set as the service sets it."""

    def __init__(self, consumer: AIOKafkaConsumer, listener: Listener) -> None:
        self.port = KafkaMembership(consumer, listener)
        self._consumer = consumer

    async def polled(self, at_least: int) -> Sequence[Record]:
        found: list[Record] = []
        async with asyncio.timeout(20):
            while len(found) < at_least:
                for records in (await self._consumer.getmany(timeout_ms=100)).values():
                    found += records
        return found

    async def settled(self, lanes: int) -> None:
        async with asyncio.timeout(30):
            while len(self.port.assigned()) != lanes * len(TOPICS):
                await self._consumer.getmany(timeout_ms=50)

    async def leave(self) -> None:
        await self._consumer.stop()


class RealGround:
    """Topics and database bear the test's name."""

    def __init__(self, kafka: str, mongo: str, database: str) -> None:
        self._kafka, self._mongo, self._name = kafka, mongo, database
        self._names = {topic: f"{database}.{topic}" for topic in TOPICS}
        self.topics = (self._names[TOPICS[0]], self._names[TOPICS[1]])
        self._open: list[Any] = []
        self._turn: IO[str] | None = None

    async def start(self) -> None:
        """Creates the topics."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        stamped = {"message.timestamp.type": "LogAppendTime"}
        await admin.create_topics([NewTopic(name, LANES, 1, topic_configs=stamped) for name in self._names.values()])
        await admin.close()

    async def store(self) -> MongoStore:
        store = MongoStore(self._mongo, self._name, replace(SERVICE, name=self._name))
        await store.prepare(LANES)
        self._open.append(store)
        return store

    def producer(self) -> KafkaProducer:
        producer = KafkaProducer(self._kafka, self._name)
        self._open.append(producer)
        return producer

    async def member(self) -> Member:
        listener = Listener()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            group_id=self._name,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            partition_assignment_strategy=(RangePartitionAssignor,),
            heartbeat_interval_ms=200,
            fetch_max_wait_ms=50,
        )
        consumer.subscribe(list(self._names.values()), listener=listener)
        await consumer.start()
        return KafkaMember(consumer, listener)

    async def write(self, place: Place, values: Sequence[bytes]) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self._kafka) as client:
            for value in values:
                await client.send_and_wait(place[0], value, partition=place[1])

    async def write_with_hole(self, place: Place, before: bytes, after: bytes) -> None:
        """An aborted transaction lies between them."""
        await self.write(place, (before,))
        async with AIOKafkaProducer(bootstrap_servers=self._kafka, transactional_id=f"{self._name}-t") as client:
            await client.begin_transaction()
            await client.send_and_wait(place[0], b"never", partition=place[1])
            await client.abort_transaction()
        await self.write(place, (after,))

    async def stands(self, place: Place) -> Sequence[bytes]:
        partition = TopicPartition(*place)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = (await consumer.end_offsets([partition]))[partition]
            found: list[bytes] = []
            while await consumer.position(partition) < end:
                found += [record.value for record in (await consumer.getmany(timeout_ms=100)).get(partition, ())]
            return found
        finally:
            await consumer.stop()

    async def write_fields(self, lane: int, fields: Mapping[str, Any]) -> None:
        self._checkpoints().update_one({"_id": lane}, {"$set": fields})

    async def fields(self, lane: int) -> Mapping[str, Any]:
        return self._checkpoints().find_one({"_id": lane}) or {}

    def _checkpoints(self) -> Collection[dict[str, Any]]:
        client = MongoClient[dict[str, Any]](self._mongo, tz_aware=True)
        return client[self._name][CHECKPOINTS]

    async def commit_fails(self, *, after_it_is_done: bool) -> None:
        """The server's own fail point; for this test's clients only. The driver tries again after a lost connection."""
        self._turn = (Path(tempfile.gettempdir()) / "leaseline-fail-point").open("w")
        fcntl.flock(self._turn, fcntl.LOCK_EX)  # the server has one of them, for all tests that run side by side
        what: dict[str, Any] = {"failCommands": ["commitTransaction"], "appName": self._name}
        mode = {"times": 1 if after_it_is_done else 2}
        if after_it_is_done:
            what["writeConcernError"] = {"code": 64, "errmsg": "waiting for replication timed out"}
        else:
            what["closeConnection"] = True
        with MongoClient[dict[str, Any]](self._mongo) as client:
            client.admin.command("configureFailPoint", "failCommand", mode=mode, data=what)

    def no_acknowledgement(self, producer: Producer) -> None:
        assert isinstance(producer, KafkaProducer)
        real = AIOKafkaProducer.send_batch

        async def written_only(client: AIOKafkaProducer, batch: Any, topic: str, *, partition: int) -> Any:
            undo.stop()
            await (await real(client, batch, topic, partition=partition))
            raise KafkaTimeoutError

        undo = patch.object(AIOKafkaProducer, "send_batch", written_only)
        undo.start()

    async def close(self) -> None:
        if self._turn is not None:
            with MongoClient[dict[str, Any]](self._mongo) as client:
                client.admin.command("configureFailPoint", "failCommand", mode="off")
            self._turn.close()
        for each in self._open:
            await each.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        await admin.delete_topics(list(self._names.values()))
        await admin.close()
