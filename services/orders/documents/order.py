"""A placed order: one document, with what changes often in small top-level fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal, Self

from contracts.messages import order as contract
from contracts.messages.order import HoldReason, Item, ItemStatus, Status
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document, field
from services.engine.core.memory import LongMemory, Processed
from services.orders.documents.history import Happened
from services.orders.documents.party import Address, Customer, Group

Flag = Literal["customer_differs", "clock_suspect"]


class PlacedItem(Document):
    """One line with its snapshot of the catalog. ``unit_price``: minor units a month, absent while there is none."""

    item_id: str
    sku: str
    product_name: str
    variant_name: str
    catalog_version: int
    months: int
    quantity: int
    unit_price: int | None = None
    quoted_price: int | None = None
    free: bool = False

    @classmethod
    def from_contract(cls, said: Item) -> Self:
        """As fulfillment accepted it."""
        return as_document(said, cls)

    def to_contract(self, taken: int = 0, cancelled: int = 0, status: ItemStatus = "pending") -> Item:
        """The line as facts and proposals carry it; a proposal says nothing of its units."""
        return Item(
            item_id=self.item_id,
            sku=self.sku,
            product_name=self.product_name,
            variant_name=self.variant_name,
            catalog_version=self.catalog_version,
            months=self.months,
            quantity=self.quantity,
            unit_price=self.unit_price,
            quoted_price=self.quoted_price,
            free=self.free,
            taken=taken,
            cancelled=cancelled,
            status=status,
        )


class Hold(Document):
    """Why the order waits, and for which item. ``expected`` is the catalog's price, ``found`` the quoted one."""

    reason: HoldReason
    item_id: str
    expected: int | None = None
    found: int | None = None

    def to_contract(self) -> contract.Hold:
        """As facts carry it."""
        return as_contract(self, contract.Hold)


class ItemProgress(Document):
    """An item's units as fulfillment told them last; ``seen`` is the version of the fact that told it."""

    item_id: str
    taken: int
    cancelled: int
    seen: int


class SubscriptionRows(Document):
    """Some of an order's subscriptions behind its first ones, as ``PlacedOrder`` has those."""

    order_id: str
    subscriptions: dict[str, int]
    serials: tuple[str, ...] = ()


class PlacedOrder(LongMemory):
    """An order that was accepted.

    ``version`` counts orders' facts about it. ``status`` is derived (``status.py``) and kept to be found by.
    ``progress`` has a row for each item that fulfillment told of; ``subscriptions`` a number for each of the first
    subscriptions (``progress.py``), ``serials`` the device of each, by the number's place; empty for one that was never
    created. ``paged_active`` and ``paged_ended`` count those behind them. ``submitted`` stands
    for the normalised content of the first accepted submission, field by field. ``notes`` counts them.
    ``submitted_confirmed``: to be confirmed when the last hold goes.

    ``changes`` is the number of the last change that fulfillment was asked about, ``edited_version`` that of the last
    fact that changed items, billing or contact data. ``retired`` are the ids of removed items: none is used again.
    ``history`` has what happened to it since it was placed, its newest rows.
    """

    order_id: str
    version: int = 0
    status: Status = "pending"
    progress: tuple[ItemProgress, ...] = ()
    subscriptions: dict[str, int] = field(default_factory=dict)
    serials: tuple[str, ...] = ()
    paged_active: int = 0
    paged_ended: int = 0
    customer: Customer
    group: Group | None = None
    group_source: Literal["order", "customer"] | None = None
    payer: str
    term: str | None = None
    billing_address: Address
    shipping_address: Address | None = None
    items: tuple[PlacedItem, ...]
    currency: str
    channel: Literal["shop", "phone", "api"]
    test: bool
    holds: tuple[Hold, ...] = ()
    flags: tuple[Flag, ...] = ()
    placed_at: datetime
    submitted_confirmed: bool = False
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None
    confirmation_required: bool = False
    original_monthly_total: int | None = None
    original_contract_value: int | None = None
    notes: int = 0
    changes: int = 0
    edited_version: int = 1
    retired: tuple[str, ...] | None = None
    history: tuple[Happened, ...] = ()
    submitted: Mapping[str, bytes]
    stays: ClassVar[frozenset[str]] = frozenset({"OrderPlaced", "OrderConfirmed", "OrderCancelled"})

    @property
    def short_closed(self) -> bool:
        """Whether units were given up while others got a device."""
        if self.cancelled_at is not None:
            return False
        given_up = {row.item_id for row in self.progress if row.cancelled}
        return bool(given_up) and any(item.item_id in given_up for item in self.items)

    def units(self, item: PlacedItem) -> tuple[int, int]:
        """The item's taken and cancelled units."""
        for row in self.progress:
            if row.item_id == item.item_id:
                return row.taken, row.cancelled
        return 0, 0

    def heard_as(self, outcome: str) -> Processed | None:
        """The first request that had this outcome."""
        return next((h for h in self.heard if h.outcome == outcome), None)
