"""The store port in memory, on a replica set in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context
from types import TracebackType
from typing import Any, Self

import bson
from bson.errors import BSONError

from services.engine.adapters.mongo_checkpoint import from_document, saved_fields
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.faults import Conflict, Doubt, Fenced, Stop, Unstorable
from services.engine.core.growing import another_number
from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import Write, matches
from tests.engine.memory.database import MemoryDatabase, Open, Path, decoded
from tests.engine.memory.fault_injector import FaultInjector

CHECKPOINTS = "checkpoints"


class MemoryStore:
    """One process's way to the database."""

    transactions: "type[MemoryTransaction]"

    def __init__(self, database: MemoryDatabase, fortune: FaultInjector) -> None:
        self.database = database
        self.fortune = fortune
        self.lanes: int | None = None
        """How many lanes this store's process counts."""
        self._session = database.new_session()

    @property
    def session(self) -> bytes:
        """The session that this store writes under."""
        return self._session

    async def renew(self) -> None:
        """Takes a new session; the abort of what the old one has open may get lost on the way."""
        old, self._session = self._session, self.database.new_session()
        await self.fortune.pause()
        if not self.fortune.strikes("store.abort_lost"):
            self.database.end(old)

    async def read(self, lane: int) -> Checkpoint | None:
        """The lane's checkpoint as the majority has it."""
        await self.answer("store.read")
        found = self.database.get((CHECKPOINTS, lane), self.database.majority)
        return None if found is None else from_document(decoded(found))

    async def end_session(self, session: bytes) -> None:
        """Ends another process's session."""
        await self.answer("store.end_session.before")
        self.database.end(session)
        await self.answer("store.end_session.after")

    async def acquire(self, lane: int) -> Checkpoint:
        """Raises the epoch; waits a while for a transaction that holds the document."""
        await self.answer("store.acquire.before")
        path: Path = (CHECKPOINTS, lane)
        for _ in range(40):
            if self.database.holder(path) is None:
                break
            await asyncio.sleep(0.25)
        else:
            raise Doubt("the checkpoint is locked")
        was = self.database.get(path)
        document: dict[str, Any] = {"_id": lane} if was is None else decoded(was)
        if (there := document.get("lanes")) not in (None, self.lanes):
            raise Stop(another_number("this service", lane, there, self.lanes or 0))
        document["lanes"] = self.lanes
        document["epoch"] = document.get("epoch", 0) + 1
        document["session"] = bson.Binary(self._session, bson.binary.UUID_SUBTYPE)
        if "incarnations" not in document:
            others = (self.database.get(other) for other in self.database.paths(CHECKPOINTS))
            found = (decoded(other).get("incarnations") for other in others if other is not None)
            document["incarnations"] = next((each for each in found if each), [])
        await self.majority(self.database.write({path: bson.encode(document)}))
        await self.answer("store.acquire.after")
        return from_document(document)

    def transaction(self) -> "MemoryTransaction":
        """A transaction on one snapshot."""
        return self.transactions(self, self.database.begin(self._session))

    async def majority(self, version: int) -> None:
        """Waits until the majority has this version. Raises ``Doubt`` if a fail-over came before."""
        term = self.database.term
        await self.fortune.pause()
        if self.database.term != term:
            raise Doubt("fail-over")
        self.database.confirm(version)

    async def answer(self, fault: str) -> None:
        """The way there and back. Raises ``Doubt``."""
        await self.fortune.pause()
        if self.fortune.strikes(fault):
            raise Doubt(f"{fault}: no answer")


