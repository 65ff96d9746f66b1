"""Records whose headers have names that are not UTF-8. Kafka takes them from any client; aiokafka raises while it
unpacks them and never gets past them: one such record would stand in the way of everything that its reader is to read.

And fetches that are small on the wire and huge in memory: what compresses a thousandfold would take all of it, again
after each start.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy as Batch
from aiokafka.record.memory_records import MemoryRecords

_LENGTH = slice(8, 12)
MOST_AT_ONCE = 32 * 1024 * 1024
"""Bytes of a partition, uncompressed, after which the rest of a fetch is left for the next one."""


def unpack_every_name() -> None:
    """From now on every consumer of this process hands out such records too, the names with U+FFFD in them, and not too
    much at once.
    """
    fetcher.MemoryRecords = FetchedRecords


class FetchedRecords:
    """What one fetch brought of a partition, in place of aiokafka's own class, which does the work."""

    def __init__(self, content: bytes) -> None:
        self._size = len(content)
        self._content = memoryview(content)
        self._records = MemoryRecords(content)
        self.handed_out = 0

    def size_in_bytes(self) -> int:
        """Bytes, those of a batch that was cut off included."""
        return self._size

    def has_next(self) -> bool:
        """Whether a whole batch is left that may be unpacked now."""
        return self.handed_out < MOST_AT_ONCE and bool(self._records.has_next())

    def next_batch(self) -> "FetchedBatch | None":
        """The next one; None at the end."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        end = _LENGTH.stop + int.from_bytes(self._content[_LENGTH], "big")
        content, self._content = self._content[:end], self._content[end:]
        return FetchedBatch(self, batch, content)


class FetchedBatch:
    """A produce batch of whatever client."""

    def __init__(self, fetched: FetchedRecords, batch: Any, content: memoryview) -> None:
        self._fetched = fetched
        self._batch = batch
        self._content = content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                read += 1
                self._fetched.handed_out += len(record.value or b"")
                yield record
        except UnicodeDecodeError:
            yield from islice(_Tolerant(self._content), read, None)


class _Tolerant(Batch):  # type: ignore[misc]  # final for the type checker only
    """Reads slowly, and every name."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Bytes(self._buffer)


class _Bytes(bytearray):
    """Text out of it is never refused."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return found if isinstance(found, int) else _Bytes(found)

    def decode(self, encoding: str = "utf-8", _errors: str = "strict") -> str:
        return super().decode(encoding, "replace")
