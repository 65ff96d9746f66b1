"""The topics of an installation: made once, all with one partition for each lane, stamped by the broker."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource

from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from installation.errors import InstallationError, kafka_answers
from services.engine.adapters.kafka_durability import (
    BROKERS_TIME,
    COPIES,
    STAMPED,
    Topic,
    durable,
    fewer_brokers,
    too_few_copies,
    wrong,
)
from services.engine.adapters.kafka_topics import described

RETENTION: Final = "retention.ms"
LARGEST: Final = "max.message.bytes"
LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes: far above what a service reads, so that what is too large can still be dead-lettered with its beginning."""
KEPT_MS = 14 * 24 * 3600 * 1000
"""Two weeks: longer than any outage after which somebody still wants to read on."""
ANSWER: Final = 15.0
"""Seconds that Kafka has to set settings right."""


def declared(copies: int) -> Mapping[str, str]:
    """The settings with which a topic with so many copies is made."""
    return {
        STAMPED: BROKERS_TIME,
        RETENTION: str(KEPT_MS),
        LARGEST: str(LARGEST_RECORD),
        **durable(copies),
    }


class Made(Immutable):
    """What was done. ``changed`` names the topics that were made, got partitions or other settings; ``warned`` says
    what the installation cannot promise.
    """

    changed: tuple[str, ...]
    warned: str | None


async def create_topics(servers: str, lanes: int, replicas: int | None = None) -> Made:
    """Creates what is missing, adds missing partitions, and sets what keeps acknowledged records. ``replicas``: three
    where there are so many brokers, if nobody says otherwise.

    Raises ``InstallationError`` if Kafka does not answer, has too few brokers for so many copies, or a topic has more
    partitions than there are lanes; nothing is changed then.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        with kafka_answers(servers):
            await admin.start()
            there = set(await admin.list_topics())
            found, brokers = await described(admin, [topic.name for topic in TOPICS if topic.name in there])
            copies = min(COPIES, brokers) if replicas is None else replicas
            if copies > brokers:
                raise InstallationError(
                    f"Kafka at {servers} has {brokers} brokers: {copies} copies of each record cannot be kept."
                )
            return await _made(servers, admin, found, lanes, brokers, copies)
    finally:
        await admin.close()


async def until_there(servers: str, lanes: int, patience: float = ANSWER) -> None:
    """Waits until Kafka tells of every partition of every topic: what was added is known a moment later.

    Raises ``InstallationError`` if it does not.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    until = time.monotonic() + patience
    try:
        with kafka_answers(servers):
            await admin.start()
            while True:
                found = await admin.describe_topics([topic.name for topic in TOPICS])
                late = [
                    each["topic"]
                    for each in found
                    if [part["error_code"] for part in each["partitions"]] != [0] * lanes
                ]
                if not late:
                    return
                if time.monotonic() > until:
                    raise InstallationError(f"Kafka does not tell of all {lanes} partitions of {', '.join(late)}.")
                await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def _made(
    servers: str, admin: AIOKafkaAdminClient, found: Sequence[Topic], lanes: int, brokers: int, copies: int
) -> Made:
    for topic in found:
        if topic.partitions > lanes:
            raise InstallationError(
                f"The topic {topic.name} has {topic.partitions} partitions, more than the {lanes} lanes of this "
                f"installation: use LEASELINE_LANES={topic.partitions} if nothing was ever started here, else make the "
                f"topic again."
            )
    config = declared(copies)
    there = {topic.name for topic in found}
    missing = [topic.name for topic in TOPICS if topic.name not in there]
    if missing:
        made = await admin.create_topics(
            [NewTopic(name, lanes, copies, topic_configs=dict(config)) for name in missing]
        )
        for name, code, message in made.topic_errors:
            if code not in (0, 36):  # 36: somebody else was faster
                raise InstallationError(f"Kafka would not make the topic {name}: {message} (code {code}).")
    grown = [topic.name for topic in found if topic.partitions < lanes]
    if grown:
        await admin.create_partitions({name: NewPartitions(total_count=lanes) for name in grown})
    mended = {topic.name: wrong(topic) for topic in found if wrong(topic)}
    if mended:
        await asyncio.to_thread(_set, servers, mended)
    now = [*found, *(Topic(name, lanes, copies, config) for name in missing)]
    return Made(
        tuple(dict.fromkeys((*missing, *grown, *mended))), too_few_copies(now, brokers) or fewer_brokers(brokers)
    )


def _set(servers: str, settings: Mapping[str, Mapping[str, str]]) -> None:
    """Sets these of each topic and leaves every other one: aiokafka's own call would put the others back."""
    client = AdminClient({"bootstrap.servers": servers, "log_level": 0})
    asked = [
        ConfigResource(
            ConfigResource.Type.TOPIC,
            name,
            incremental_configs=[
                ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in mended.items()
            ],
        )
        for name, mended in settings.items()
    ]
    for resource, done in client.incremental_alter_configs(asked, request_timeout=ANSWER).items():
        try:
            done.result()
        except KafkaException as error:
            raise InstallationError(f"Kafka would not set the topic {resource.name} right: {error.args[0]}.") from error
