"""What a service's database says about its lanes, for commands: their number, and how far each was read.

The two changes that an operator may ask for are here too. The owner of a lane writes through ``MongoStore`` only.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo.asynchronous.database import AsyncDatabase

from services.engine.adapters.mongo_checkpoint import from_document, passing_field, position_fields
from services.engine.core.checkpoint import Checkpoint

CHECKPOINTS: Final = "checkpoints"
"""The collection with a document for each lane."""
INSTALLATION: Final = "installation"
"""The collection with what was fixed at the first start."""

Database = AsyncDatabase[dict[str, Any]]


async def fixed_lanes(database: Database) -> int | None:
    """The number of lanes that was fixed at the service's first start; None before it."""
    found = await database[INSTALLATION].find_one({"_id": "lanes"})
    return None if found is None else int(found["lanes"])


async def checkpoints(database: Database) -> Sequence[Checkpoint]:
    """The checkpoint of every lane that was ever acquired."""
    return [from_document(document) async for document in database[CHECKPOINTS].find()]


async def note_passing(database: Database, lane: int, passing: Mapping[str, tuple[int, int]]) -> None:
    """Notes up to where what cannot be decided passes, as (incarnation, offset) by topic: read when the lane is
    acquired.
    """
    await database[CHECKPOINTS].update_one({"_id": lane}, {"$set": passing_field(passing)})


async def set_positions(database: Database, was: Checkpoint, now: Checkpoint) -> bool:
    """Stores how far ``now`` was read, under its epoch; False if the lane was saved or acquired since ``was``."""
    unchanged = {"_id": was.lane, "epoch": was.epoch, "batch": was.batch}
    changed = await database[CHECKPOINTS].update_one(unchanged, {"$set": {"epoch": now.epoch, **position_fields(now)}})
    return changed.matched_count == 1
