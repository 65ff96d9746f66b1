"""The subscription as its facts carry it: the whole of it, so that billing asks nobody."""

from typing import Literal

from contracts.customers import CustomerSnapshot, Group
from contracts.model import Model
from contracts.values import Address, CivilDate, Instant, Whole

State = Literal["active", "ended", "cancelled", "reversed"]


class PayerFrom(Model):
    """An entry of the payers' timeline. A contract month belongs to the last entry whose date is not after its begin.

    ``from_date`` absent: from the beginning.
    """

    payer: str
    from_date: CivilDate | None = None


class PriceStretch(Model):
    """What each of ``months`` contract months costs, in minor units of the subscription's currency; 0 is free."""

    months: Whole
    amount: Whole


class Subscription(Model):
    """One unit with its device, from its start to ``ends_before`` (exclusive), always computed from ``start_date``.

    ``payers`` is appended only. ``term`` is the order's own (``at_once`` for individuals); absent: the payer's
    default counts. ``group`` is there when the payer appended last is a group.
    """

    subscription_id: str
    order_id: str
    item_id: str
    sku: str
    product_name: str
    variant_name: str
    serial: str
    raw_serial: str
    state: State = "active"
    customer: CustomerSnapshot
    billing_address: Address
    group: Group | None = None
    payers: tuple[PayerFrom, ...]
    term: str | None = None
    currency: str
    prices: tuple[PriceStretch, ...]
    start_date: CivilDate
    months: Whole
    ends_before: CivilDate
    test: bool
    carrier: str | None = None
    tracking_number: str | None = None
    created_at: Instant
    clock_suspect: bool = False
