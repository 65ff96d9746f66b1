"""The order as facts carry it: the whole of it, so that a reader needs nothing else."""

from typing import Annotated, Literal

from contracts.messages.customers import CustomerSnapshot, Group
from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.places import AddressSnapshot
from contracts.values.words import Instant, Whole

Status = Literal["pending", "confirmed", "partial", "fulfilled", "cancelled"]
ItemStatus = Literal["pending", "partial", "fulfilled", "cancelled"]
HoldReason = Literal["price_missing", "price_mismatch"]


class Item(Model):
    """One line of an order with its snapshot of the catalog.

    ``unit_price`` is minor units of the order's currency for one unit and month; absent while the order waits for
    it (hold ``price_missing``), 0 only for a free variant. ``taken`` units have a subscription, ``cancelled`` ones
    were given up; the rest is open.
    """

    item_id: str
    sku: str
    product_name: str
    variant_name: str
    catalog_version: Whole
    months: Whole
    quantity: Whole
    unit_price: Whole | None = None
    quoted_price: Whole | None = None
    free: bool = False
    taken: Whole = 0
    cancelled: Whole = 0
    status: ItemStatus = "pending"


class Hold(Model):
    """Why the order waits, and for which item. ``expected`` is the catalog's price, ``found`` the quoted one."""

    reason: HoldReason
    item_id: str
    expected: Whole | None = None
    found: Whole | None = None


class BillingData(Model):
    """Who an order is billed to. ``payer`` is ``group:<id>`` or ``customer:<id>`` and follows from the rest;
    ``group_source`` tells whose group it is; ``term`` is the order's own, ``at_once`` for individuals.
    """

    customer_type: Literal["individual", "business"]
    company_name: Annotated[str | None, PERSONAL] = None
    registration_number: Annotated[str | None, PERSONAL] = None
    vat_id: Annotated[str | None, PERSONAL] = None
    billing_address: AddressSnapshot
    group: Group | None = None
    group_source: Literal["order", "customer"] | None = None
    payer: str
    term: str | None = None


class Order(Model):
    """An order as its facts carry it.

    ``monthly_total`` = sum(unit price x live units), ``contract_value`` = sum(unit price x months x live units), in
    minor units of ``currency``; absent while a price is missing. The original values stay beside them. ``payer`` is
    ``group:<id>`` or ``customer:<id>``. ``term`` is the order's own; ``at_once`` for individuals; absent: the
    payer's default counts. ``status`` is derived, never set. ``active`` and ``ended`` (by date or cancelled) count its
    subscriptions.
    """

    order_id: str
    customer: CustomerSnapshot
    group: Group | None = None
    group_source: Literal["order", "customer"] | None = None
    payer: str
    term: str | None = None
    billing_address: AddressSnapshot
    shipping_address: AddressSnapshot | None = None
    items: tuple[Item, ...]
    currency: str
    channel: Literal["shop", "phone", "api"]
    test: bool
    status: Status
    holds: tuple[Hold, ...] = ()
    flags: tuple[Literal["customer_differs", "clock_suspect"], ...] = ()
    placed_at: Instant
    confirmed_at: Instant | None = None
    cancelled_at: Instant | None = None
    confirmation_required: bool = False
    short_closed: bool = False
    active: Whole = 0
    ended: Whole = 0
    monthly_total: Whole | None = None
    contract_value: Whole | None = None
    original_monthly_total: Whole | None = None
    original_contract_value: Whole | None = None
