"""The subscription as its facts carry it: the whole of it, so that billing asks nobody.

Its days are plain dates: they were judged when they came, and are not again (``docs/decisions/0027``).
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from contracts.messages.customers import CustomerSnapshot, Group
from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.places import AddressSnapshot
from contracts.values.words import Instant, Whole
from contracts.wire.message import Fact

State = Literal["active", "ended", "cancelled", "reversed"]
"""``cancelled`` from the day after its last one on: one that is cancelled for a later day is active until then."""
CancellationReason = Literal["customer_request", "payment_failure", "fraud", "administrative", "other"]
Condition = Literal["good", "worn", "damaged", "incomplete"]
"""In which condition a device came back."""


class PayerFrom(Model):
    """An entry of the payers' timeline. A contract month belongs to the last entry whose date is not after its begin.

    ``from_date`` absent: from the beginning.
    """

    payer: str
    from_date: date | None = None


class PriceStretch(Model):
    """What each of ``months`` contract months costs, in minor units of the subscription's currency; 0 is free."""

    months: Whole
    amount: Whole


class Subscription(Model):
    """One unit with its device, from its start to ``ends_before`` (exclusive), always computed from ``start_date``.

    ``payers`` is appended only. ``term`` is the order's own (``at_once`` for individuals); absent: the payer's
    default counts. ``group`` is there when the payer appended last is a group. ``cancelled_on`` is the last day of one
    that was cancelled, or will be. ``returned_at`` and ``condition``: the device came back.
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
    billing_address: AddressSnapshot
    group: Group | None = None
    payers: tuple[PayerFrom, ...]
    term: str | None = None
    currency: str
    prices: tuple[PriceStretch, ...]
    start_date: date
    months: Whole
    ends_before: date
    test: bool
    carrier: str | None = None
    tracking_number: Annotated[str | None, PERSONAL] = None
    created_at: Instant
    clock_suspect: bool = False
    cancelled_on: date | None = None
    cancellation_reason: CancellationReason | None = None
    returned_at: Instant | None = None
    condition: Condition | None = None


class SubscriptionFact(Fact):
    """Says what a subscription is now. Published once to each lane that is home to a payer that it ever had."""

    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    subscription: Subscription

    def subjects(self) -> tuple[str, ...]:
        """Every payer that it ever had, the present one first."""
        return tuple(dict.fromkeys(p.payer for p in reversed(self.subscription.payers)))

    def chain(self) -> str:
        """The order: all of fulfillment's facts about it run under one version."""
        return self.subscription.order_id
