"""An installation on servers of these tests' own, to be set up wrongly in one point and then examined."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)
from pymongo import MongoClient

from contracts.topics import TOPICS
from installation.kept import KNOWN
from installation.topics import create_topics, declared
from operations.doctor.checks import CHECKS
from operations.doctor.examining import examined
from operations.doctor.finding import Finding, Level
from operations.doctor.ground import Ground
from operations.doctor.limits import Limits
from operations.doctor.probing import PREFIX
from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.checkpoint import Checkpoint
from services.http.kept import INDEXES, make_indexes

LANES: Final = 4
PATIENCE: Final = 30.0
QUICK: Final = Limits(between=0.1)
NOTED: Final = {"kafka.brokers", "mongodb.members"}
"""What is told of one broker and one member."""
EMPTIED: Final = ("checkpoints", "requests", "answers", "awaited_orders", "change_lines", "ledgers")


class Ward:
    """The installation ``databases`` on a Kafka and a MongoDB. Nothing runs in it."""

    def __init__(self, kafka: str, mongo: str, databases: str) -> None:
        self.kafka = kafka
        self.mongo = mongo
        self.databases = databases
        self._client = MongoClient[dict[str, Any]](mongo, tz_aware=True)
        self._admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})

    async def prepare(self) -> None:
        await create_topics(self.kafka, LANES)
        for name, service in KNOWN.items():
            store = MongoStore(self.mongo, f"{self.databases}_{name}", service)
            await store.prepare(LANES)
            await store.close()
        async with connect(self.mongo) as client:
            for name in KNOWN:
                await make_indexes(client[f"{self.databases}_{name}"], *INDEXES)

    def of(self, service: str) -> Any:
        """A service's database."""
        return self._client[f"{self.databases}_{service}"]

    def clean(self) -> None:
        """As after ``prepare``."""
        for service in KNOWN:
            for name in EMPTIED:
                self.of(service)[name].delete_many({})
            self.of(service)["installation"].delete_many({"_id": {"$ne": "lanes"}})
            self.of(service)["installation"].update_one({"_id": "lanes"}, {"$set": {"lanes": LANES}})

    def close(self) -> None:
        for name in self._client.list_database_names():
            if name.startswith(self.databases):
                self._client.drop_database(name)
        self._client.close()

    def ground(self, limits: Limits = QUICK, **more: Any) -> Ground:
        known = {"environment": {}, **more}
        mongo = known.pop("mongo", self.mongo)
        kafka = known.pop("kafka", self.kafka)
        return Ground(kafka, mongo, known.pop("databases", self.databases), limits, **known)

    async def findings(self, *checks: str, on: Ground | None = None) -> Mapping[str, Finding]:
        """What these checks find, by name; nothing that is all right, or told of every installation of one broker."""
        mine = [each for each in CHECKS if each.name in checks]
        assert len(mine) == len(checks)
        report = await examined(on or self.ground(), checks=mine)
        told = {symptom.name for check in mine for symptom in check.symptoms}
        assert {each.name for each in report.findings} <= told | {*checks, *(f"{name}.unexamined" for name in checks)}
        return {each.name: each for each in report.findings if each.level is not Level.OK and each.name not in NOTED}

    def checkpoint(self, service: str, checkpoint: Checkpoint) -> None:
        self.of(service)["checkpoints"].replace_one({"_id": checkpoint.lane}, to_document(checkpoint), upsert=True)

    async def publish(
        self, topic: str, lane: int, *values: bytes, headers: Sequence[tuple[str, bytes]] = (), key: bytes | None = None
    ) -> int:
        """Records of somebody else's; returns the offset behind the last one."""
        offset = 0
        async with AIOKafkaProducer(bootstrap_servers=self.kafka) as producer:
            for value in values:
                said = await producer.send_and_wait(topic, value, key=key, partition=lane, headers=list(headers))
                offset = said.offset + 1
        return offset

    @contextmanager
    def setting(self, topic: str, **settings: str) -> Iterator[None]:
        """The topic has other settings, until the block is left."""
        named = {name.replace("_", "."): value for name, value in settings.items()}
        self._alter(topic, named)
        try:
            yield
        finally:
            self._alter(topic, {name: declared(1).get(name) for name in named})

    def _alter(self, topic: str, settings: Mapping[str, str | None]) -> None:
        entries = [
            ConfigEntry(name, value or "", incremental_operation=_operation(value)) for name, value in settings.items()
        ]
        asked = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=entries)
        for done in self._admin.incremental_alter_configs([asked]).values():
            done.result()
        end = time.monotonic() + PATIENCE
        while not self._has(topic, settings):  # the broker hears of it a moment later
            assert time.monotonic() < end, f"{topic} does not get {settings}"
            time.sleep(0.02)

    def _has(self, topic: str, settings: Mapping[str, str | None]) -> bool:
        (asked,) = self._admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
        now = asked.result()
        return all(value is None or now[name].value == value for name, value in settings.items())

    @contextmanager
    def forbidden(self, operation: str) -> Iterator[None]:
        """Nobody may do so with topics of the doctor's own, until the block is left."""
        anybody = ("User:ANONYMOUS", "*")
        where = (ResourceType.TOPIC, PREFIX, ResourcePatternType.PREFIXED, *anybody)
        cluster = (ResourceType.BROKER, "kafka-cluster", ResourcePatternType.LITERAL, *anybody)
        acls = [
            AclBinding(*where, AclOperation.ALL, AclPermissionType.ALLOW),
            AclBinding(*where, AclOperation[operation], AclPermissionType.DENY),
            AclBinding(*cluster, AclOperation.ALL, AclPermissionType.ALLOW),
        ]
        if operation in ("CREATE", "DELETE"):  # who may do so on the cluster may do so with every topic
            acls.append(AclBinding(*cluster, AclOperation[operation], AclPermissionType.DENY))
        for done in self._admin.create_acls(acls).values():
            done.result()
        try:
            yield
        finally:
            filters = [
                AclBindingFilter(
                    each.restype, each.name, each.resource_pattern_type, *anybody, each.operation, each.permission_type
                )
                for each in reversed(acls)
            ]
            for gone in self._admin.delete_acls(filters).values():
                gone.result()
            self.remove(*self.probes())

    def topics(self) -> set[str]:
        return set(self._admin.list_topics(timeout=10).topics)

    def probes(self) -> list[str]:
        """Topics of the doctor's own."""
        return [name for name in self.topics() if name.startswith(PREFIX)]

    def leftovers(self) -> list[str]:
        """Databases of the doctor's own."""
        return [name for name in self._client.list_database_names() if "_doctor_" in name]

    def databases_there(self) -> list[str]:
        return sorted(self._client.list_database_names())

    def acquired(self, service: str) -> int:
        """Lanes of a service that somebody has acquired."""
        return int(self.of(service)["checkpoints"].count_documents({"epoch": {"$gte": 1}}))

    def remove(self, *topics: str) -> None:
        if topics:
            for done in self._admin.delete_topics(list(topics)).values():
                done.result()

    async def remake(self, topic: str) -> None:
        """The topic as it was made, with nothing in it."""
        if topic in self.topics():
            self.remove(topic)
        while topic in self.topics():
            await asyncio.sleep(0.05)
        await create_topics(self.kafka, LANES)

    async def empty(self, *topics: str) -> None:
        """Their records are deleted; offsets go on."""
        from confluent_kafka import TopicPartition  # noqa: PLC0415 - aiokafka has the same name

        places = [TopicPartition(topic, lane, -1) for topic in topics for lane in range(LANES)]
        for done in self._admin.delete_records(places).values():
            done.result()

    def names(self) -> list[str]:
        return [topic.name for topic in TOPICS]


def _operation(value: str | None) -> Any:
    return AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET
