"""Since when the oldest of what waits here does: for whoever is to be told that it waits too long."""

from datetime import datetime

from services.engine.core.message import EPOCH
from services.orders.documents.findable import MILLISECOND, filter_key, placed_at
from services.orders.queries import Database


async def oldest_held(database: Database, _lanes: int) -> datetime | None:
    """When the oldest order that is on hold was placed; None: none is. One look into the index of rows."""
    held = {"keys": {"$eq": filter_key("hold", "any")}}
    row = await database["findable"].find_one(held, {"_id": 1}, sort=[("_id", 1)])
    return None if row is None else placed_at(str(row["_id"]))


async def oldest_change(database: Database, _lanes: int) -> datetime | None:
    """Since when the oldest change that fulfillment was asked about is open; it reads every line of changes."""
    found = await database["change_lines"].find_one(
        {}, {"open.request.timestamp": 1}, sort=[("open.request.timestamp", 1)]
    )
    return None if found is None else EPOCH + int(found["open"]["request"]["timestamp"]) * MILLISECOND


async def oldest_parked(database: Database, _lanes: int) -> datetime | None:
    """Since when the oldest request waits for its order, or a submission for the catalog."""
    found = await database["awaited_orders"].find_one(
        {"parked.0": {"$exists": True}}, {"parked.timestamp": 1}, sort=[("parked.timestamp", 1)]
    )
    if found is None:
        return None
    return EPOCH + min(int(each["timestamp"]) for each in found["parked"]) * MILLISECOND
