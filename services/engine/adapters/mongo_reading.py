"""A look at a service's database that cannot write: a transaction that is never committed, on one snapshot.

It asks by PyMongo's asynchronous client, so that commands and HTTP sides need no store of a worker's.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import bson
from bson.errors import InvalidDocument
from pymongo import ReadPreference
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern

from services.engine.adapters.mongo_checkpoint import from_document
from services.engine.adapters.mongo_lanes import CHECKPOINTS
from services.engine.adapters.mongo_pages import asked_of
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.service import Key, Page
from services.engine.core.unit_of_work import Write

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a document, as MongoDB has it."""

Database = AsyncDatabase[dict[str, Any]]


class MongoReadings:
    """Of one service's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["MongoReading"]:
        """All that is read in it is of one moment. It locks nothing: whoever writes meanwhile does not notice.

        Raises PyMongo's errors.
        """
        async with self._database.client.start_session(causal_consistency=False) as session:
            await session.start_transaction(
                read_concern=ReadConcern("snapshot"), read_preference=ReadPreference.PRIMARY
            )
            try:
                yield MongoReading(self._database, session)
            finally:
                if session.in_transaction:
                    await session.abort_transaction()


class MongoReading:
    """What can be asked in it."""

    def __init__(self, database: Database, session: AsyncClientSession) -> None:
        self._database = database
        self._session = session

    async def checkpoint(self, lane: int) -> Checkpoint | None:
        """The lane's checkpoint."""
        found = await self._database[CHECKPOINTS].find_one({"_id": lane}, session=self._session)
        return None if found is None else from_document(found)

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        """One find for each collection."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for collection, id_ in keys:
            wanted[collection].append(id_)
        found: dict[Key, Stored] = {}
        for collection, ids in wanted.items():
            async for document in self._database[collection].find({"_id": {"$in": ids}}, session=self._session):
                found[collection, document["_id"]] = document
        return found

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        """One page, by id."""
        cursor = self._database[collection].find(asked_of(page), session=self._session)
        return [(document["_id"], document) async for document in cursor.sort("_id", 1).limit(page.limit)]

    def holds(self, write: Write, stored: Stored | None) -> bool:
        """Whether it can be put into BSON, and is not too large for a document."""
        if write.fields is None or write.add:
            return True
        try:
            return len(bson.encode({"_id": write.id, **write.onto(stored or {})})) <= LARGEST
        except (InvalidDocument, OverflowError, UnicodeError):
            return False
