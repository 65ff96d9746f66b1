"""Rows and tallies for orders that were placed before there were any: made beside running services.

A service writes of a row what becomes another one, and nothing where there is no row. So a row that is made here is
compared with its order afterwards, and replaced only where nobody wrote to it meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, get_args

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from contracts.messages.order import Status
from contracts.values.immutable import Immutable
from services.engine.core.document import read_from
from services.orders.documents.findable import ROWS, row_id
from services.orders.documents.order import PlacedOrder

Database = AsyncDatabase[dict[str, Any]]
AT_ONCE: Final = 500
BEFORE: Final = "before"
"""The tally of what no lane has counted; nobody else writes it."""


class Indexed(Immutable):
    """How many orders there are, and how many of them had no row."""

    orders: int
    made: int


async def index_orders(database: Database, told: Callable[[int], None] = lambda _orders: None) -> Indexed:
    """Makes what is missing; ``told`` hears how many orders were looked at. A second time it finds nothing to do."""
    orders = made = 0
    page: list[PlacedOrder] = []
    async for stored in database["orders"].find({}, batch_size=AT_ONCE).sort("_id", 1):
        page.append(read_from(stored, PlacedOrder))
        if len(page) == AT_ONCE:
            made += await _make_rows(database, page)
            orders, page = orders + len(page), []
            told(orders)
    made += await _make_rows(database, page)
    await _count_the_rest(database)
    return Indexed(orders + len(page), made)


async def _make_rows(database: Database, orders: Sequence[PlacedOrder]) -> int:
    ids = [row_id(order) for order in orders]
    there = {row["_id"] async for row in database["findable"].find({"_id": {"$in": ids}}, {"_id": 1})}
    missing = [order for id_, order in zip(ids, orders, strict=True) if id_ not in there]
    for order in missing:
        await make_row(database, order)
    return len(missing)


async def make_row(database: Database, order: PlacedOrder) -> None:
    """The row of an order that has none, whatever becomes of the order meanwhile."""
    rows = database["findable"]
    with suppress(DuplicateKeyError):  # another one made it; what it lacks is mended here as well
        await rows.insert_one(_row(order))
    while True:
        row = await rows.find_one({"_id": row_id(order)})
        stored = await database["orders"].find_one({"_id": order.order_id})
        if row is None or stored is None:
            return
        now = _row(read_from(stored, PlacedOrder))
        if row == now:
            return
        await rows.replace_one(row, now)  # nothing, if a service wrote to the row since it was read


def _row(order: PlacedOrder) -> dict[str, Any]:
    return {"_id": row_id(order), **ROWS.row(order)}


async def _count_the_rest(database: Database) -> None:
    """What all orders are by status and the lanes have not counted, on one snapshot: lanes count on from there."""
    statuses: tuple[Status, ...] = get_args(Status)
    async with (
        database.client.start_session() as session,
        await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority")),
    ):
        every = await database["orders"].aggregate(
            [
                {"$match": {"test": {"$ne": True}}},
                {"$group": {"_id": {"$ifNull": ["$status", "pending"]}, "orders": {"$sum": 1}}},
            ],
            session=session,
        )
        numbers: Mapping[str, int] = {row["_id"]: row["orders"] async for row in every}
        counted = await database["tallies"].find({"_id": {"$ne": BEFORE}}, session=session).to_list()
        rest: dict[str, int] = {s: numbers.get(s, 0) - sum(tally.get(s, 0) for tally in counted) for s in statuses}
        await database["tallies"].replace_one({"_id": BEFORE}, rest, upsert=True, session=session)
