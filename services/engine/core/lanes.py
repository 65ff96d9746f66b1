"""Which lane is home to a subject: Java's default partitioner, so that a Java client's keys land at home."""

from collections.abc import Iterable
from functools import cache, lru_cache
from struct import Struct

from services.engine.core.record import Place

_SEED, _MIX, _32_BITS = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF
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
    return (murmur2(subject.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF) % lanes


def murmur2(key: bytes) -> int:
    """The hash of Java's client, 32 bits without a sign. aiokafka's own takes four times as long: it looks at each byte
    of a key, and every message has one or two (``docs/decisions/0011``). A test compares the two.
    """
    whole = len(key) >> 2
    found = (_SEED ^ len(key)) & _32_BITS
    for word in _words(whole).unpack_from(key):
        mixed = word * _MIX & _32_BITS
        found = (found * _MIX ^ (mixed ^ mixed >> 24) * _MIX) & _32_BITS
    rest = key[whole << 2 :]
    if rest:
        found = (found ^ int.from_bytes(rest, "little")) * _MIX & _32_BITS
    found = (found ^ found >> 13) * _MIX & _32_BITS
    return found ^ found >> 15


@cache
def _words(count: int) -> Struct:
    return Struct(f"<{count}I")


def whole_lanes(assigned: Iterable[Place], topics: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The lanes of which every topic's partition is assigned, and those that are split between consumers."""
    names = frozenset(topics)
    count: dict[int, int] = {}
    for topic, partition in assigned:
        if topic in names:
            count[partition] = count.get(partition, 0) + 1
    whole = frozenset(lane for lane, parts in count.items() if parts == len(names))
    return whole, frozenset(count) - whole


def offers(service: str, topics: Iterable[str]) -> frozenset[str]:
    """The topics on which something is offered to a service rather than asked of it: requests that go by another name
    than its own (``catalog.requests``). What is asked of it builds on them, as on facts.
    """
    return frozenset(topic for topic in topics if not topic.startswith(f"{service}.") and not topic.endswith(".events"))
