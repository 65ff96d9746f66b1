"""Orders that wait: for a price that comes in the last wave, or for a person who releases or rejects a quoted price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.messages.catalog import VariantChanged
from contracts.messages.changes import HoldRejectionRequested, HoldReleaseRequested, OrderCancelled
from contracts.messages.fulfillment import ItemFulfillmentParked, SubscriptionCreated
from contracts.messages.order import Status
from contracts.messages.orders import (
    HoldReleased,
    ItemSubmitted,
    OrderConfirmationRequested,
    OrderPlaced,
    OrderSubmitted,
    RequestRefused,
)
from contracts.values.money import Money
from contracts.values.refusals import Code
from demo.sample import catalog
from demo.sample.hashes import drawn
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending
from demo.sample.scans import Scan, sending
from demo.sample.serials import Serials

SOURCE: Final = "/clerks/phone"
PLACED: Final = datetime(2018, 9, 1, 9, tzinfo=UTC)
PRICED: Final = datetime(2018, 9, 20, 6, tzinfo=UTC)
"""When the prices come: after every order."""
SHOWN_ABOVE: Final = 100
"""Minor units by which the quoted price is above the catalog's."""


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order of one unit that is held at first. ``status`` is the one in the end.

    ``scan``: the scan that waits with it. ``mismatch``: a person decides, else the price comes.
    """

    order: SampleOrder
    status: Status
    scan: Scan | None
    mismatch: bool


def held(
    orders: Sequence[SampleOrder], prices: Mapping[tuple[str, int, str], int], serials: Serials
) -> tuple[HeldOrder, ...]:
    """Three orders without a price, whose prices come, and two at another price than the catalog's.

    Of the three, one stays pending, one was submitted as confirmed, one has a scan waiting. Of the two, one has: it is
    released at the quoted price; the other is rejected.
    They are made from five of the bike shop's orders: the customers are known, the order ids are ``HELD-1`` to
    ``HELD-5``.
    """
    by_id = {order.order_id: order for order in orders}
    models = [by_id[order_id] for order_id in drawn(by_id, 5, "held")]
    first, second, third = catalog.UNPRICED
    missing = [ItemSubmitted(sku=sku, months=12, quantity=1) for sku in (first, second, third)]
    mismatch = [_quoted(model, prices) for model in models[3:]]
    made = [_order(n, model, item) for n, (model, item) in enumerate(zip(models, missing + mismatch, strict=True), 1)]
    confirmed = replace(made[1], body=made[1].body.model_copy(update={"confirmed": True}))
    return (
        HeldOrder(made[0], "pending", None, mismatch=False),
        HeldOrder(confirmed, "confirmed", None, mismatch=False),
        HeldOrder(made[2], "fulfilled", _scan(made[2], serials), mismatch=False),
        HeldOrder(made[3], "fulfilled", _scan(made[3], serials), mismatch=True),
        HeldOrder(made[4], "cancelled", None, mismatch=True),
    )


def _quoted(model: SampleOrder, prices: Mapping[tuple[str, int, str], int]) -> ItemSubmitted:
    item, currency = model.body.items[0], model.body.currency
    shown = prices[item.sku, item.months, currency] + SHOWN_ABOVE
    return ItemSubmitted(
        sku=item.sku, months=item.months, quantity=1, quoted_price=Money(amount=shown, currency=currency)
    )


def _order(number: int, model: SampleOrder, item: ItemSubmitted) -> SampleOrder:
    fields = {"order_id": f"HELD-{number}", "items": (item,), "channel": "phone", "confirmed": False}
    body: OrderSubmitted = model.body.model_copy(update=fields)
    return SampleOrder(body, SOURCE, PLACED + timedelta(hours=number))


def _scan(order: SampleOrder, serials: Serials) -> Scan:
    return Scan(order, 0, 1, serials.take(order.body.items[0].sku))


def order_sendings(orders: Sequence[HeldOrder]) -> tuple[Sending, ...]:
    """For the wave of orders: each is placed, with its hold."""
    return tuple(submission(each.order).awaiting(OrderPlaced) for each in orders)


def submission(order: SampleOrder) -> Sending:
    """The message that submits an order, without what is awaited."""
    return Sending(OrderSubmitted, order.message_id, order.source, order.time, order.body)


def scan_sendings(orders: Sequence[HeldOrder], *, mismatch: bool) -> tuple[Sending, ...]:
    """For the wave of scans: parked; answered when the hold goes."""
    return tuple(
        sending(each.scan).awaiting(ItemFulfillmentParked).awaiting_later(SubscriptionCreated)
        for each in orders
        if each.scan is not None and each.mismatch is mismatch
    )


def price_sendings() -> tuple[Sending, ...]:
    """For the last wave: the missing prices."""
    return tuple(
        catalog.variant_sending(variant, PRICED, version=2).awaiting(VariantChanged) for variant in catalog.priced()
    )


def confirmations(orders: Sequence[HeldOrder]) -> tuple[Sending, ...]:
    """Before a person decides: those with a quoted price are asked to be confirmed, and cannot be."""
    return tuple(
        Sending(
            OrderConfirmationRequested,
            f"confirm-{each.order.order_id}",
            SOURCE,
            each.order.time + timedelta(minutes=10),
            OrderConfirmationRequested(order_id=each.order.order_id, actor="phone"),
        ).awaiting(RequestRefused, codes=(Code.ORDER_ON_HOLD.value,))
        for each in orders
        if each.mismatch
    )


def decisions(orders: Sequence[HeldOrder]) -> tuple[Sending, ...]:
    """What a person decides: the one with a scan is released at the quoted price, the other rejected."""
    return tuple(
        _rejected(each.order) if each.scan is None else _released(each.order) for each in orders if each.mismatch
    )


def _released(order: SampleOrder) -> Sending:
    body = HoldReleaseRequested(
        order_id=order.order_id, price="quoted", actor="accounts", reason="the shop's price list was old"
    )
    made = Sending(HoldReleaseRequested, f"release-{order.order_id}", SOURCE, order.time + timedelta(days=2), body)
    return made.awaiting(HoldReleased)


def _rejected(order: SampleOrder) -> Sending:
    body = HoldRejectionRequested(order_id=order.order_id, actor="accounts", reason="no such price was ever shown")
    made = Sending(HoldRejectionRequested, f"reject-{order.order_id}", SOURCE, order.time + timedelta(days=2), body)
    return made.awaiting(OrderCancelled)
