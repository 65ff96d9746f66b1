"""What a service checks of its topics before it starts: that they are there, alike, and stamped by the broker.

Those that it only writes too: a partition that is missing there would be waited for without an end.
"""

from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from contracts.topic import SERVICES
from contracts.topics import TOPICS
from services.engine.faults import Stop

_READ = frozenset(topic.name for topic in TOPICS if set(topic.readers) & set(SERVICES))
"""Topics of which somebody keeps a position."""


def topics_of(service: str) -> tuple[str, ...]:
    """The topics that a service reads or writes."""
    return tuple(topic.name for topic in TOPICS if service in (*topic.readers, *topic.writers))


async def check_topics(servers: str, topics: Sequence[str], lanes: int) -> None:
    """Raises ``Stop`` if a topic is missing, has another number of partitions than there are lanes, or carries the
    client's timestamps: a scanner of 1970 would defeat every rule about time.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    try:
        await admin.start()
        described = await admin.describe_topics(list(topics))
        configs = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics])
    except (KafkaError, OSError) as error:
        raise Stop(f"Kafka at {servers} does not answer ({type(error).__name__}): check LEASELINE_KAFKA") from error
    finally:
        await admin.close()
    partitions = {d["topic"]: len(d["partitions"]) for d in described if d["error_code"] == 0}
    for topic in topics:
        if topic not in partitions:
            raise Stop(f"the topic {topic} does not exist: create the topics with: leaseline topics create")
        if partitions[topic] != lanes:
            raise unequal(topic, partitions[topic], lanes)
    for response in configs:
        for _, _, _, name, entries in response.resources:
            values = {entry[0]: entry[1] for entry in entries}
            if values.get("message.timestamp.type") != "LogAppendTime":
                raise Stop(
                    f"the topic {name} keeps the clients' timestamps: set message.timestamp.type=LogAppendTime on it, "
                    f"or, when nobody needs its records any more, delete it and run: leaseline topics create"
                )


def unequal(topic: str, partitions: int, lanes: int) -> Stop:
    """The topic has another number of partitions than there are lanes."""
    mended = "Add the missing ones with: leaseline topics create"
    if partitions > lanes:
        reset = f", and: leaseline topics reset {topic}" if topic in _READ else ""
        mended = (
            f"If nothing was ever started here, set LEASELINE_LANES={partitions}. Else, as Kafka takes no partition "
            f"back: when nobody needs its records any more, delete the topic, then run: leaseline topics create{reset}"
        )
    return Stop(
        f"the topic {topic} has {partitions} partitions, the installation {lanes} lanes; all topics must have one "
        f"partition for each lane. {mended}"
    )
