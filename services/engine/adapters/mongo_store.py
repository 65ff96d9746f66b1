"""The store on MongoDB: one snapshot transaction a batch, checkpoints under their epoch, everything by majority.

Motor stays behind this file, with the part of its interface that PyMongo's asynchronous client shares.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from bson.binary import UUID_SUBTYPE, Binary
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorDatabase
from pymongo import DeleteOne, InsertOne, ReadPreference, ReturnDocument, UpdateOne
from pymongo.errors import CollectionInvalid, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.engine.adapters.mongo_address import weakness
from services.engine.adapters.mongo_checkpoint import from_document, saved_fields
from services.engine.adapters.mongo_failures import failures_named
from services.engine.adapters.mongo_growing import GROWING, growing_of
from services.engine.adapters.mongo_indexes import indexes_of, name_of, only_where, replaced
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION
from services.engine.adapters.mongo_pages import asked_of
from services.engine.adapters.mongo_rebuilding import REBUILDING, why_stopped
from services.engine.core.answer import ANSWERS
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.faults import Doubt, Fenced, Stop
from services.engine.core.growing import MOVING, Growing, another_number
from services.engine.core.marks import MARKS
from services.engine.core.service import Collection, Key, Page, Service
from services.engine.core.unit_of_work import Write

if TYPE_CHECKING:
    Client = AsyncIOMotorClient[dict[str, Any]]
    Database = AsyncIOMotorDatabase[dict[str, Any]]
else:  # generic for the type checker only
    Client, Database = AsyncIOMotorClient, AsyncIOMotorDatabase


class _Heartbeats(ServerHeartbeatListener):
    """Notices a server that is away though nobody asks it for anything."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """It is asked."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """It answers."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """It does not."""
        self._complain(f"{event.connection_id[0]}:{event.connection_id[1]}: {type(event.reply).__name__}")


class MongoStore:
    """One service's database. ``prepare`` before anything else."""

    def __init__(
        self, uri: str, name: str, service: Service, complain: Callable[[str], None] = lambda _why: None
    ) -> None:
        """``complain`` is told, on any thread, when a server does not answer. Raises ``Stop`` if the address asks for
        less than the primary and a majority.
        """
        if (weak := weakness(uri)) is not None:
            raise Stop(weak)
        self._uri = uri
        self._client: Client = Client(
            uri,
            tz_aware=True,
            w="majority",
            readPreference="primary",
            serverSelectionTimeoutMS=5_000,
            socketTimeoutMS=20_000,
            appname=service.name,
            event_listeners=[_Heartbeats(complain)],
        )
        self._database: Database = self._client.get_database(
            name,
            read_preference=ReadPreference.PRIMARY,
            read_concern=ReadConcern("majority"),
            write_concern=WriteConcern("majority"),
        )
        self._service = service
        self._session: AsyncIOMotorClientSession | None = None
        self._lanes = 0

    @property
    def session(self) -> bytes | None:
        """The id of the session that this store writes under."""
        return None if self._session is None else bytes(self._session.session_id["id"])  # type: ignore[index]  # a property, whatever its stub says

    async def renew(self) -> None:
        """Takes a new session."""
        old, self._session = self._session, None
        with failures_named():
            fresh = await self._client.start_session(causal_consistency=False)
            fresh.session_id  # noqa: B018  takes its id before the old one gives its back: it would get the very same
        if old is not None:
            with suppress(PyMongoError):  # it is given up either way; whoever acquires ends it by its id
                await old.end_session()
        self._session = fresh

    async def close(self) -> None:
        """Ends the session and the connections."""
        if self._session is not None:
            await self._session.end_session()
        self._client.close()

    async def agree(self, lanes: int) -> Growing | None:
        """Whether the installation is about to grow from this number of lanes; before the first start no number is
        fixed. Raises ``Stop`` if it has another number, also while lanes are moved to one or the database is made anew,
        and ``Doubt``. The note is read first: it goes when the number is changed already.
        """
        growing = await self.growing()
        if growing is not None and growing.step == MOVING:
            raise Stop(growing.why_stopped)
        with failures_named():
            if await self._database[INSTALLATION].find_one({"_id": REBUILDING}) is not None:
                raise Stop(why_stopped(self._service.name))
            stored = await self._database[INSTALLATION].find_one({"_id": "lanes"})
        if stored is not None and stored["lanes"] != lanes:
            raise Stop(
                f"this installation of {self._service.name} has {stored['lanes']} lanes, the setting says {lanes}: the "
                f"number is fixed at the first start. Set LEASELINE_LANES={stored['lanes']}"
            )
        return growing

    async def growing(self) -> Growing | None:
        """Whether the installation is on its way to more lanes. Raises ``Doubt``."""
        with failures_named():
            return growing_of(await self._database[INSTALLATION].find_one({"_id": GROWING}))

    async def prepare(self, lanes: int) -> None:
        """Creates collections and indexes and fixes the number of lanes for ever, if nobody did before. Raises ``Stop``
        if it is another one, or if the server is no replica set.
        """
        with failures_named():
            hello = await self._client.admin.command("hello")
            if not hello.get("setName"):
                raise Stop(
                    "this MongoDB is no member of a replica set, and transactions need one: start mongod with "
                    "--replSet and run rs.initiate(), or let leaseline start the servers (leaseline servers start)"
                )
            there = set(await self._database.list_collection_names())
            for name in (CHECKPOINTS, INSTALLATION, MARKS, ANSWERS, *(c.name for c in self._service.collections)):
                if name not in there:
                    await self._create(name)
            for collection in self._service.collections:
                await self._index(collection)
            await self._database[INSTALLATION].update_one(
                {"_id": "lanes"}, {"$setOnInsert": {"lanes": lanes}}, upsert=True
            )
        await self.agree(lanes)
        self._lanes = lanes
        await self.renew()

    async def _index(self, collection: Collection) -> None:
        # Looked up first: to drop an index waits for what a killed worker left open, also where there is none.
        there = set(await self._database[collection.name].index_information())
        for fields in indexes_of(collection):
            if name_of(fields) not in there:
                await self._database[collection.name].create_index(
                    [(field, 1) for field in fields], partialFilterExpression=only_where(fields)
                )
        for name in there.intersection(replaced(collection)):  # only now: pages are read by them until then
            try:
                await self._database[collection.name].drop_index(name)
            except OperationFailure as error:
                if error.code != 27:  # it is gone already
                    raise

    async def _create(self, name: str) -> None:
        try:
            await self._database.create_collection(name)
        except CollectionInvalid:  # another worker was faster, the driver has noticed
            pass
        except OperationFailure as error:
            if error.code != 48:  # or the server
                raise

    async def ping(self) -> None:
        """Whether there is a primary that answers within some seconds. Raises ``Doubt``."""
        client: Client = Client(
            self._uri, serverSelectionTimeoutMS=2_000, socketTimeoutMS=2_000, connectTimeoutMS=2_000
        )
        try:
            with failures_named():
                await client.admin.command("ping")
        finally:
            client.close()

    async def read(self, lane: int) -> Checkpoint | None:
        """The lane's checkpoint."""
        with failures_named():
            found = await self._database[CHECKPOINTS].find_one({"_id": lane})
        return None if found is None else from_document(found)

    async def end_session(self, session: bytes) -> None:
        """Ends a former owner's session: a killed process would keep its documents locked for over a minute."""
        with failures_named():
            await self._client.admin.command({"killSessions": [{"id": Binary(session, UUID_SUBTYPE)}]})

    async def acquire(self, lane: int) -> Checkpoint:
        """Raises the epoch, unless the lane is one of another number."""
        if self.session is None:  # while it is renewed: a lane without a session could not be freed by its successor
            raise Doubt("the store has no session")
        session = Binary(self.session, UUID_SUBTYPE)
        with failures_named():
            try:
                found = await self._database[CHECKPOINTS].find_one_and_update(
                    {"_id": lane, "lanes": {"$in": [None, self._lanes]}},
                    {"$inc": {"epoch": 1}, "$set": {"session": session, "lanes": self._lanes}},
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:  # it is there, and one of another number; or was made by somebody just now
                there = await self.read(lane)
                if there is not None and there.lanes not in (None, self._lanes):
                    raise Stop(another_number(self._service.name, lane, there.lanes or 0, self._lanes)) from None
                raise
            if "incarnations" not in found:
                found["incarnations"] = await self._begun(found)
        return from_document(found)

    async def _begun(self, new: Stored) -> list[Any]:
        """A lane that was never saved begins under the incarnations of the others: a reset, or more lanes, may have
        come before it.
        """
        checkpoints = self._database[CHECKPOINTS]
        other = await checkpoints.find_one({"incarnations.0": {"$exists": True}}, {"incarnations": 1})
        incarnations: list[Any] = [] if other is None else other["incarnations"]
        if incarnations:
            mine = {"_id": new["_id"], "epoch": new["epoch"]}
            await checkpoints.update_one(mine, {"$set": {"incarnations": incarnations}})
        return incarnations

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["MongoTransaction"]:
        """A transaction on one snapshot."""
        if self._session is None:
            raise Doubt("the store has no session")
        session = self._session
        with failures_named():
            session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern("majority"),
                read_preference=ReadPreference.PRIMARY,
            )
        try:
            yield MongoTransaction(self._database, session)
        finally:
            if session.in_transaction:  # type: ignore[truthy-function]  # a property too
                try:
                    await session.abort_transaction()
                except PyMongoError as error:
                    raise Doubt(f"abort: {type(error).__name__}") from error


