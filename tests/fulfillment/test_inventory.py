import asyncio
from typing import Any

from pymongo import MongoClient

from services.engine.adapters.mongo_client import connect
from services.fulfillment.queries import count_stocks
from services.fulfillment.rules.stock import Stock, stocks
from tests.fulfillment.lives import arrived, cancel, correct, give_back, reverse, set_state, swap_device
from tests.fulfillment.orders_known import item, placed, scan, scene
from tests.scene import NOON, Scene


def workshop() -> Scene:
    """Laptops in every state, bikes that nobody has, a test order, a held one, a cancelled one."""
    stage = scene()
    for serial in ("L1", "L2", "L3", "L4", "L5", "L6"):
        stage.hears(arrived(serial))
    stage.hears(placed(item("1", quantity=9), item("2", "BIKE", quantity=2)))
    stage.hears(scan("L1", "L2", "L3", "L4"))
    stage.hears(cancel("o-1/2"))
    stage.hears(cancel("o-1/3"))
    stage.hears(give_back("o-1/3"))
    stage.hears(swap_device("L5", "o-1/4"))
    stage.hears(placed(item(quantity=5), order_id="t-1", test=True))
    stage.hears(scan("T1", order_id="t-1"))
    stage.hears(placed(item("1", "CHAIR", quantity=5, price=None), order_id="h-1", held=True))
    stage.hears(placed(item("1", "CHAIR", quantity=5), order_id="c-1", cancelled=NOON))
    return stage


def counted(stage: Scene, database: str, mongo: str) -> tuple[Stock, ...]:
    async def read() -> tuple[Stock, ...]:
        async with connect(mongo) as client:
            return await count_stocks(client[database])

    with MongoClient[dict[str, Any]](mongo) as client:
        stage.keep_in(client[database])
    return asyncio.run(read())


def test_stock_and_backorder_are_counted_where_the_documents_are(database: str, mongo: str) -> None:
    found = counted(workshop(), database, mongo)
    assert found == (
        Stock("BIKE", open_units=2),
        Stock("LAPTOP", available=1, in_use=2, ended=1, returned=1, unavailable=1, open_units=5),
    )
    assert [row.backorder for row in found] == [2, 3]


def test_a_serial_that_was_only_ever_mistyped_is_no_stock_and_a_device_that_came_back_before_is(
    database: str, mongo: str
) -> None:
    stage = scene()
    stage.hears(placed(item(quantity=2)))
    stage.hears(scan("TYPO", "L1"))
    stage.hears(correct("L2", "o-1/1"))
    stage.hears(cancel("o-1/2"))
    stage.hears(give_back("o-1/2"))
    stage.hears(placed(order_id="o-2"))
    stage.hears(scan("L1", order_id="o-2"))
    stage.hears(reverse("o-2/1"))
    assert counted(stage, database, mongo) == (Stock("LAPTOP", available=1, in_use=1, open_units=1),)


def test_a_device_that_is_withheld_is_counted_by_the_state_that_people_see(database: str, mongo: str) -> None:
    stage = workshop()
    stage.hears(set_state("L6", "lost"))
    stage.hears(set_state("L1", "stolen"))
    stage.hears(give_back("o-1/2", condition="damaged"))
    found = counted(stage, database, mongo)
    assert found[1] == Stock("LAPTOP", in_use=1, returned=1, unavailable=2, lost=1, stolen=1, open_units=5)


def test_a_sku_that_is_only_in_stock_has_its_row_too() -> None:
    rows = [{"_id": {"sku": "DESK", "state": "returned"}, "count": 3}]
    assert stocks(rows, [{"_id": "SOFA", "open": 1}]) == (Stock("DESK", returned=3), Stock("SOFA", open_units=1))
    assert Stock("DESK", returned=3, open_units=2).backorder == 0
