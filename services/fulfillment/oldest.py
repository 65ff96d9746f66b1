"""Since when the oldest of what waits here does: for whoever is to be told that it waits too long."""

from datetime import datetime

from services.engine.core.document import read_from
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.queries import Database


async def oldest_parked(database: Database, lanes: int) -> datetime | None:
    """Since when (by the broker's time, UTC) the oldest request waits that will be refused if nothing comes; one look
    into an index for each lane. What waits for a held order waits with it, and is not counted here.
    """
    found: list[datetime] = []
    for lane in range(lanes):
        asked = {"lane": {"$eq": lane}, "due": {"$gt": 0}, "parked.0": {"$exists": True}}
        ledger = await database["ledgers"].find_one(asked, {"parked": 1}, sort=[("due", 1)])
        if ledger is not None:
            found += [each.request.recorded for each in read_from(ledger, Ledger).parked]
    return min(found, default=None)
