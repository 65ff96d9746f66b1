"""Lets what a service cannot decide pass to its dead letters: the records that wait now, however many in a row."""

from collections.abc import Mapping
from contextlib import closing

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.wire.near import nearest
from installation import SERVICES
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.lag import read_by
from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.adapters.mongo_store import CHECKPOINTS, Client


async def let_pass(kafka: str, mongo: str, databases: str, service: str) -> Mapping[str, int]:
    """Notes in every lane how far its logs reach now; returns how many records wait up to there, by topic.

    A worker takes note when it acquires the lane: of these records those that cannot be read, decided or stored go to
    the dead letters without being counted, all others are decided as ever. What comes later counts again.

    Raises ``InstallationError`` for what is no service, or never ran here.
    """
    if service not in SERVICES:
        meant = nearest(service, SERVICES)
        asked = f"did you mean {meant}?" if meant else f"{', '.join(SERVICES)}."
        raise InstallationError(f"There is no service {service!r}: {asked}")
    client: Client = Client(mongo, tz_aware=True, w="majority", serverSelectionTimeoutMS=5_000)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    waiting: dict[str, int] = {}
    with closing(client), mongo_answers(), kafka_answers(kafka):
        collection = client[f"{databases}_{service}"][CHECKPOINTS]
        lanes = [from_document(document) async for document in collection.find()]
        if not lanes:
            raise InstallationError(f"The service {service} never ran on these databases: nothing waits for it.")
        await consumer.start()
        try:
            places = [TopicPartition(topic, each.lane) for topic in read_by(service) for each in lanes]
            ends = await consumer.end_offsets(places)
            begins = await consumer.beginning_offsets(places)
        finally:
            await consumer.stop()
        for each in lanes:
            passing = []
            for topic in read_by(service):
                place = TopicPartition(topic, each.lane)
                passing.append((topic, each.incarnations.get(topic, 0), ends[place]))
                behind = max(0, ends[place] - each.offsets.get(topic, begins[place]))
                waiting[topic] = waiting.get(topic, 0) + behind
            await collection.update_one({"_id": each.lane}, {"$set": {"passing": passing}})
    return waiting
