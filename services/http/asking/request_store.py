"""The requests that came in over HTTP, as they were sent to Kafka: stored first, so that none is lost or done twice.

Only API processes write here (`requests`), only lanes write `answers`: two writers of one document would conflict in
the transaction that decides. Both expire after seven days; what took effect is remembered by its subject for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo import ASCENDING, UpdateMany, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError

from contracts.values.immutable import Immutable
from services.engine.core.answer import ANSWERS, Answered, answer_id
from services.engine.core.document import read_from
from services.engine.core.record import Outgoing
from services.http.asking.intake import Intake
from services.http.kept import OPEN, REQUESTS, make_indexes

DUPLICATE: Final = 11000
"""MongoDB's code for an id that is there already."""

Document = dict[str, Any]


class StoredRequest(Immutable):
    """One request. ``open``: nobody saw an answer of it yet; it was sent last at ``sent_at`` (UTC), or never."""

    id: str
    source: str
    message_id: str
    owner: str
    fingerprint: str
    subject: str
    record: Outgoing
    ignored: tuple[str, ...]
    stale: bool
    created: datetime
    sent_at: datetime | None = None
    open: bool = True

    @property
    def answer(self) -> str:
        """The document in which its lane answers."""
        return answer_id(self.source, self.message_id)


class RequestStore:
    """The requests of one service, and what its lanes answered."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self._requests: AsyncCollection[Document] = database[REQUESTS]
        self._answers: AsyncCollection[Document] = database[ANSWERS]

    async def prepare(self) -> None:
        """Makes the indexes: what is old goes by itself, and what is open is found."""
        await make_indexes(self._database, REQUESTS, ANSWERS)

    async def add(self, request: StoredRequest, due: datetime) -> StoredRequest:
        """Stores it by majority, unless one of this identity is there: then that one is returned. ``due``: when it is
        sent again if nobody answered.
        """
        try:
            await self._requests.insert_one({**document_of(request), "due": due})
        except DuplicateKeyError:
            found = await self.find(request.id)
            if found is None:  # it expired in this very moment
                return await self.add(request, due)
            return found
        return request

    async def add_many(self, requests: Sequence[StoredRequest], due: datetime) -> Sequence[StoredRequest]:
        """The same for many at once, in their order."""
        there: list[str] = []
        try:
            await self._requests.insert_many([{**document_of(each), "due": due} for each in requests], ordered=False)
        except BulkWriteError as error:
            found = error.details.get("writeErrors", ())
            if error.details.get("writeConcernErrors") or any(each["code"] != DUPLICATE for each in found):
                raise
            there = [requests[each["index"]].id for each in found]
        if not there:
            return requests
        before = {each["_id"]: request_from(each) async for each in self._requests.find({"_id": {"$in": there}})}
        repeated = frozenset(there)
        return [
            before[each.id] if each.id in before else await self.add(each, due) if each.id in repeated else each
            for each in requests
        ]

    async def find(self, id: str) -> StoredRequest | None:  # noqa: A002  the request's own word
        """The request of this name."""
        found = await self._requests.find_one({"_id": {"$eq": id}})
        return None if found is None else request_from(found)

    async def answers(self, ids: Sequence[str]) -> Mapping[str, Answered]:
        """What was answered, by the names that ``StoredRequest.answer`` gives; one look-up for all."""
        found = self._answers.find({"_id": {"$in": list(ids)}})
        return {each["_id"]: read_from(each, Answered) async for each in found}

    async def unanswered(self, now: datetime, most: int) -> Sequence[StoredRequest]:
        """Requests that are due to be looked at again."""
        found = self._requests.find({"due": {"$lte": now}}).sort("due", ASCENDING).limit(most)
        return [request_from(each) async for each in found]

    async def count_open(self, most: int) -> int:
        """How many requests are not known to be answered, counted up to this many."""
        return await self._requests.count_documents({"due": {"$exists": True}}, limit=most, hint=OPEN)

    async def count_unanswered(self, most: int) -> int:
        """How many of them were sent again, for nobody had answered in time; counted up to this many."""
        asked = {"due": {"$exists": True}, "sent_at": {"$ne": None}}
        return await self._requests.count_documents(asked, limit=most, hint="open")

    async def note(self, answered: Iterable[str], again: Mapping[str, tuple[datetime, datetime]]) -> None:
        """``answered`` are looked at no more; of the others, when they were sent again and are looked at next."""
        ended = list(answered)
        changes: list[UpdateOne | UpdateMany] = []
        if ended:
            changes.append(UpdateMany({"_id": {"$in": ended}}, {"$unset": {"due": ""}}))
        changes += [
            UpdateOne({"_id": id_, "due": {"$exists": True}}, {"$set": {"sent_at": sent, "due": due}})
            for id_, (sent, due) in again.items()
        ]
        if changes:
            await self._requests.bulk_write(changes, ordered=False)


def document_of(request: StoredRequest) -> Document:
    """A request as it is stored, but for when it is due."""
    fields = {name: getattr(request, name) for name in _PLAIN}
    record = request.record
    return {
        "_id": request.id,
        **fields,
        "ignored": list(request.ignored),
        "topic": record.topic,
        "lane": record.lane,
        "key": record.key,
        "value": record.value,
        "headers": [[name, content] for name, content in record.headers],
    }


_PLAIN: Final = ("source", "message_id", "owner", "fingerprint", "subject", "stale", "created")


def request_from(found: Mapping[str, Any]) -> StoredRequest:
    """A request that was stored."""
    headers = tuple((name, content) for name, content in found["headers"])
    return StoredRequest(
        id=found["_id"],
        **{name: found[name] for name in _PLAIN},
        ignored=tuple(found["ignored"]),
        record=Outgoing(found["topic"], found["lane"], found["key"], found["value"], headers),
        sent_at=found.get("sent_at"),
        open="due" in found,
    )


def stored(intake: Intake, owner: str, created: datetime, *, stale: bool) -> StoredRequest:
    """A request that was just taken in. ``stale``: its expected version came as If-Match."""
    return StoredRequest(
        id=intake.id,
        source=intake.source,
        message_id=intake.message_id,
        owner=owner,
        fingerprint=intake.fingerprint,
        subject=intake.subject,
        record=intake.record,
        ignored=intake.ignored,
        stale=stale,
        created=created,
    )
