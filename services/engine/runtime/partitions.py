"""What it means that a topic has another number of partitions than the installation has lanes (rule 8)."""

from contracts.topics import TOPICS
from contracts.wire.topic import SERVICES
from services.engine.core.faults import Stop

_READ = frozenset(topic.name for topic in TOPICS if set(topic.readers) & set(SERVICES))
"""Topics of which somebody keeps a position."""


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
