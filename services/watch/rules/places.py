"""A place in the log as one whole number: the id of its row, 8 bytes, in the order of the log.

So the rows of a stretch of one partition are a range of ids, and a record that is read again meets its own row.
"""

from typing import Final

from contracts.values.immutable import Immutable

MOST_TOPICS: Final = 1 << 6
MOST_PARTITIONS: Final = 1 << 10
"""As many as an installation has lanes at most."""
LAST_OFFSET: Final = (1 << 47) - 1
_PARTITION_BITS: Final = 10
_OFFSET_BITS: Final = 47


class NumberedPlace(Immutable):
    """``topic`` is the topic's number in this index: its place in the index's own list of names."""

    topic: int
    partition: int
    offset: int


def to_number(topic: int, partition: int, offset: int) -> int:
    """At most 63 bits. Raises ValueError for what does not fit: no broker has such a place."""
    if not (0 <= topic < MOST_TOPICS and 0 <= partition < MOST_PARTITIONS and 0 <= offset <= LAST_OFFSET):
        raise ValueError(f"no place of a record: {topic}/{partition}/{offset}")
    return (topic << _PARTITION_BITS | partition) << _OFFSET_BITS | offset


def from_number(number: int) -> NumberedPlace:
    """The place again."""
    stretch, offset = number >> _OFFSET_BITS, number & LAST_OFFSET
    return NumberedPlace(stretch >> _PARTITION_BITS, stretch & (MOST_PARTITIONS - 1), offset)
