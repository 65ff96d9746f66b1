"""How far the services have read: checkpoints against the ends of the topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from installation import SERVICES
from installation.errors import InstallationError
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import checkpoints

ELECTION: Final = 30.0
"""Seconds in which a replica set may find another primary: whoever watches goes on watching."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Records that a service has not decided yet, by service."""

    behind: Mapping[str, int]

    @property
    def total(self) -> int:
        """Over all services; 0 means that everything said so far is decided."""
        return sum(self.behind.values())


def read_by(service: str) -> tuple[str, ...]:
    """The topics that a service reads."""
    return tuple(topic.name for topic in TOPICS if service in topic.readers)


class Lags:
    """Asks again and again over the same connections; ``close`` ends them."""

    def __init__(self, kafka: str, mongo: str, databases: str) -> None:
        self._kafka = kafka
        self._consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
        self._mongo = connect(mongo, answer_within=ELECTION)
        self._databases = databases
        self._places: dict[str, list[TopicPartition]] = {}

    async def start(self) -> None:
        """Connects. Raises ``InstallationError`` if a topic is missing: its lag would be taken for none."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            described = await admin.describe_topics([topic.name for topic in TOPICS])
        finally:
            await admin.close()
        partitions = {each["topic"]: len(each["partitions"]) for each in described if each["error_code"] == 0}
        missing = [topic.name for topic in TOPICS if topic.name not in partitions]
        if missing:
            raise InstallationError(f"Topics are missing: {', '.join(missing)}. Run: leaseline topics create")
        self._places = {
            service: [
                TopicPartition(topic, partition) for topic in read_by(service) for partition in range(partitions[topic])
            ]
            for service in SERVICES
        }
        await self._consumer.start()

    async def close(self) -> None:
        """Disconnects."""
        await self._consumer.stop()
        await self._mongo.close()

    async def now(self) -> Lag:
        """The lag of this moment: the ends are taken first, so that 0 is never said too early."""
        behind: dict[str, int] = {}
        for service, places in self._places.items():
            ends = await self._consumer.end_offsets(places)
            begins = await self._consumer.beginning_offsets(places)
            at = {place: begins[place] for place in places}
            for checkpoint in await checkpoints(self._mongo[f"{self._databases}_{service}"]):
                for topic, offset in checkpoint.offsets.items():
                    place = TopicPartition(topic, checkpoint.lane)
                    if place in at:
                        at[place] = offset
            behind[service] = sum(max(0, ends[place] - at[place]) for place in places)
        return Lag(behind)
