"""What a service checks of its topics before it starts: that they are there, alike, stamped by the broker, and that
nothing acknowledged is lost.

Those that it only writes too: a partition that is missing there would be waited for without an end.
"""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from contracts.topics import TOPICS
from services.engine.adapters.kafka_durability import BROKERS_TIME, STAMPED, Topic, too_few_copies, unsafe
from services.engine.core.faults import Doubt, Stop
from services.engine.runtime.partitions import unequal

ANSWER = 20.0
"""Seconds that Kafka has to tell of all topics."""


def topics_of(service: str) -> tuple[str, ...]:
    """The topics that a service reads or writes."""
    return tuple(topic.name for topic in TOPICS if service in (*topic.readers, *topic.writers))


async def check_topics(servers: str, topics: Sequence[str], lanes: int) -> None:
    """Raises ``Stop`` if a topic is missing, has another number of partitions than there are lanes, carries the
    client's timestamps (a scanner of 1970 would defeat every rule about time), or may lose what it acknowledged;
    ``Doubt`` if Kafka does not answer. Too few copies are warned of: they are added while everything runs.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        async with asyncio.timeout(ANSWER):
            await admin.start()
            found, brokers = await described(admin, topics)
    except (KafkaError, OSError) as error:
        raise Doubt(f"Kafka at {servers} does not answer ({type(error).__name__}): check LEASELINE_KAFKA") from error
    finally:
        await admin.close()
    by_name = {topic.name: topic for topic in found}
    for name in topics:
        if name not in by_name:
            raise Stop(f"the topic {name} does not exist: create the topics with: leaseline topics create")
        if by_name[name].partitions != lanes:
            raise unequal(name, by_name[name].partitions, lanes)
    for topic in found:
        if topic.settings.get(STAMPED) != BROKERS_TIME:
            raise Stop(
                f"the topic {topic.name} keeps the clients' timestamps: set message.timestamp.type=LogAppendTime on "
                f"it, or, when nobody needs its records any more, delete it and run: leaseline topics create"
            )
    if (why := unsafe(found)) is not None:
        raise Stop(why)
    if (why := too_few_copies(found, brokers)) is not None:
        structlog.get_logger("engine").warning("topics.few_copies", reason=why)


async def answers(servers: str) -> None:
    """Whether any of these brokers tells who the others are. Raises ``KafkaError`` or OSError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=2_000)
    try:
        await admin.start()
    finally:
        await admin.close()


async def described(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> tuple[Sequence[Topic], int]:
    """Those of these topics that exist, and the number of brokers. Raises ``KafkaError``, also when the brokers cannot
    tell of a topic yet: it would be taken for a missing one.
    """
    cluster = await admin.describe_cluster()
    about = {}
    for each in await admin.describe_topics(list(topics)) if topics else ():
        if each["error_code"] == 0:
            about[each["topic"]] = each["partitions"]
        elif each["error_code"] != UnknownTopicOrPartitionError.errno:
            raise for_code(each["error_code"])(each["topic"])
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in about]
    settings = {
        name: {entry[0]: entry[1] for entry in entries}
        for response in (await admin.describe_configs(asked) if asked else ())
        for _, _, _, name, entries in response.resources
    }
    found = [
        Topic(name, len(parts), min((len(part["replicas"]) for part in parts), default=0), settings.get(name, {}))
        for name, parts in about.items()
    ]
    return found, len(cluster["brokers"])
