"""What a log hands us and what we hand to it: bytes with an address."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

from contracts.values.immutable import Immutable
from contracts.wire.encoding import CONTENT_TYPE

Headers = Sequence[tuple[str, bytes | None]]
Place = tuple[str, int]
"""A partition: (topic, number)."""


class Record(Protocol):
    """A record as it was consumed; aiokafka's ``ConsumerRecord`` is one. ``timestamp`` is the broker's, ms UTC."""

    @property
    def topic(self) -> str:
        """Its topic."""

    @property
    def partition(self) -> int:
        """Its partition, which is its lane."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """The broker's time, milliseconds UTC."""

    @property
    def key(self) -> bytes | None:
        """Its key, if the sender gave one."""

    @property
    def value(self) -> bytes | None:
        """Its content; None is a tombstone."""

    @property
    def headers(self) -> Headers:
        """Names and bytes; a name may occur twice."""


LENGTHS = 6
"""Bytes that Kafka spends on the lengths of a header, at most: nothing but empty headers has a weight too."""
_OURS = (CONTENT_TYPE,)
"""The headers of nearly everything that one of us says."""
_WEIGHT_OF_OURS = LENGTHS + len(CONTENT_TYPE[0]) + len(CONTENT_TYPE[1])


class Outgoing(Immutable):
    """A record to be published: the partition is its lane, never the client's choice."""

    topic: str
    lane: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of content."""
        return weight(self.key, self.value, self.headers)


def weight(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Bytes of a record's content, uncompressed."""
    size = len(key or b"") + len(value or b"")
    if headers == _OURS:
        return size + _WEIGHT_OF_OURS
    for name, content in headers:
        size += LENGTHS + (len(name) if name.isascii() else len(name.encode())) + len(content or b"")
    return size


def digest(record: Record) -> bytes:
    """8 bytes by which a record is known again."""
    return blake2b(record.value or b"", key=str(record.timestamp).encode(), digest_size=8).digest()
