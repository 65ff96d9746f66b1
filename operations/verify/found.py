"""A record as it is entered into the books: from the log, or from a checkpoint that still has to say it."""

import re
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from services.engine.core.record import Headers, Outgoing, Record

_INCARNATION: Final = re.compile(r"~[0-9]+(?=/)")


@dataclass(frozen=True, slots=True)
class Found:
    """``offset`` and ``at`` (the broker's time, ms) are None for what is saved and not yet in the log."""

    topic: str
    lane: int
    offset: int | None
    at: int | None
    value: bytes | None
    headers: Headers

    @property
    def place(self) -> str:
        """Where it was found, as a person reads it."""
        if self.offset is None:
            return f"saved {self.topic}/{self.lane}/{crc32(self.value or b''):08x}"
        return f"record {address(self.topic, self.lane, self.offset)}"

    @classmethod
    def in_log(cls, record: Record) -> "Found":
        """A record that was read."""
        return cls(record.topic, record.partition, record.offset, record.timestamp, record.value, record.headers)

    @classmethod
    def in_checkpoint(cls, outgoing: Outgoing) -> "Found":
        """What a checkpoint has to say."""
        return cls(outgoing.topic, outgoing.lane, None, None, outgoing.value, outgoing.headers)


def address(topic: str, lane: int | str, offset: int | str | None) -> str:
    """Where a record stands. A topic's incarnation is no part of it: the topic that there is now is the one we read."""
    return f"{topic}/{lane}/{offset}"


def without_incarnation(text: str) -> str:
    """An address as an answer's id has it, as ``address`` writes it."""
    return _INCARNATION.sub("", text, count=1)
