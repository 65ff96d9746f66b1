"""What is read of an order by people: its items, holds and subscriptions, from the documents as they are kept."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import to_builtins
from pymongo.asynchronous.database import AsyncDatabase

from contracts.messages.subscription import State
from contracts.values.immutable import Immutable
from services.engine.core.document import read_from
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.customer import CustomerRecord
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.order import Hold, PlacedOrder, SubscriptionRows
from services.orders.documents.progress import serials_of, states_of
from services.orders.documents.variant import Variant

Database = AsyncDatabase[dict[str, Any]]
_BY_SUBJECT: Final = [("subject", 1), ("_id", 1)]


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
    def subscriptions(self) -> Mapping[str, State]:
        """The state of each subscription by its id."""
        rows = dict(self.order.subscriptions)
        for page in self.pages:
            rows |= page.subscriptions
        return states_of(self.order.order_id, rows)

    @property
    def serials(self) -> Mapping[str, str]:
        """The device of each subscription by its id, as fulfillment told of it last; absent where none is known."""
        return serials_of(self.order, self.pages)


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


async def find_change_line(database: Database, order_id: str) -> ChangeLine | None:
    """The change of an order that is not decided, and those that wait behind it."""
    found = await database["change_lines"].find_one({"_id": {"$eq": order_id}})
    return None if found is None else read_from(found, ChangeLine)


async def find_awaited(database: Database, order_id: str) -> AwaitedOrder | None:
    """What waits for an order that is not there, its own submission among it."""
    found = await database["awaited_orders"].find_one({"_id": {"$eq": order_id}})
    return None if found is None else read_from(found, AwaitedOrder)


async def list_awaited(
    database: Database, after: str, limit: int
) -> tuple[Sequence[tuple[str, AwaitedOrder]], str | None]:
    """Up to ``limit`` order ids behind one for which requests wait, and behind which one to read on."""
    something = {"$or": [{"parked.0": {"$exists": True}}, {"cancellation": {"$exists": True}}]}
    asked = {"_id": {"$gt": after}, **something}
    stored = await database["awaited_orders"].find(asked).sort("_id", 1).limit(limit + 1).to_list()
    found = [(str(each["_id"]), read_from(each, AwaitedOrder)) for each in stored[:limit]]
    return found, found[-1][0] if len(stored) > limit else None


async def list_change_lines(
    database: Database, after: str, limit: int
) -> tuple[Sequence[tuple[str, ChangeLine]], str | None]:
    """Up to ``limit`` orders behind one whose change is not decided, and behind which one to read on."""
    stored = await database["change_lines"].find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit + 1).to_list()
    found = [(str(each["_id"]), read_from(each, ChangeLine)) for each in stored[:limit]]
    return found, found[-1][0] if len(stored) > limit else None


async def find_newest_notes(database: Database, subject: str, most: int) -> Sequence[KeptNote]:
    """The newest notes about an order, or ``customer:<id>``, the oldest of them first."""
    notes = database["notes"].find({"subject": {"$eq": subject}}).sort("_id", -1).limit(most).hint(_BY_SUBJECT)
    return [read_from(each, KeptNote) async for each in notes][::-1]


async def list_notes(database: Database, subject: str, after: int, limit: int) -> tuple[Sequence[KeptNote], int | None]:
    """Up to ``limit`` notes about it behind a number, and behind which one to read on."""
    asked = {"subject": {"$eq": subject}, "_id": {"$gt": note_id(subject, after)}}
    notes = database["notes"].find(asked).sort("_id", 1).limit(limit + 1).hint(_BY_SUBJECT)
    found = [read_from(each, KeptNote) async for each in notes]
    return found[:limit], found[limit - 1].number if len(found) > limit else None


async def find_variant(database: Database, sku: str) -> Variant | None:
    """The variant of this SKU, as the catalog has it."""
    found = await database["catalog"].find_one({"_id": {"$eq": sku}})
    return None if found is None else read_from(found, Variant)


async def list_variants(database: Database, after: str, limit: int) -> tuple[Sequence[tuple[str, Variant]], str | None]:
    """Up to ``limit`` variants behind a SKU, by SKU, and behind which one to read on."""
    stored = await database["catalog"].find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit + 1).to_list()
    found = [(str(each["_id"]), read_from(each, Variant)) for each in stored[:limit]]
    return found, found[-1][0] if len(stored) > limit else None


class FoundCustomer(Immutable):
    """A customer: its settings, and the first of its orders by id. ``more``: there are others."""

    record: CustomerRecord
    orders: Sequence[PlacedOrder]
    more: bool


async def find_customer(database: Database, customer_id: str, most: int) -> FoundCustomer | None:
    """The customer of this id; None if nobody ever heard of it."""
    stored = await database["customers"].find_one({"_id": {"$eq": customer_id}})
    asked = database["orders"].find({"customer.id": {"$eq": customer_id}}, {"heard": 0, "submitted": 0})
    found = await asked.sort("_id", 1).limit(most + 1).hint([("customer.id", 1), ("_id", 1)]).to_list()
    if stored is None and not found:
        return None
    record = CustomerRecord() if stored is None else read_from(stored, CustomerRecord)
    orders = [read_from({**each, "submitted": {}}, PlacedOrder) for each in found[:most]]
    return FoundCustomer(record, orders, len(found) > most)
