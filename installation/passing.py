"""Lets what a service cannot decide pass to its dead letters: the records that wait now, however many in a row."""

from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.wire.near import nearest
from installation import SERVICES
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.lag import read_by
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import checkpoints, note_passing
from services.engine.core.checkpoint import Checkpoint


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
    waiting: dict[str, int] = {}
    with mongo_answers(), kafka_answers(kafka):
        async with connect(mongo) as client:
            database = client[f"{databases}_{service}"]
            lanes = await checkpoints(database)
            if not lanes:
                raise InstallationError(f"The service {service} never ran on these databases: nothing waits for it.")
            begins, ends = await _reach(kafka, service, lanes)
            for each in lanes:
                passing = {}
                for topic in read_by(service):
                    place = TopicPartition(topic, each.lane)
                    passing[topic] = (each.incarnations.get(topic, 0), ends[place])
                    behind = max(0, ends[place] - each.offsets.get(topic, begins[place]))
                    waiting[topic] = waiting.get(topic, 0) + behind
                await note_passing(database, each.lane, passing)
    return waiting


async def _reach(
    kafka: str, service: str, lanes: Sequence[Checkpoint]
) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
    """From where to where the logs of these lanes reach."""
    places = [TopicPartition(topic, each.lane) for topic in read_by(service) for each in lanes]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
        return await consumer.beginning_offsets(places), ends
    finally:
        await consumer.stop()
