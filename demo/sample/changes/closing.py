"""Orders that were scanned in part: their open units are given up, or an item is added."""

from datetime import timedelta
from typing import Final

from contracts.messages.changes import ItemsChange, OrderAmended, OrderAmendmentRequested, ShortCloseRequested
from demo.sample.changes.amending import Prices, one_more
from demo.sample.hashes import below
from demo.sample.outbound import Sending
from demo.sample.plan import Planned

SOURCE: Final = "/clerks/phone"
BY_ITEM_ONE_IN: Final = 3
"""Of these closings so many concern one item: what is open elsewhere stays open."""


def closed_item(plan: Planned) -> int | None:
    """The position of the item whose open units are given up; None: those of the whole order."""
    if below(BY_ITEM_ONE_IN, "closed by item", plan.order.order_id):
        return None
    return next(at for at in range(len(plan.taken)) if plan.open_at(at))


def closes(plan: Planned) -> bool:
    """Whether nothing is open afterwards: the order is fulfilled then."""
    at = closed_item(plan)
    return at is None or all(other == at or not plan.open_at(other) for other in range(len(plan.taken)))


def given_up(plan: Planned) -> int:
    """Units that are given up."""
    at = closed_item(plan)
    return plan.open_at(at) if at is not None else sum(map(plan.open_at, range(len(plan.taken))))


def sending(plan: Planned) -> Sending:
    """The short-close, two weeks after the order."""
    at, order = closed_item(plan), plan.order
    body = ShortCloseRequested(
        order_id=order.order_id,
        item_id=None if at is None else order.item_id(at),
        actor="phone",
        reason="out of stock, the customer does not wait",
    )
    made = Sending(ShortCloseRequested, f"close-{order.order_id}", SOURCE, order.time + timedelta(days=14), body)
    return made.awaiting(OrderAmended)


def added(plan: Planned, prices: Prices) -> Sending:
    """An item more for an order that is on its way already."""
    order = plan.order
    body = OrderAmendmentRequested(
        order_id=order.order_id,
        items=ItemsChange(add=(one_more(order, prices),)),
        actor="phone",
        reason="one thing more",
    )
    time = order.time + timedelta(days=12)
    return Sending(OrderAmendmentRequested, f"amend-{order.order_id}", SOURCE, time, body).awaiting(OrderAmended)
