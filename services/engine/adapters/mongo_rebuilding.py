"""What a database says while it is made anew from the topics, and how its documents are put there.

As long as the note stands no worker starts on it: it would take what is not there yet for never said.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase

from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.adapters.mongo_growing import fix_lanes
from services.engine.adapters.mongo_indexes import indexes_of, only_where
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import Stored
from services.engine.core.service import Collection

REBUILDING: Final = "rebuilding"
"""The id of the note in ``installation``."""
Database = AsyncDatabase[dict[str, Any]]
Note = Mapping[str, Any]


def why_stopped(service: str) -> str:
    """Why a worker must not run now, and what to do."""
    return (
        f"the database of {service} is being made anew from the topics: wait for the end of: leaseline rebuild "
        f"{service} (run it again if it was broken off), then start the service"
    )


async def rebuilding(database: Database) -> Note | None:
    """What the note says; None if there is none."""
    return await database[INSTALLATION].find_one({"_id": REBUILDING})


async def note_rebuilding(database: Database, note: Note) -> None:
    """Notes how far it is."""
    await database[INSTALLATION].replace_one({"_id": REBUILDING}, {**note, "_id": REBUILDING}, upsert=True)


async def put_documents(database: Database, collection: str, documents: Sequence[tuple[str, Stored]]) -> None:
    """Puts documents there, whatever a run of before left under their ids."""
    await database[collection].bulk_write(
        [ReplaceOne({"_id": id_}, {**document, "_id": id_}, upsert=True) for id_, document in documents], ordered=False
    )


async def put_checkpoint(database: Database, checkpoint: Checkpoint) -> None:
    """The lane's checkpoint."""
    await database[CHECKPOINTS].replace_one({"_id": checkpoint.lane}, to_document(checkpoint), upsert=True)


async def make_indexes(database: Database, collections: Sequence[Collection]) -> None:
    """Those that a worker would make at its start, where it would keep everybody waiting."""
    for collection in collections:
        for fields in indexes_of(collection):
            keys = [(name, 1) for name in fields]
            await database[collection.name].create_index(keys, partialFilterExpression=only_where(fields))


async def end_rebuilding(database: Database, lanes: int) -> None:
    """It is whole: a worker may start."""
    await fix_lanes(database, lanes)
    await database[INSTALLATION].delete_one({"_id": REBUILDING})
