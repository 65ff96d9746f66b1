"""What a topic's settings must be so that an acknowledged record stays: a service stands on what the log keeps.

Kafka acknowledges from the memory of its brokers: one copy alone, or a leader that was behind when it was chosen, may
come back without what it acknowledged. Where there are fewer than three brokers, only what can hold is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.values.immutable import Immutable

COPIES: Final = 3
"""Of each record, where there are so many brokers."""
IN_SYNC: Final = 2
"""Copies that have a record before it counts as acknowledged, where there are three."""
STAMPED: Final = "message.timestamp.type"
BROKERS_TIME: Final = "LogAppendTime"
"""What it must say: a scanner of 1970 would defeat every rule about time."""
LEAST_IN_SYNC: Final = "min.insync.replicas"
UNCLEAN: Final = "unclean.leader.election.enable"
CLEANUP: Final = "cleanup.policy"


class Topic(Immutable):
    """A topic as Kafka describes it. ``copies``: of its partition that has the fewest."""

    name: str
    partitions: int
    copies: int
    settings: Mapping[str, str]


def in_sync(copies: int) -> int:
    """The copies that must have a record before it is acknowledged: one broker of three may be away."""
    return max(1, min(IN_SYNC, copies - 1))


def durable(copies: int) -> Mapping[str, str]:
    """The settings of a topic with so many copies, with which nothing acknowledged is lost."""
    return {LEAST_IN_SYNC: str(in_sync(copies)), UNCLEAN: "false", CLEANUP: "delete"}


def wrong(topic: Topic) -> Mapping[str, str]:
    """The settings of a topic that lose records, as they must be. One that is stricter than needed is right."""
    needed = dict(durable(topic.copies))
    if int(topic.settings.get(LEAST_IN_SYNC, "1")) >= in_sync(topic.copies):
        needed.pop(LEAST_IN_SYNC)
    return {name: value for name, value in needed.items() if topic.settings.get(name, value) != value}


def unsafe(topics: Sequence[Topic]) -> str | None:
    """The sentence with which a service stops, or None: settings that lose records, and the command that mends them."""
    found = [f"{topic.name} has {_told(topic, wrong(topic))}" for topic in topics if wrong(topic)]
    if not found:
        return None
    return (
        f"records that were acknowledged can be lost, or are deleted unread: {'; '.join(found)}. "
        f"Mend it with: leaseline topics create"
    )


def _told(topic: Topic, needed: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={topic.settings.get(name)} (must be {value})" for name, value in needed.items())


def too_few_copies(topics: Sequence[Topic], brokers: int) -> str | None:
    """The sentence with which a service warns, or None: it runs, but a disk that is lost takes records with it."""
    wanted = min(COPIES, brokers)
    few = [f"{topic.name} ({topic.copies})" for topic in topics if topic.copies < wanted]
    if few:
        return (
            f"there are {brokers} brokers, and fewer than {wanted} copies of: {', '.join(few)}. Add copies with "
            f"kafka-reassign-partitions, which comes with Kafka, then run: leaseline topics create"
        )
    return None


def fewer_brokers(brokers: int) -> str | None:
    """What is to be said of an installation that is too small to keep everything; None for three brokers and more."""
    if brokers >= COPIES:
        return None
    count = "one broker" if brokers == 1 else f"{brokers} brokers"
    return (
        f"Kafka has {count}: each record has {min(COPIES, brokers)} of {COPIES} copies, and what the last broker "
        f"acknowledged is lost with its disk. Good for trying out; production needs three brokers"
    )
