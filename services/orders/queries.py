"""What is read of an order by people: its items, holds and subscriptions, from the documents as they are kept."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from msgspec import to_builtins
from pymongo.asynchronous.database import AsyncDatabase

from contracts.values.immutable import Immutable
from services.engine.core.document import read_from
from services.orders.documents.order import Hold, PlacedOrder, SubscriptionRows
from services.orders.documents.progress import states_of

Database = AsyncDatabase[dict[str, Any]]


class OrderedItem(Immutable):
    """An item with its units: ordered, with a device, given up."""

    item_id: str
    sku: str
    quantity: int
    taken: int
    cancelled: int
    months: int
    unit_price: int | None


class ShownOrder(Immutable):
    """An order as it stands. ``subscriptions`` has the state of each, by its id."""

    order_id: str
    status: str
    payer: str
    customer: str
    currency: str
    items: tuple[OrderedItem, ...]
    holds: tuple[str, ...]
    flags: tuple[str, ...]
    subscriptions: Mapping[str, str]

    def data(self) -> Mapping[str, object]:
        """As a program reads it."""
        found: dict[str, object] = to_builtins(self)
        return found


def shown(order: PlacedOrder, pages: Iterable[SubscriptionRows]) -> ShownOrder:
    """The order with the subscriptions that it names itself and those on its pages."""
    items = tuple(
        OrderedItem(item.item_id, item.sku, item.quantity, *order.units(item), item.months, item.unit_price)
        for item in order.items
    )
    rows = dict(order.subscriptions)
    for page in pages:
        rows |= page.subscriptions
    return ShownOrder(
        order_id=order.order_id,
        status=order.status,
        payer=order.payer,
        customer=order.customer.id,
        currency=order.currency,
        items=items,
        holds=tuple(map(_why, order.holds)),
        flags=tuple(map(str, order.flags)),
        subscriptions=states_of(order.order_id, rows),
    )


def _why(hold: Hold) -> str:
    prices = f": {hold.found} quoted, {hold.expected} in the catalog" if hold.found is not None else ""
    return f"{hold.reason.replace('_', ' ')}, item {hold.item_id}{prices}"


class FoundOrder(Immutable):
    """An order as it is kept, with the subscriptions of its pages. ``source`` is who submitted it."""

    order: PlacedOrder
    pages: tuple[SubscriptionRows, ...]

    @property
    def source(self) -> str:
        """The CloudEvents source of the submission that was accepted."""
        first = self.order.heard_as("OrderPlaced")
        return "" if first is None else first.source

    @property
    def subscriptions(self) -> Mapping[str, str]:
        """The state of each subscription by its id."""
        rows = dict(self.order.subscriptions)
        for page in self.pages:
            rows |= page.subscriptions
        return states_of(self.order.order_id, rows)


async def find_order(database: Database, order_id: str) -> FoundOrder | None:
    """The order of this id, as the last decision left it."""
    found = await database["orders"].find_one({"_id": {"$eq": order_id}})
    if found is None:
        return None
    within = {"$gte": f"{order_id}/", "$lt": f"{order_id}0"}  # a page's id is the order's, a slash and a number
    pages = database["subscription_rows"].find({"_id": within}).sort("_id", 1)
    return FoundOrder(read_from(found, PlacedOrder), tuple([read_from(page, SubscriptionRows) async for page in pages]))


async def list_order_ids(database: Database, most: int) -> AsyncIterator[str]:
    """The ids of up to ``most`` orders."""
    async for found in database["orders"].find({}, {"_id": 1}).limit(most):
        yield str(found["_id"])


class CustomerOrders(Immutable):
    """What a customer has: the id of its default group, and its orders that are not cancelled with their payers.

    The payer is None while a change of the order is not decided: nobody knows then who will pay.
    """

    default_group: str | None
    payers: Mapping[str, str | None]


async def find_customer_orders(database: Database, customer_id: str) -> CustomerOrders | None:
    """What a customer has now, read in one pass over the orders; None if nobody ever heard of it."""
    record = await database["customers"].find_one({"_id": {"$eq": customer_id}})
    rows = await database["orders"].aggregate(
        [
            {"$match": {"customer.id": {"$eq": customer_id}, "cancelled_at": {"$exists": False}}},
            {"$lookup": {"from": "change_lines", "localField": "_id", "foreignField": "_id", "as": "changes"}},
            {"$project": {"payer": {"$cond": [{"$eq": ["$changes", []]}, "$payer", None]}}},
            {"$sort": {"_id": 1}},
        ]
    )
    payers = {row["_id"]: row["payer"] async for row in rows}
    if record is None and not payers:
        cancelled = await database["orders"].find_one({"customer.id": {"$eq": customer_id}}, {"_id": 1})
        if cancelled is None:
            return None
    group = None if record is None else record.get("group")
    return CustomerOrders(default_group=None if group is None else group["id"], payers=payers)


async def list_customer_ids(database: Database, most: int) -> AsyncIterator[str]:
    """The ids of up to ``most`` customers that ever ordered."""
    async for found in await database["orders"].aggregate([{"$group": {"_id": "$customer.id"}}, {"$limit": most}]):
        yield str(found["_id"])


async def find_of_sources(
    database: AsyncDatabase[dict[str, Any]], order_ids: Sequence[str], sources: Sequence[str]
) -> frozenset[str]:
    """Those of these orders that were submitted by one of these sources."""
    submitted = {"$elemMatch": {"outcome": "OrderPlaced", "source": {"$in": list(sources)}}}
    found = database["orders"].find({"_id": {"$in": list(order_ids)}, "heard": submitted}, {"_id": 1})
    return frozenset([str(each["_id"]) async for each in found])
