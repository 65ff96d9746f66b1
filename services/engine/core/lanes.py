"""Which lane is home to a subject: Java's default partitioner, so that a Java client's keys land at home."""

from collections.abc import Iterable
from functools import lru_cache

from aiokafka.partitioner import murmur2

from services.engine.core.record import Place

LONGEST = 9
"""Digits of a lane's number at most: Python itself refuses to read what is much longer."""


@lru_cache(maxsize=8_192)
def home(subject: str, lanes: int) -> int:
    """The home of a subject: murmur2 modulo the number of lanes; the subject ``lane:7`` is at home in lane 7.

    A lane that does not exist is nobody's home: the result is -1.
    """
    if subject.startswith("lane:"):
        number = subject[5:]
        plain = number.isascii() and number.isdigit() and len(number) <= LONGEST
        return int(number) if plain and int(number) < lanes else -1
    return int((murmur2(subject.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF) % lanes)


def whole_lanes(assigned: Iterable[Place], topics: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The lanes of which every topic's partition is assigned, and those that are split between consumers."""
    names = frozenset(topics)
    count: dict[int, int] = {}
    for topic, partition in assigned:
        if topic in names:
            count[partition] = count.get(partition, 0) + 1
    whole = frozenset(lane for lane, parts in count.items() if parts == len(names))
    return whole, frozenset(count) - whole
