"""One service without broker or database: tell it a message, see what it says and keeps.

The scene plays the engine's part for pure decisions: it loads, decides, applies, and hears what the service says to
itself. Nothing in here proves anything about offsets, transactions or faults; the engine's own tests do that.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pymongo.database import Database

from contracts.wire.encoding import encoded
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Body, Kind
from services.engine.core.document import Document, read_from, stored_form
from services.engine.core.message import Message, Origin, message_time
from services.engine.core.service import Decision, Emit, Key, LaneClock, NotLoaded, Page, Service
from services.engine.core.unit_of_work import BatchUnitOfWork, Write, matches

D = TypeVar("D", bound=Document)
B = TypeVar("B", bound=Body)
NOON = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)


@dataclass
class Scene:
    """A service with its documents in memory, all in one lane. ``said`` is everything it said so far."""

    service: Service
    documents: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    said: list[Emit] = field(default_factory=list)
    clock: LaneClock = field(default_factory=LaneClock)
    offset: int = 0

    def hears(
        self,
        body: Body | dict[str, Any],
        *,
        kind: type[Body] | None = None,
        id: str | None = None,  # noqa: A002  the CloudEvents attribute's name
        source: str = "shop",
        time: datetime | None = NOON,
        recorded: datetime | None = None,
    ) -> list[Body]:
        """Lets the service decide a message; returns the bodies it said, those after hearing itself included.

        ``body`` may be raw data with ``kind`` naming its type, to send what breaks a rule.
        """
        self.offset += 1
        recorded = recorded or (time or NOON) + timedelta(seconds=1)
        model = type(body) if isinstance(body, Body) else kind
        assert model is not None
        message = self._message(model, body, id or f"m{self.offset}", source, time, recorded)
        return self._decide(message)

    def keep_in(self, database: Database[dict[str, Any]]) -> None:
        """Writes its documents as the service's own database has them."""
        for (collection, id_), stored in self.documents.items():
            database[collection].insert_one({"_id": id_, **stored})

    def _message(
        self,
        model: type[Body],
        body: Body | dict[str, Any],
        id_: str,
        source: str,
        time: datetime | None,
        recorded: datetime,
    ) -> Message:
        if isinstance(body, Body):
            value = encoded(body, id=id_, source=source, time=time or recorded)
        else:
            envelope = {"specversion": "1.0", "type": model.type_name(), "source": source, "id": id_, "data": body}
            value = json.dumps(envelope).encode()
        read = opened(value, (), {model.type_name(): model})
        assert isinstance(read, Opened), read
        subjects = read.body.subjects() if read.body is not None else model.subjects_of(read.data or {})
        at, suspect = message_time(time, recorded)
        origin = Origin(model.topic, 0, 0, self.offset, int(recorded.timestamp() * 1000))
        return Message(
            model, read.body, read.refusals, read.data, source, id_, at, recorded, suspect, subjects, 0, origin
        )

    def _decide(self, message: Message) -> list[Body]:
        work = BatchUnitOfWork(1, self.service.collections, {0: self.clock}, self.service.followers)
        self._load(work, *work.lacks(self.service.prefetch(message)))
        self._load(work, *work.lacks(self.service.prefetch_related(message, work)))
        emits = list(self._one(work, message).emits)
        emits += self.batch_end_kinds(work, message)
        self.clock = work.clock(0)
        self.said += emits
        bodies = [say.body for say in emits]
        known = self.service.known()
        for say in emits:
            if say.body.kind is Kind.INTERNAL and say.body.type_name() in known:
                self.offset += 1
                inner = self._message(
                    type(say.body), say.body, f"i{self.offset}", self.service.name, message.time, message.recorded
                )
                bodies += self._decide(inner)
        return bodies

    def _one(self, work: BatchUnitOfWork, message: Message) -> Decision:
        while True:
            try:
                decision = self.service.decide(message, work)
                work.apply(decision, 0)
            except NotLoaded as missing:
                self._load(work, *work.lacks(missing.wants))
            else:
                return decision

    def _load(self, work: BatchUnitOfWork, keys: tuple[Key, ...], pages: tuple[tuple[str, Page[Any]], ...]) -> None:
        work.put_loaded(keys, {key: self.documents[key] for key in keys if key in self.documents})
        for collection, page in pages:
            found = sorted(
                (id_, stored)
                for (name, id_), stored in self.documents.items()
                if name == collection and matches(page, id_, stored)
            )
            work.put_page(page, found[: page.limit])

    def batch_end_kinds(self, work: BatchUnitOfWork, message: Message) -> list[Emit]:
        """Ends a batch: what is said once for each document, ``message`` being the last; then writes what changed."""
        emits: list[Emit] = []
        for change in work.changed():
            concluding = self.service.on_batch_end(message, change, work)
            work.apply(concluding, 0)
            emits += concluding.emits
        for write in work.writes():
            self._write(write)
        return emits

    def _write(self, write: Write) -> None:
        key = (write.collection, write.id)
        if write.fields is None:
            self.documents.pop(key, None)
        else:
            self.documents[key] = write.onto(self.documents.get(key, {}))

    def document(self, kind: type[D], id_: str) -> D:
        """A stored document; fails the test if it is not there."""
        name = next(c.name for c in self.service.collections if c.kind is kind)
        return read_from(self.documents[name, id_], kind)

    def all_of(self, kind: type[D]) -> dict[str, D]:
        """The stored documents of a kind, by id."""
        found = next(c.name for c in self.service.collections if c.kind is kind)
        return {id_: self.document(kind, id_) for name, id_ in self.documents if name == found}

    def keep(self, kind: type[Document], id_: str, document: Document) -> None:
        """Puts a document there, as given."""
        name = next(c.name for c in self.service.collections if c.kind is kind)
        self.documents[name, id_] = stored_form(document)


def only(bodies: list[Body], kind: type[B]) -> B:
    """The one body of this kind; fails the test if there is none or more than one."""
    found = [b for b in bodies if isinstance(b, kind)]
    assert len(found) == 1, f"{len(found)} of {kind.__name__} in {[type(b).__name__ for b in bodies]}"
    return found[0]
