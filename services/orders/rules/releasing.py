"""A person decides about a quoted price that differs from the catalog's: released at one of the two, or rejected.

Rules: ``docs/domain.md`` section 1, "Holds". The price that was agreed is the item's from then on; the quoted one stays
beside it.
"""

from datetime import datetime
from typing import Literal

from contracts.messages.changes import HoldReleaseRequested
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.orders.documents.order import Hold, ItemProgress, PlacedItem, PlacedOrder
from services.orders.rules.status import status_of
from services.orders.rules.totals import ordered_totals


def mismatches(order: PlacedOrder, item_id: str | None = None) -> tuple[Hold, ...]:
    """The holds about a quoted price: of one item, or all."""
    return tuple(h for h in order.holds if h.reason == "price_mismatch" and item_id in (None, h.item_id))


def why_not_released(order: PlacedOrder, item_id: str | None = None) -> tuple[Refusal, ...]:
    """Why nobody can decide about a price; empty if somebody can."""
    if order.cancelled_at is not None:
        return (refusal(Code.ORDER_CANCELLED),)
    if not mismatches(order, item_id):
        return (refusal(Code.NOT_ON_HOLD, "" if item_id is None else "item_id"),)
    return ()


def release(order: PlacedOrder, body: HoldReleaseRequested, at: datetime) -> PlacedOrder:
    """The order at the agreed price. With the last hold gone, what was submitted as confirmed is."""
    gone = mismatches(order, body.item_id)
    ids = {hold.item_id for hold in gone}
    items = tuple(_agree(item, body.price) if item.item_id in ids else item for item in order.items)
    holds = tuple(hold for hold in order.holds if hold not in gone)
    return with_originals(with_holds(order, items, holds, at))


def with_originals(order: PlacedOrder) -> PlacedOrder:
    """The order with its original totals, those that it has when its prices are known and agreed for the first time."""
    totals = ordered_totals(order.items)
    return replace(
        order,
        original_monthly_total=None if totals is None else totals.monthly_total,
        original_contract_value=None if totals is None else totals.contract_value,
    )


def with_holds(order: PlacedOrder, items: tuple[PlacedItem, ...], holds: tuple[Hold, ...], at: datetime) -> PlacedOrder:
    """The order with these items and the holds that are left."""
    confirmed = order.submitted_confirmed and not holds and order.confirmed_at is None
    order = replace(order, items=items, holds=holds, confirmed_at=at if confirmed else order.confirmed_at)
    return replace(order, status=status_of(order))


def _agree(item: PlacedItem, price: Literal["quoted", "catalog"]) -> PlacedItem:
    """What is sold at a price is not free, whatever the catalog gives away."""
    return replace(item, unit_price=item.quoted_price, free=False) if price == "quoted" else item


def cancel(order: PlacedOrder, at: datetime) -> PlacedOrder:
    """The order cancelled by orders alone: no unit of it was ever fulfillment's. It waits for nothing any more."""
    progress = tuple(
        ItemProgress(item_id=item.item_id, taken=0, cancelled=item.quantity, seen=0) for item in order.items
    )
    order = replace(order, cancelled_at=at, progress=progress, holds=())
    return replace(order, status=status_of(order))
