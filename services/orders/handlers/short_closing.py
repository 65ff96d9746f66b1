"""``ShortCloseRequested``: units that got no device yet are given up, of one item or of the whole order."""

from dataclasses import dataclass

from contracts.messages.changes import ShortCloseRequested
from contracts.values.refusals import Code, refusal
from services.engine.core.message import Message
from services.engine.core.service import UnitOfWork
from services.orders.handlers.changing import ChangeHandler, emit_amended
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.billing import billing_of


@dataclass(frozen=True)
class ShortClosing(ChangeHandler[ShortCloseRequested]):
    """How many units are left fulfillment alone knows."""

    reads = (ShortCloseRequested,)

    def start(self, draft: OrderDraft, message: Message[ShortCloseRequested], work: UnitOfWork) -> OrderDraft:
        """A held order has no device yet: it can only be cancelled."""
        order, item_id = draft.order, message.body.item_id
        if item_id is not None and all(item.item_id != item_id for item in order.items):
            return draft.refuse(message, refusal(Code.ITEM_UNKNOWN, "item_id", item_id))
        if order.holds:
            return draft.refuse(message, refusal(Code.NO_SUBSCRIPTION_YET))
        return self.propose(draft, message, order.items, billing_of(order), work)

    def conclude(self, draft: OrderDraft, message: Message[ShortCloseRequested]) -> OrderDraft:
        """The order is short-closed."""
        return emit_amended(draft, message, "short_close")
