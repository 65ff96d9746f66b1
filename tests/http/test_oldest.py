"""Since when the oldest of what waits does, as real documents in a real database tell it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.engine.adapters.mongo_client import connect
from services.engine.core.document import Document, replace, stored_form
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.http import SIDE as FULFILLMENT
from services.fulfillment.queries import Database
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.findable import EPOCH, MILLISECOND, Findable, moment_of
from services.orders.http import SIDE as ORDERS
from tests.stored.filling import filled

LANES = 4
THEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = THEN + timedelta(hours=3)


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def awaited(*times: datetime) -> AwaitedOrder:
    whole = filled(AwaitedOrder)
    parked = tuple(replace(whole.parked[0], timestamp=milliseconds(at)) for at in times)
    found: AwaitedOrder = replace(whole, parked=parked)
    return found


def ledger(lane: int, due: int, *times: datetime) -> Ledger:
    whole = filled(Ledger)
    parked = tuple(
        replace(each, scan=replace(each.scan, recorded=at), wish=None) for at in times for each in whole.parked
    )
    found: Ledger = replace(whole, parked=parked, lane=lane, due=due)
    return found


def line(at: datetime) -> ChangeLine:
    whole = filled(ChangeLine)
    request = replace(whole.open.request, timestamp=milliseconds(at))
    found: ChangeLine = replace(whole, open=replace(whole.open, request=request))
    return found


async def found_in(mongo: str, database: str, name: str, kept: Mapping[str, Mapping[str, Document]], side: Any) -> Any:
    client = connect(mongo)
    try:
        here: Database = client[database]
        for collection, documents in kept.items():
            await here[collection].insert_many(
                [{"_id": id_, **stored_form(document)} for id_, document in documents.items()]
            )
        return await side.oldest[name](here, LANES)
    finally:
        await client.close()


@pytest.mark.parametrize("name", sorted(ORDERS.oldest))
async def test_nothing_is_old_where_nothing_waits(mongo: str, database: str, name: str) -> None:
    kept = {"awaited_orders": {"remembered": awaited()}, "findable": {f"{moment_of(THEN)}x": filled(Findable)}}
    assert await found_in(mongo, database, name, kept, ORDERS) is None


async def test_the_oldest_order_on_hold_is_found_by_its_row(mongo: str, database: str) -> None:
    held = replace(filled(Findable), keys=("=hold:any", "=hold:price_mismatch"))
    rows = {
        f"{moment_of(THEN - timedelta(days=9))}a": filled(Findable),
        f"{moment_of(LATER)}b": held,
        f"{moment_of(THEN)}c": held,
    }
    assert await found_in(mongo, database, "held_order", {"findable": rows}, ORDERS) == THEN


async def test_the_oldest_open_change_is_found(mongo: str, database: str) -> None:
    kept = {"change_lines": {"o-1": line(LATER), "o-2": line(THEN)}}
    assert await found_in(mongo, database, "change", kept, ORDERS) == THEN


async def test_the_oldest_parked_request_is_found_in_either_service(mongo: str, database: str) -> None:
    kept = {"awaited_orders": {"o-1": awaited(LATER), "o-2": awaited(LATER, THEN), "o-3": awaited()}}
    assert await found_in(mongo, database, "request", kept, ORDERS) == THEN
    ledgers = {"o-1": ledger(0, 9, LATER), "o-2": ledger(3, 2), "o-3": ledger(3, 5, LATER, THEN)}
    assert await found_in(mongo, database, "request", {"ledgers": ledgers}, FULFILLMENT) == THEN
