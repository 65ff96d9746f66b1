"""``PayerChangeRequested``: a group pays for the order from now on, or the customer."""

from dataclasses import dataclass

from contracts.messages.changes import PayerChangeRequested
from contracts.values.refusals import Code, refusal
from services.engine.core.message import Message
from services.engine.core.service import UnitOfWork
from services.orders.handlers.changing import ChangeHandler, emit_amended
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.billing import with_billing, with_payer


@dataclass(frozen=True)
class ChangingPayer(ChangeHandler[PayerChangeRequested]):
    """An individual always pays alone."""

    reads = (PayerChangeRequested,)

    def start(self, draft: OrderDraft, message: Message[PayerChangeRequested], work: UnitOfWork) -> OrderDraft:
        """While it is held nobody is asked."""
        order, group = draft.order, message.body.group
        if group is not None and order.customer.type == "individual":
            return draft.refuse(message, refusal(Code.GROUP_NOT_ALLOWED, "group"))
        billing = with_payer(order, group)
        if order.holds:
            return self.conclude(draft.with_order(with_billing(order, billing)), message)
        return self.propose(draft, message, order.items, billing, work)

    def conclude(self, draft: OrderDraft, message: Message[PayerChangeRequested]) -> OrderDraft:
        """Another one pays."""
        return emit_amended(draft, message, "payer")