class MemoryTransaction:
    """Snapshot isolation; the first writer of a document wins, the other one learns at once."""

    def __init__(self, store: MemoryStore, open_: Open) -> None:
        self._store = store
        self._database = store.database
        self._open = open_
        self._sent = False

    async def __aenter__(self) -> Self:
        await self._store.fortune.pause()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self._sent:
            self._database.undo(self._open)

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        """The documents that are there."""
        await self._answer("store.load")
        found = {}
        for key in keys:
            content = self._database.get(key, self._open.snapshot)
            if content is not None:
                found[key] = decoded(content)
        return found

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        """The documents of a page, by id."""
        await self._answer("store.page")
        found: list[tuple[str, Stored]] = []
        for path in self._database.paths(collection):
            content = self._database.get(path, self._open.snapshot)
            if content is not None and len(found) < page.limit:
                stored = decoded(content)
                if matches(page, str(path[1]), stored):
                    found.append((str(path[1]), stored))
        return found

    async def save(self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint]) -> None:
        """Writes documents and checkpoints."""
        await self._answer("store.save.before")
        if self._store.fortune.strikes("store.conflict"):
            raise self._failed(Conflict("a write conflict out of the blue"))
        for write in writes:
            path: Path = (write.collection, write.id)
            after = self._after(path, write)
            if self._database.taken(path, self._open):
                raise self._failed(Conflict(f"{write.collection} was written meanwhile"))
            if write.new and self._database.get(path, self._open.snapshot) is not None:
                raise self._failed(Conflict(f"{write.collection} has the id already"))
            self._database.put(self._open, path, after)
        for checkpoint in checkpoints:
            self._save(checkpoint)
        await self._answer("store.save.after")

    def _after(self, path: Path, write: Write) -> bytes | None:
        """Only the fields that changed are written, of a document that is there; what nobody of us knows of stays."""
        if write.fields is None:
            return None
        content = None if write.new else self._database.get(path, self._open.snapshot)
        if content is None and not write.new and not write.add:
            return None
        return self._encoded(write.onto({"_id": write.id} if content is None else decoded(content)))

    def _save(self, checkpoint: Checkpoint) -> None:
        path: Path = (CHECKPOINTS, checkpoint.lane)
        content = self._database.get(path, self._open.snapshot)
        was = None if content is None else from_document(decoded(content))
        if was is None or not self.follows(was, checkpoint):
            raise self._failed(Fenced("a lane was acquired by somebody else"))
        if self._database.taken(path, self._open):
            raise self._failed(Conflict("a checkpoint was written meanwhile"))
        stored = {} if content is None else decoded(content)
        self._database.put(self._open, path, self._encoded({**stored, **saved_fields(checkpoint)}))

    @staticmethod
    def follows(was: Checkpoint, checkpoint: Checkpoint) -> bool:
        """Whether this is the save after that one, under the same epoch."""
        return (was.epoch, was.batch) == (checkpoint.epoch, checkpoint.batch - 1)

    async def commit(self) -> None:
        """By majority. Doubt comes in three kinds: it did not happen, it happened, it is still to happen."""
        await self._answer("store.commit.before")
        self._sent = True
        if self._store.fortune.strikes("store.commit.late"):
            asyncio.get_running_loop().call_later(self._store.fortune.delay(), self._late, context=Context())
            raise Doubt("commit: no answer yet")
        await self._store.majority(self._database.apply(self._open))
        await self._store.answer("store.commit.after")

    def _late(self) -> None:
        if self._open.alive:
            self._database.confirm(self._database.apply(self._open))

    def _encoded(self, document: Mapping[str, Any]) -> bytes:
        try:
            content = bson.encode(document)
        except (BSONError, OverflowError, UnicodeError) as error:
            raise self._failed(Unstorable(type(error).__name__)) from error
        if len(content) > self._database.largest:
            raise self._failed(Unstorable(f"{len(content)} bytes"))
        return content

    async def _answer(self, fault: str) -> None:
        await self._store.fortune.pause()
        if not self._open.alive:
            raise Doubt("no such transaction")
        if self._store.fortune.strikes(fault):
            raise self._failed(Doubt(f"{fault}: no answer"))

    def _failed(self, error: Exception) -> Exception:
        self._database.undo(self._open)
        return error


MemoryStore.transactions = MemoryTransaction
