"""Orders of before are made findable, whatever a service does meanwhile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import MongoClient

from operations.jobs.indexing import Indexed, index_orders, make_row
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.document import read_from, replace, stored_form
from services.orders.documents.findable import ROWS, row_id
from services.orders.documents.order import PlacedOrder
from services.orders.search import Count, Database, Page, Wanted, count_by_status, search
from services.orders.service import orders
from tests.orders.shop import open_shop, order, progressed
from tests.scene import Scene


@pytest.fixture
def shop() -> Scene:
    """Three orders, one of them a test, one with all its units taken."""
    shop = open_shop()
    for number in (1, 2):
        shop.hears(order(id=f"o-{number}"))
    shop.hears(order(id="o-3", test=True))
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    return shop


@pytest.fixture
async def kept(mongo: str, database: str, shop: Scene) -> AsyncIterator[Database]:
    """The same as an older version kept them: without rows and tallies, but those of one order."""
    store = MongoStore(mongo, database, orders())
    await store.prepare(4)
    await store.close()
    newest = row_id(shop.document(PlacedOrder, "o-2"))
    for name, id_ in list(shop.documents):
        if name == "tallies" or (name == "findable" and id_ != newest):
            del shop.documents[name, id_]
    with MongoClient[dict[str, Any]](mongo) as client:
        shop.keep_in(client[database])
    async with connect(mongo) as client:
        yield client[database]


async def found(database: Database, wanted: Wanted) -> list[str]:
    page = await search(database, wanted)
    assert isinstance(page, Page)
    return sorted(each.order_id for each in page.orders)


async def test_every_order_is_found_and_counted_afterwards(kept: Database) -> None:
    assert await found(kept, Wanted(text="lovelace")) == ["o-2"]
    assert await index_orders(kept) == Indexed(orders=3, made=2)
    assert await found(kept, Wanted(text="lovelace")) == ["o-1", "o-2", "o-3"]
    assert await found(kept, Wanted(status="fulfilled")) == ["o-1"]
    counts = await count_by_status(kept, Wanted())
    assert (counts["pending"], counts["fulfilled"]) == (Count(1), Count(1))


async def test_a_second_time_there_is_nothing_to_do(kept: Database) -> None:
    await index_orders(kept)
    await kept["tallies"].insert_one({"_id": "0", "pending": -1, "fulfilled": 1})  # a lane counts on from there
    assert await count_by_status(kept, Wanted()) != {}
    assert await index_orders(kept) == Indexed(orders=3, made=0)


async def test_a_row_is_that_of_the_order_as_it_is_though_it_changed_while_it_was_made(
    kept: Database, shop: Scene
) -> None:
    before = shop.document(PlacedOrder, "o-1")
    after = replace(before, status="cancelled", customer=replace(before.customer, last_name="Byron"))
    await kept["orders"].replace_one({"_id": "o-1"}, dict(stored_form(after)))
    await make_row(kept, before)
    assert await kept["findable"].find_one({"_id": row_id(after)}) == {"_id": row_id(after), **ROWS.row(after)}


async def test_a_row_that_a_service_wrote_to_in_part_is_made_whole(kept: Database, shop: Scene) -> None:
    before = shop.document(PlacedOrder, "o-1")
    after = replace(before, status="cancelled", customer=replace(before.customer, last_name="Byron"))
    await kept["orders"].replace_one({"_id": "o-1"}, dict(stored_form(after)))
    mixed = {"_id": row_id(before), **ROWS.row(before), "status": "cancelled"}
    await kept["findable"].insert_one(mixed)
    await make_row(kept, before)
    row = await kept["findable"].find_one({"_id": row_id(after)})
    assert row == {"_id": row_id(after), **ROWS.row(after)}
    stored = await kept["orders"].find_one({"_id": "o-1"})
    assert stored is not None
    assert read_from(stored, PlacedOrder).status == "cancelled"
