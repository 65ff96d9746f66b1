"""A change that is decided: the order as it is from then on, and the fact that tells whoever asked for it."""

from typing import Literal

from contracts.messages.changes import (
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancelled,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.order import BillingData
from services.engine.core.document import replace
from services.engine.core.memory import record_processed
from services.engine.core.message import Message
from services.engine.core.service import Emit
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.handlers.outcome import Outcome
from services.orders.rules.amending import with_contact
from services.orders.rules.billing import billed
from services.orders.rules.releasing import cancelled, unheld, with_originals
from services.orders.rules.status import status_of
from services.orders.rules.telling import told

Amendment = Literal["amendment", "short_close", "payer"]
"""By what an order became another one."""


def with_changes(
    order: PlacedOrder,
    items: tuple[PlacedItem, ...],
    billing: BillingData,
    message: Message,
) -> PlacedOrder:
    """The order with an amendment's items, billing and contact data. Gone are the holds of items that are removed or
    priced anew: more or fewer units decide nothing about a price.
    """
    body = message.body
    assert isinstance(body, OrderAmendmentRequested)
    kept = {item.item_id: item for item in items}
    before = {item.item_id: item for item in order.items}
    holds = tuple(h for h in order.holds if _priced(kept.get(h.item_id)) == _priced(before.get(h.item_id)))
    gone = tuple(item_id for item_id in before if item_id not in kept)
    held = bool(order.holds)
    order = unheld(order, items, holds, message.time)
    if held:
        order = with_originals(order)
    order = replace(order, retired=(*(order.retired or ()), *gone) or None)
    return with_contact(billed(order, billing), body)


def _priced(item: PlacedItem | None) -> tuple[object, ...]:
    """What a hold is about: which variant, at which price, quoted at which."""
    return () if item is None else (item.sku, item.unit_price, item.quoted_price)


def settled(message: Message, order: PlacedOrder, change: Amendment) -> Outcome:
    """The order is another one, and says so to whoever asked for it."""
    body = message.body
    assert isinstance(body, OrderAmendmentRequested | ShortCloseRequested | PayerChangeRequested)
    version = order.version + 1
    order = replace(
        order,
        version=version,
        edited_version=version,
        heard=record_processed(order.heard, message, OrderAmended.__name__),
    )
    order = replace(order, status=status_of(order))
    fact = OrderAmended(version=version, order=told(order), change=change, actor=body.actor, reason=body.reason)
    return Outcome(order, emits=(Emit(fact, cause=message.cause),))


def cancelled_alone(
    message: Message, actor: str, reason: str, order: PlacedOrder, *, rejected: bool = False
) -> Outcome:
    """The order cancelled without asking: fulfillment has not opened its ledger."""
    order = cancelled(order, message.time)
    return cancellation_told(message, actor, reason, order, rejected=rejected)


def cancellation_told(
    message: Message, actor: str, reason: str, order: PlacedOrder, *, rejected: bool = False
) -> Outcome:
    """A cancelled order says so to whoever asked for it."""
    order = replace(
        order, version=order.version + 1, heard=record_processed(order.heard, message, OrderCancelled.__name__)
    )
    fact = OrderCancelled(version=order.version, order=told(order), actor=actor, reason=reason, rejected=rejected)
    return Outcome(order, emits=(Emit(fact, cause=message.cause),))
