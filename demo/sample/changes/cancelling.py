"""Orders that are cancelled before anything of them is scanned, one even before it arrives."""

from datetime import timedelta
from typing import Final

from contracts.messages.changes import OrderCancellationRequested, OrderCancelled
from demo.sample.hashes import below, choice
from demo.sample.orders import SampleOrder
from demo.sample.outbound import Sending

SOURCE: Final = "/clerks/phone"
REASONS: Final = ("customer changed their mind", "ordered twice", "found a better offer", "delivery takes too long")


def sending(order: SampleOrder) -> Sending:
    """The cancellation, an hour to three days after its order."""
    return _asked(order, timedelta(hours=1 + below(72, "cancelled after", order.order_id))).awaiting(OrderCancelled)


def unseen(order: SampleOrder) -> Sending:
    """The cancellation of an order that has not come yet: it is answered when it comes."""
    return _asked(order, timedelta(minutes=5)).awaiting_later(OrderCancelled)


def _asked(order: SampleOrder, after: timedelta) -> Sending:
    body = OrderCancellationRequested(
        order_id=order.order_id, actor="phone", reason=choice(REASONS, "why cancelled", order.order_id)
    )
    return Sending(OrderCancellationRequested, f"cancel-{order.order_id}", SOURCE, order.time + after, body)
