"""What a service's database says while its installation grows, and the changes of it that `leaseline lanes grow` makes.

Who is fenced off here can save nothing under the former number of lanes, and acquire none.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.adapters.mongo_lanes import CHECKPOINTS, INSTALLATION
from services.engine.core.checkpoint import Checkpoint
from services.engine.core.growing import Growing, new_homes
from services.engine.core.service import Collection

GROWING: Final = "growing"
"""The id of the note in ``installation``."""
PAGE: Final = 1_000
"""Documents that are written at a time."""
Database = AsyncDatabase[dict[str, Any]]


def growing_of(document: Mapping[str, Any] | None) -> Growing | None:
    """What a note says; None if there is none."""
    return None if document is None else Growing(document["before"], document["after"], document["step"])


async def growing(database: Database) -> Growing | None:
    """What the service's note says; None if there is none."""
    return growing_of(await database[INSTALLATION].find_one({"_id": GROWING}))


async def note_growing(database: Database, now: Growing) -> None:
    """Notes that the installation grows, and how far it is."""
    note = {"before": now.before, "after": now.after, "step": now.step}
    await database[INSTALLATION].update_one({"_id": GROWING}, {"$set": note}, upsert=True)


async def remove_note(database: Database) -> None:
    """The service may start again."""
    await database[INSTALLATION].delete_one({"_id": GROWING})


async def fix_lanes(database: Database, lanes: int) -> None:
    """This is the number of lanes from now on."""
    await database[INSTALLATION].update_one({"_id": "lanes"}, {"$set": {"lanes": lanes}}, upsert=True)


async def fence(database: Database, lanes: range, after: int) -> None:
    """Each of these lanes is one of ``after`` from now on, and its owner of before can save nothing more."""
    raised = {"$inc": {"epoch": 1}, "$set": {"lanes": after}}
    writes = [UpdateOne({"_id": lane}, raised, upsert=True) for lane in lanes]
    await database[CHECKPOINTS].bulk_write(writes, ordered=False)


async def take_fence_back(database: Database, now: Growing) -> None:
    """The lanes can be acquired again by who counts as before."""
    await database[CHECKPOINTS].update_many({"lanes": now.after}, {"$set": {"lanes": now.before}})


async def begin_lane(database: Database, checkpoint: Checkpoint) -> None:
    """The checkpoint of a lane that was added, whatever stood there."""
    await database[CHECKPOINTS].replace_one({"_id": checkpoint.lane}, to_document(checkpoint), upsert=True)


async def under_way(database: Database, collections: Sequence[Collection], most: int = 3) -> Sequence[str]:
    """The ids of documents that say that work over all lanes is under way, some of them."""
    found: list[str] = []
    for collection in collections:
        if collection.over_lanes is not None:
            asked = {f"{collection.over_lanes}.0": {"$exists": True}}
            found += [str(each["_id"]) async for each in database[collection.name].find(asked, {"_id": 1}).limit(most)]
    return found


async def move_documents(database: Database, collection: Collection, lanes: int) -> int:
    """Documents that name a lane get the home of their subject among so many lanes, page by page; returns how many
    were moved. Again does no harm. Nobody else may write them meanwhile.
    """
    moved = 0
    async for page in _pages(database, collection, lanes):
        await database[collection.name].bulk_write(page, ordered=False)
        moved += len(page)
    return moved


async def _pages(database: Database, collection: Collection, lanes: int) -> AsyncIterator[list[UpdateOne]]:
    page: list[UpdateOne] = []
    if collection.homes:
        named: dict[str, Any] = {"$or": [{field.name: {"$exists": True}} for field in collection.homes]}
        async for document in database[collection.name].find(named, batch_size=PAGE):
            if homes := new_homes(document, collection.homes, lanes):
                page.append(UpdateOne({"_id": document["_id"]}, {"$set": homes}))
            if len(page) == PAGE:
                yield page
                page = []
    if page:
        yield page