class MongoTransaction:
    """What happens between start and commit."""

    def __init__(self, database: Database, session: AsyncIOMotorClientSession) -> None:
        self._database = database
        self._session = session

    async def load(self, keys: Sequence[Key]) -> Mapping[Key, Stored]:
        """One find for each collection."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for collection, id_ in keys:
            wanted[collection].append(id_)
        found: dict[Key, Stored] = {}
        for collection, ids in wanted.items():
            with failures_named(before_commit=True):
                cursor = self._database[collection].find(
                    {"_id": {"$in": ids}}, session=self._session, batch_size=len(ids) + 1
                )
                for document in await cursor.to_list(None):
                    found[collection, document["_id"]] = document
        return found

    async def page(self, collection: str, page: Page[Any]) -> Sequence[tuple[str, Stored]]:
        """One page, by id."""
        with failures_named(before_commit=True):
            cursor = self._database[collection].find(asked_of(page), session=self._session, batch_size=page.limit + 1)
            found = await cursor.sort("_id", 1).limit(page.limit).to_list(None)
        return [(document["_id"], document) for document in found]

    async def save(self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint]) -> None:
        """One bulk write for each collection, the checkpoints last."""
        by_collection: dict[str, list[Any]] = defaultdict(list)
        for write in writes:
            by_collection[write.collection].append(_operation(write))
        for collection, operations in by_collection.items():
            with failures_named(before_commit=True):
                await self._database[collection].bulk_write(operations, ordered=False, session=self._session)
        with failures_named(before_commit=True):
            result = await self._database[CHECKPOINTS].bulk_write(
                [
                    UpdateOne(
                        {"_id": c.lane, "epoch": c.epoch, "batch": c.batch - 1 or {"$in": [0, None]}},
                        {"$set": saved_fields(c)},
                    )
                    for c in checkpoints
                ],
                ordered=False,
                session=self._session,
            )
        if result.matched_count != len(checkpoints):
            raise Fenced("a lane was acquired by somebody else")

    async def commit(self) -> None:
        """By majority; every failure of a commit is doubt."""
        try:
            await self._session.commit_transaction()
        except PyMongoError as error:
            raise Doubt(f"commit: {type(error).__name__} {getattr(error, 'code', '')}") from error


def _operation(write: Write) -> InsertOne[Any] | UpdateOne | DeleteOne:
    """Only what changed is written, fields and elements: a count that moves must not rewrite an order."""
    if write.fields is None:
        return DeleteOne({"_id": write.id})
    if write.new:
        return InsertOne({"_id": write.id, **write.fields})
    update: dict[str, Any] = {"$set": write.fields} if write.fields else {}
    if write.gone:
        update["$unset"] = dict.fromkeys(write.gone, "")
    if write.add:
        update["$inc"] = write.add
    return UpdateOne({"_id": write.id}, update, upsert=bool(write.add))
