"""How far a partition was read, and whether what comes next is really what comes next (rule 4).

The framework may swallow a batch without a sign; the first offset of a batch tells. A gap is a hole in the log
(transaction markers, aborted records) only if it comes back the same after a rewind and nobody saw a record in it.
"""

from collections.abc import Sequence

from contracts.values.immutable import Immutable
from services.engine.core.checkpoint import Bookmark
from services.engine.core.record import Record, digest


class Rewind(Immutable):
    """Records are missing: read again from ``offset``. ``again``: it came back the same; look at the log's ends."""

    offset: int
    again: bool = False


class AnotherLog(Exception):
    """The record at the bookmark is not the one that was read there: the topic is not the one it was."""


class Position:
    """One partition's position. ``expected`` is the next offset to decide."""

    def __init__(self, expected: int, bookmark: Bookmark | None) -> None:
        self.expected = expected
        self._bookmark = bookmark
        self._unchecked = bookmark is not None and bookmark.offset == expected - 1
        self._gap: int | None = None
        self._seen_inside = False
        self._seen = -1

    @property
    def start(self) -> int:
        """Where reading begins: at the bookmark, as long as nobody has compared it with the log."""
        return self.expected - 1 if self._unchecked else self.expected

    def hole(self, log_begins: int) -> None:
        """A gap is a hole in the log: goes on behind it. Raises ``AnotherLog`` if the bookmark should lie in it."""
        if self._unchecked and log_begins < self.expected:
            raise AnotherLog
        self._unchecked = False

    def seen(self, offset: int) -> None:
        """The parser saw this record, whatever became of it afterwards."""
        self._seen = max(self._seen, offset)
        if self._gap is not None and self.start <= offset < self._gap:
            self._seen_inside = True

    @property
    def behind(self) -> bool:
        """Whether the parser saw a record that is not decided yet."""
        return self._seen >= self.expected

    def again(self) -> int:
        """Where to read again what was overlooked; until it is seen again nothing is."""
        self._seen = -1
        return self.start

    def admit(self, records: Sequence[Record]) -> tuple[Sequence[Record], Rewind | None]:
        """The records to decide now, and whether to rewind. Raises ``AnotherLog``.

        Does not move the position: that is done by ``passed`` when the records are saved.
        """
        for record in records:
            if self._bookmark is not None and record.offset == self._bookmark.offset:
                if (record.timestamp, digest(record)) != (self._bookmark.timestamp, self._bookmark.digest):
                    raise AnotherLog
                self._unchecked = False
        fresh = [record for record in records if record.offset >= self.start]
        if not fresh:
            return (), None
        first = fresh[0].offset
        if first > self.start:
            if self._gap != first or self._seen_inside:
                self._gap, self._seen_inside = first, False
                return (), Rewind(self.start)
            return fresh, Rewind(self.start, again=True)
        self._gap = None
        return fresh, None

    def passed(self, expected: int, bookmark: Bookmark | None) -> None:
        """Everything before ``expected`` is saved."""
        self.expected, self._bookmark, self._unchecked, self._gap = expected, bookmark, False, None
