"""How far the services have read: checkpoints against the ends of the topics."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from motor.motor_asyncio import AsyncIOMotorClient

from contracts.topics import TOPICS
from deploy.installation import SERVICES
from services.engine.mongo import CHECKPOINTS
from services.engine.stored import from_document


@dataclass(frozen=True, slots=True)
class Lag:
    """Records that a service has not decided yet, by service."""

    behind: Mapping[str, int]

    @property
    def total(self) -> int:
        """Over all services; 0 means that everything said so far is decided."""
        return sum(self.behind.values())


class Lags:
    """Asks again and again over the same connections; ``close`` ends them."""

    def __init__(self, kafka: str, mongo: str, databases: str) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
        self._mongo: AsyncIOMotorClient = AsyncIOMotorClient(mongo, tz_aware=True)
        self._databases = databases

    async def start(self) -> None:
        """Connects."""
        await self._consumer.start()

    async def close(self) -> None:
        """Disconnects."""
        await self._consumer.stop()
        self._mongo.close()

    async def now(self) -> Lag:
        """The lag of this moment: the ends are taken first, so that 0 is never said too early."""
        behind: dict[str, int] = {}
        for service in SERVICES:
            topics = [topic.name for topic in TOPICS if service in topic.readers and _read(service, topic.name)]
            places = [
                TopicPartition(topic, partition)
                for topic in topics
                for partition in self._consumer.partitions_for_topic(topic) or await self._known(topic)
            ]
            ends = await self._consumer.end_offsets(places)
            begins = await self._consumer.beginning_offsets(places)
            at = {place: begins[place] for place in places}
            async for document in self._mongo[f"{self._databases}_{service}"][CHECKPOINTS].find():
                checkpoint = from_document(document)
                for topic, offset in checkpoint.offsets.items():
                    place = TopicPartition(topic, checkpoint.lane)
                    if place in at:
                        at[place] = offset
            behind[service] = sum(max(0, ends[place] - at[place]) for place in places)
        return Lag(behind)

    async def _known(self, topic: str) -> set[int]:
        await self._consumer.topics()
        return set(self._consumer.partitions_for_topic(topic) or ())


def _read(service: str, topic: str) -> bool:
    return not (service == "billing" and topic == "billing.requests")
