"""A replica set in memory: versions of documents, a majority that lags behind, fail-over with rollback, locks.

Documents are kept as BSON: what the real database cannot hold, this one cannot hold either, and what comes back is
what the real one gives back (lists for tuples, instants in whole milliseconds).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import bson

Path = tuple[str, str | int]
"""A document: (collection, id)."""
LIFETIME = 60.0
"""Seconds after which the server ends a transaction by itself."""
DECODED: bson.CodecOptions[dict[str, Any]] = bson.CodecOptions(tz_aware=True)


@dataclass(slots=True, eq=False)
class Open:
    """A transaction on the server. ``snapshot`` is the last version it sees; ``written`` holds its locks."""

    session: bytes
    snapshot: int
    since: float
    written: dict[Path, bytes | None] = field(default_factory=dict)
    alive: bool = True


class MemoryDatabase:
    """``now`` is the server's clock in seconds. ``largest`` is the size of a document that it still holds, in bytes."""

    def __init__(self, now: Callable[[], float], largest: int = 16 * 1024 * 1024) -> None:
        self.largest = largest
        self.term = 0
        self.version = 0
        self.majority = 0
        self._now = now
        self._kept: dict[Path, list[tuple[int, bytes | None]]] = {}
        self._recent: list[tuple[int, Path]] = []
        self._locks: dict[Path, Open] = {}
        self._open: dict[bytes, Open] = {}
        self._sessions = 0

    def new_session(self) -> bytes:
        """The id of a fresh session."""
        self._sessions += 1
        return self._sessions.to_bytes(16, "big")

    def begin(self, session: bytes) -> Open:
        """A transaction of this session; one that it left open is undone."""
        self.end(session)
        transaction = self._open[session] = Open(session, self.version, self._now())
        return transaction

    def end(self, session: bytes) -> None:
        """Ends what the session has open."""
        left = self._open.get(session)
        if left is not None:
            self.undo(left)

    def undo(self, transaction: Open) -> None:
        """As if it had never been."""
        if not transaction.alive:
            return
        transaction.alive = False
        for path in transaction.written:
            del self._locks[path]
        if self._open.get(transaction.session) is transaction:
            del self._open[transaction.session]

    def get(self, path: Path, version: int | None = None) -> bytes | None:
        """A document as of a version, by default the primary's newest."""
        for written, content in reversed(self._kept.get(path, ())):
            if version is None or written <= version:
                return content
        return None

    def paths(self, collection: str) -> Iterable[Path]:
        """Every document that ever was in a collection, by id."""
        return sorted((path for path in self._kept if path[0] == collection), key=lambda path: str(path[1]))

    def holder(self, path: Path) -> Open | None:
        """The open transaction that wrote the document."""
        holder = self._locks.get(path)
        if holder is not None and self._now() - holder.since > LIFETIME:
            self.undo(holder)
            return None
        return holder

    def taken(self, path: Path, by: Open) -> bool:
        """Whether somebody else wrote the document since the transaction's snapshot, or is about to."""
        holder = self.holder(path)
        kept = self._kept.get(path, [])
        return (holder is not None and holder is not by) or (bool(kept) and kept[-1][0] > by.snapshot)

    def put(self, transaction: Open, path: Path, content: bytes | None) -> None:
        """Writes within a transaction; ``taken`` was asked before."""
        transaction.written[path] = content
        self._locks[path] = transaction

    def apply(self, transaction: Open) -> int:
        """Commits on the primary; returns the version that must reach the majority."""
        written = dict(transaction.written)
        self.undo(transaction)
        return self.write(written)

    def write(self, documents: Mapping[Path, bytes | None]) -> int:
        """Writes on the primary."""
        self.version += 1
        for path, content in documents.items():
            self._kept.setdefault(path, []).append((self.version, content))
            self._recent.append((self.version, path))
        return self.version

    def confirm(self, version: int) -> None:
        """The majority has everything up to here."""
        self.majority = max(self.majority, version)
        self._recent = [(written, path) for written, path in self._recent if written > self.majority]

    def fail_over(self) -> None:
        """Another primary: what the majority does not have is gone, and so is every open transaction."""
        self.term += 1
        for version, path in reversed(self._recent):
            assert self._kept[path][-1][0] == version
            self._kept[path].pop()
        self._recent.clear()
        for transaction in list(self._open.values()):
            self.undo(transaction)


def decoded(content: bytes) -> dict[str, Any]:
    """A stored document."""
    return bson.decode(content, codec_options=DECODED)
