"""What waits and is no fault: requests for their order or subscription, orders on hold, changes that are not decided.

Every list is walked by an index, page by page, and tells where the next page begins.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from contracts.values.immutable import Immutable
from services.engine.adapters.mongo_client import Client
from services.engine.core.document import read_from
from services.fulfillment.documents.ledger import Ledger
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine
from services.orders.queries import find_order
from services.orders.rules.searching import Wanted
from services.orders.search import WrongCursor, search

LOOKED_AT: Final = 1_000
"""Orders on hold whose scans are looked for."""
Rows = Sequence[Mapping[str, object]]


class Listed(Immutable):
    """Some of a list. ``next`` begins the next page; empty: that was all of it."""

    rows: Rows
    next: str = ""


async def list_parked(client: Client, databases: str, lanes: int, after: str, limit: int) -> Listed:
    """Requests that wait in orders and in fulfillment, by order id behind ``after``; all of an order's on one page."""
    found: dict[str, list[Mapping[str, object]]] = {}
    orders = client[f"{databases}_orders"]
    behind = {"_id": {"$gt": after}}
    something = {"$or": [{"parked.0": {"$exists": True}}, {"cancellation": {"$exists": True}}]}
    async for document in orders["awaited_orders"].find({**behind, **something}).sort("_id", 1).limit(limit):
        awaited = read_from(document, AwaitedOrder)
        waiting = (*awaited.parked, *((awaited.cancellation,) if awaited.cancellation else ()))
        found.setdefault(document["_id"], []).extend(_of_orders(document["_id"], each) for each in waiting)
    async for order_id, ledger in _ledgers(client, databases, lanes, after, limit):
        found.setdefault(order_id, []).extend(_of_fulfillment(order_id, ledger))
    page = sorted(found)[:limit]
    return Listed([row for id_ in page for row in found[id_]], page[-1] if len(page) == limit else "")


async def _ledgers(
    client: Client, databases: str, lanes: int, after: str, limit: int
) -> AsyncIterator[tuple[str, Ledger]]:
    """Ledgers in which something waits: by the index of what will expire, and those of orders on hold."""
    ledgers = client[f"{databases}_fulfillment"]["ledgers"]
    without = {"heard": 0, "sent_on": 0}
    seen: set[str] = set()
    for lane in range(lanes):
        asked = {"lane": lane, "due": {"$gt": 0}, "parked.0": {"$exists": True}, "_id": {"$gt": after}}
        async for document in ledgers.find(asked, without).sort("_id", 1).limit(limit):
            seen.add(document["_id"])
            yield document["_id"], read_from(document, Ledger)
    held = [str(each["order_id"]) for each in (await list_holds(client, databases, "", LOOKED_AT)).rows]
    asked = {
        "_id": {"$in": [each for each in held if each > after and each not in seen]},
        "parked.0": {"$exists": True},
    }
    async for document in ledgers.find(asked, without):
        yield document["_id"], read_from(document, Ledger)


def _of_orders(order_id: str, parked: Parked) -> Mapping[str, object]:
    return {
        "service": "orders",
        "order_id": order_id,
        "request": parked.type.split(".")[2],
        "waits_for": "variant" if parked.is_submission else "order",
        "since": _moment(datetime.fromtimestamp(parked.timestamp / 1000, UTC)),
        "source": parked.source,
        "id": parked.id,
    }


def _of_fulfillment(order_id: str, ledger: Ledger) -> Rows:
    return [
        {
            "service": "fulfillment",
            "order_id": order_id,
            "request": "ItemFulfillmentRequested" if each.wish is None else each.wish.request.split(".")[2],
            "waits_for": ledger.awaits() or "subscription",
            "since": _moment(each.request.recorded),
            "source": each.request.source,
            "id": each.request.id,
        }
        for each in ledger.parked
    ]


async def list_holds(client: Client, databases: str, cursor: str, limit: int) -> Listed:
    """Orders on hold, the newest first, a row for each hold."""
    database = client[f"{databases}_orders"]
    rows: list[Mapping[str, object]] = []
    orders = 0
    while orders < limit:
        page = await search(database, Wanted(hold="any", limit=min(50, limit - orders), cursor=cursor or None))
        if isinstance(page, WrongCursor):
            return Listed(rows)
        for each in page.orders:
            found = await find_order(database, each.order_id)
            orders += 1
            rows += [
                {
                    "order_id": each.order_id,
                    "placed": _moment(each.placed_at),
                    "customer_id": each.customer_id,
                    "hold": hold.reason,
                    "item_id": hold.item_id,
                    "expected": hold.expected,
                    "found": hold.found,
                    "currency": each.currency,
                }
                for hold in (() if found is None else found.order.holds)
            ]
        cursor = page.cursor or ""
        if not cursor:
            break
    return Listed(rows, cursor)


async def list_changes(client: Client, databases: str, after: str, limit: int) -> Listed:
    """Changes of orders that are not decided, by order id behind ``after``: the open one, and those that wait."""
    rows: list[Mapping[str, object]] = []
    last, count = "", 0
    lines = client[f"{databases}_orders"]["change_lines"]
    async for document in lines.find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit):
        line = read_from(document, ChangeLine)
        last, count = document["_id"], count + 1
        rows.append(_of_change(last, line.open.request, f"open, change {line.open.number}"))
        rows += [_of_change(last, each, "waits behind it") for each in line.waiting]
    return Listed(rows, last if count == limit else "")


def _of_change(order_id: str, parked: Parked, state: str) -> Mapping[str, object]:
    body = parked.message(0).body
    return {
        "order_id": order_id,
        "request": parked.type.split(".")[2],
        "state": state,
        "since": _moment(datetime.fromtimestamp(parked.timestamp / 1000, UTC)),
        "actor": getattr(body, "actor", None),
        "source": parked.source,
        "id": parked.id,
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
