"""The topics of an installation: made once, all with one partition for each lane, stamped by the broker."""

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from contracts.topics import TOPICS
from deploy.installation.trouble import InstallationTrouble, kafka_answers

LARGEST_RECORD = 8 * 1024 * 1024
"""Bytes: far above what a service reads, so that what is too large can still be dead-lettered with its beginning."""
KEPT_MS = 14 * 24 * 3600 * 1000
"""Two weeks: longer than any outage after which somebody still wants to read on."""


async def create_topics(servers: str, lanes: int, replicas: int = 1) -> tuple[str, ...]:
    """Creates what is missing and adds missing partitions; returns the names of the topics that it changed.

    Raises ``InstallationTrouble`` if Kafka does not answer or a topic has more partitions than there are lanes.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        with kafka_answers(servers):
            await admin.start()
            return await _created(admin, lanes, replicas)
    finally:
        await admin.close()


async def _created(admin: AIOKafkaAdminClient, lanes: int, replicas: int) -> tuple[str, ...]:
    there = set(await admin.list_topics())
    described = await admin.describe_topics([topic.name for topic in TOPICS if topic.name in there])
    partitions = {each["topic"]: len(each["partitions"]) for each in described}
    config = {
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(KEPT_MS),
        "max.message.bytes": str(LARGEST_RECORD),
    }
    missing = [topic.name for topic in TOPICS if topic.name not in partitions]
    grown = [name for name, count in partitions.items() if count < lanes]
    for name, count in partitions.items():
        if count > lanes:
            raise InstallationTrouble(
                f"The topic {name} has {count} partitions, more than the {lanes} lanes of this installation: "
                f"use LEASELINE_LANES={count} if nothing was ever started here, else make the topic again."
            )
    if missing:
        made = await admin.create_topics([NewTopic(name, lanes, replicas, topic_configs=config) for name in missing])
        for name, code, message in made.topic_errors:
            if code not in (0, 36):  # 36: somebody else was faster
                raise InstallationTrouble(f"Kafka would not make the topic {name}: {message} (code {code}).")
    if grown:
        await admin.create_partitions({name: NewPartitions(total_count=lanes) for name in grown})
    return (*missing, *grown)
