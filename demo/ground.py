"""Where the demonstration may run: on servers that nobody uses."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from installation import SERVICES
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses
from installation.errors import InstallationError, kafka_answers, mongo_answers
from services.engine.adapters.mongo_client import connect

NOTHING_YET: Final = "There is nothing to feed again: run the demo once without --again."


async def require_ground(addresses: Addresses, databases: str, *, again: bool) -> None:
    """Servers of one's own may hold somebody's orders, among which the demonstration's have no place: raises
    ``InstallationError`` if there is an installation, or (``again``) if there is none.
    """
    held = await installed(addresses, databases)
    if again and not held:
        raise InstallationError(NOTHING_YET)
    if held and not again:
        raise InstallationError(
            f"The demonstration wants servers without an installation, and there is one: {', '.join(held)}. Name other "
            f"servers, or none ({KAFKA_VARIABLE} and {MONGO_VARIABLE} unset): then it starts its own. If nobody needs "
            "what is there, delete the topics and drop the databases."
        )


async def installed(addresses: Addresses, databases: str) -> tuple[str, ...]:
    """The databases of an installation and its topics that ever held a record, by name; empty: there is none.

    Raises ``InstallationError`` if a server does not answer.
    """
    names = {f"{databases}_{service}" for service in SERVICES}
    with mongo_answers():
        async with connect(addresses.mongo) as mongo:
            there = names & set(await mongo.list_database_names())
    return (*sorted(there), *await _used(addresses.kafka))


async def _used(kafka: str) -> tuple[str, ...]:
    with kafka_answers(kafka):
        places = await _partitions(kafka)
        ends = await _ends(kafka, places) if places else {}
    return tuple(sorted({place.topic for place, end in ends.items() if end > 0}))


async def _partitions(kafka: str) -> Sequence[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        described = await admin.describe_topics([topic.name for topic in TOPICS])
    finally:
        await admin.close()
    return [TopicPartition(each["topic"], part["partition"]) for each in described for part in each["partitions"]]


async def _ends(kafka: str, places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        found: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
    finally:
        await consumer.stop()
    return found
