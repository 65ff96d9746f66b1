"""What recovery stands on: two transactions on one document conflict at once, and one that a killed worker left open is
ended by ``killSessions`` from elsewhere. Tried in a database of the doctor's own, which is dropped afterwards.
"""

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import pymongo
from bson.binary import UUID_SUBTYPE, Binary
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from operations.doctor.finding import Finding, Level, Symptom, Unexaminable
from operations.doctor.ground import Ground
from services.engine.adapters.mongo_client import Client, connect
from services.engine.adapters.mongo_failures import CONFLICTS

ROOM: Final = "_doctor_"
"""What stands in the name of the database, between the installation's prefix and a number."""
AT_ONCE: Final = 1.0
"""Seconds within which a conflict must be told."""
FREED: Final = 2.0
"""Seconds after the end of a session within which its document must be writable."""
NO_TRANSACTIONS: Final = (20, 263)
"""Codes of a server that has none."""

NONE = Symptom(
    "transactions.none", Level.WRONG, "there are no transactions",
    "documents and checkpoint are saved together or not at all; services do not start",
    "use a replica set of MongoDB that has them",
)  # fmt: skip
LATE = Symptom(
    "transactions.late", Level.WRONG, "two transactions that write one document do not conflict within a second",
    "two lanes that want the same device would wait for one another, and batches with them",
    "look at what lies before MongoDB, and at its load; an offering that lets them wait cannot be used",
)  # fmt: skip
BOTH = Symptom(
    "transactions.both", Level.WRONG, "two transactions write one document, and neither is refused",
    "two orders could get one device", "this is no MongoDB that keeps what it says: use another one",
)  # fmt: skip
NOT_ENDED = Symptom(
    "sessions.not_ended", Level.WRONG, "a transaction that was left open is not ended by `killSessions`",
    "what a killed worker held stays locked for 60 to 90 s, and its lanes wait",
    "give all workers of a service one user name, for ever; M0 and Flex of Atlas lack killSessions: use another one",
)  # fmt: skip
DATABASE_LEFT = Symptom(
    "transactions.left", Level.WARNING, "the database of the doctor's own could not be dropped",
    "each examination would leave one", "drop it; give this user dbAdmin on databases that begin so",
)  # fmt: skip
OF_CONFLICTS: Final = (NONE, LATE, BOTH, DATABASE_LEFT)
OF_SESSIONS: Final = (NOT_ENDED,)
Probed = AsyncCollection[dict[str, object]]


async def conflict_at_once(ground: Ground) -> Sequence[Finding]:
    """Two transactions write one document."""
    client = await ground.client()
    left: list[Finding] = []
    async with (
        _own(client, ground.databases, left) as probed,
        client.start_session() as one,
        client.start_session() as other,
    ):
        try:
            await _write(probed, one)
        except OperationFailure as error:
            if error.code in NO_TRANSACTIONS:
                return [NONE.found("MongoDB has no transactions (a replica set has)")]
            raise
        found = await _conflict(probed, other)
        for session in (one, other):
            if session.in_transaction:
                with suppress(PyMongoError):
                    await session.abort_transaction()
    return [*found, *left]


async def _conflict(probed: Probed, other: AsyncClientSession) -> list[Finding]:
    began = time.monotonic()
    try:
        with pymongo.timeout(3 * AT_ONCE):
            await _write(probed, other)
    except PyMongoError as error:
        seconds = time.monotonic() - began
        if getattr(error, "code", None) not in CONFLICTS and not error.timeout:
            raise
        return [LATE.found(f"the second transaction waited for {seconds:.1f} s")] if seconds > AT_ONCE else []
    return [BOTH.found("the second transaction was not refused")]


async def freed_from_elsewhere(ground: Ground) -> Sequence[Finding]:
    """A transaction is left open, and ended by another client."""
    async with connect(ground.mongo) as elsewhere:
        return await freed(await ground.client(), elsewhere, ground.databases)


async def freed(client: Client, elsewhere: Client, prefix: str) -> list[Finding]:
    """Leaves a transaction open with ``client``, and ends it as ``elsewhere``, as the next owner of a lane does."""
    left: list[Finding] = []
    found: list[Finding] = []
    async with _own(client, prefix, left) as probed, client.start_session() as session:
        await _write(probed, session)
        id_ = Binary(bytes(session.session_id["id"]), UUID_SUBTYPE)
        try:
            await elsewhere.admin.command({"killSessions": [{"id": id_}]})
        except OperationFailure as error:
            found.append(NOT_ENDED.found(f"MongoDB refuses killSessions ({told(error)})"))
        else:
            try:
                with pymongo.timeout(FREED):
                    await elsewhere[probed.database.name][probed.name].update_one({"_id": 1}, {"$set": {"by": "other"}})
            except PyMongoError as error:
                if not error.timeout:
                    raise
                found.append(NOT_ENDED.found(f"killSessions ended nothing: the document was locked {FREED:g} s later"))
        with suppress(PyMongoError):
            await session.abort_transaction()
    return [*found, *left]


def told(error: OperationFailure) -> str:
    """What MongoDB answered, without its sentence: that may quote."""
    name = (error.details or {}).get("codeName", "")
    return f"{name}, code {error.code}" if name else f"code {error.code}"


async def _write(probed: Probed, session: AsyncClientSession) -> None:
    """Begins a transaction that writes the document, as the services' do."""
    await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority"))
    await probed.update_one({"_id": 1}, {"$set": {"by": "one"}}, session=session)


@asynccontextmanager
async def _own(client: Client, prefix: str, left: list[Finding]) -> AsyncIterator[Probed]:
    """A document to write, in a database that is gone afterwards. Raises ``Unexaminable`` if it cannot be had."""
    name = f"{prefix[: 63 - len(ROOM) - 8]}{ROOM}{uuid.uuid4().hex[:8]}"
    probed: Probed = client[name]["probe"]
    try:
        try:
            await probed.insert_one({"_id": 1})
        except OperationFailure as error:
            raise Unexaminable(
                f"MongoDB would not take a document to try it on ({told(error)})",
                f"give this user readWrite and dbAdmin on databases that begin with {prefix}{ROOM}, or on any",
            ) from error
        yield probed
    finally:
        try:
            await client.drop_database(name)
        except PyMongoError as error:
            left.append(DATABASE_LEFT.found(f"still there: {name} ({type(error).__name__})"))
