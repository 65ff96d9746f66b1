"""A change of an order while it is not decided: the one that fulfillment is asked about, and those that wait behind it.

One document for each order, there only meanwhile. Rule: ``docs/architecture.md`` section 3: one change is open at a
time.
"""

from typing import Final, cast

from contracts.messages.changes import (
    ChangeKind,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderChangeProposed,
    PayerChangeRequested,
    ShortCloseRequested,
)
from services.engine.core.document import Document
from services.engine.core.message import Message
from services.orders.documents.awaited import Parked
from services.orders.documents.order import PlacedItem
from services.orders.documents.party import Billing

ChangeRequest = OrderAmendmentRequested | OrderCancellationRequested | ShortCloseRequested | PayerChangeRequested
"""What waits in an order's line of changes."""
KINDS: Final[dict[type[ChangeRequest], ChangeKind]] = {
    OrderAmendmentRequested: "amendment",
    OrderCancellationRequested: "cancellation",
    ShortCloseRequested: "short_close",
    PayerChangeRequested: "payer",
}


class OpenChange(Document):
    """The change that fulfillment is asked about: the request, and the complete new items and billing data."""

    number: int
    request: Parked
    items: tuple[PlacedItem, ...]
    billing: Billing

    def message(self, lane: int) -> Message[ChangeRequest]:
        """The request again: nothing else is ever open."""
        return cast("Message[ChangeRequest]", self.request.message(lane))


class ChangeLine(Document):
    """``due``: the waiting clock (ms) at which the open change is proposed again. ``waiting``: in their order."""

    lane: int
    due: int
    open: OpenChange
    waiting: tuple[Parked, ...] = ()

    def waiting_like(self, message: Message) -> Parked | None:
        """The request with this message's identity, the open one included."""
        requests = (self.open.request, *self.waiting)
        return next((p for p in requests if (p.source, p.id) == (message.source, message.id)), None)


def proposal(order_id: str, change: OpenChange, lane: int) -> OrderChangeProposed:
    """What fulfillment is asked: always the same for the same change."""
    body = change.message(lane).body
    return OrderChangeProposed(
        order_id=order_id,
        number=change.number,
        change=KINDS[type(body)],
        items=tuple(item.to_contract() for item in change.items),
        billing=change.billing.to_contract(),
        item_id=body.item_id if isinstance(body, ShortCloseRequested) else None,
        requested_at=change.request.time,
        actor=body.actor,
        reason=body.reason,
    )
