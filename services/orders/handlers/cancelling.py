"""``OrderCancellationRequested``: the whole order is cancelled, also one that is not there yet."""

from dataclasses import dataclass

from contracts.messages.changes import HoldRejectionRequested, OrderCancellationRequested, OrderCancelled
from services.engine.core.document import replace
from services.engine.core.memory import stands_by
from services.engine.core.message import Message, identity_of
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.history import How, happened
from services.orders.handlers.changing import ChangeHandler
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.answers import ANSWERS
from services.orders.rules.billing import billing_of
from services.orders.rules.contract import to_contract
from services.orders.rules.notices import cancels_when_it_comes
from services.orders.rules.releasing import cancel
from services.orders.rules.status import status_of

Cancelled = Message[OrderCancellationRequested | HoldRejectionRequested]
"""By what an order is cancelled."""


@dataclass(frozen=True)
class Cancelling(ChangeHandler[OrderCancellationRequested]):
    """A cancellation of a cancelled order stands already."""

    reads = (OrderCancellationRequested,)

    def start(self, draft: OrderDraft, message: Message[OrderCancellationRequested], work: UnitOfWork) -> OrderDraft:
        """While it is held nobody is asked."""
        if draft.order.holds:
            return cancel_alone(draft, message)
        return self.propose(draft, message, draft.order.items, billing_of(draft.order), work)

    def conclude(self, draft: OrderDraft, message: Message[OrderCancellationRequested]) -> OrderDraft:
        """The order is cancelled."""
        order = replace(draft.order, cancelled_at=message.time)
        return emit_cancelled(draft.with_order(replace(order, status=status_of(order))), message)

    def answer_cancelled(self, draft: OrderDraft, message: Message[OrderCancellationRequested]) -> OrderDraft:
        """By whom it stands cancelled."""
        return draft.repeat_effect(message)

    def accept_early(
        self, message: Message[OrderCancellationRequested], awaited: AwaitedOrder | None, work: UnitOfWork
    ) -> Decision:
        """Remembered for ever; a second one says nothing new, and hears what comes of the first."""
        awaited = awaited or AwaitedOrder(lane=message.lane)
        first = awaited.cancellation
        if first is not None:
            change = self.remember_for_a_day(message, stands_by(identity_of(first.source, first.id)), work)
            return Decision((change,), (ANSWERS.repeat_of_waiting(message, first.source, first.id),))
        cancelling = awaited.keep_cancellation(Parked.of(message, 0))
        return Decision((Change(AwaitedOrder, message.subject, cancelling),), (cancels_when_it_comes(message),))


def cancel_alone(draft: OrderDraft, message: Cancelled, *, rejected: bool = False) -> OrderDraft:
    """The order cancelled without asking: fulfillment has not opened its ledger."""
    return emit_cancelled(draft.with_order(cancel(draft.order, message.time)), message, rejected=rejected)


def emit_cancelled(draft: OrderDraft, message: Cancelled, *, rejected: bool = False) -> OrderDraft:
    """A cancelled order says so to whoever asked for it."""
    order = replace(draft.order, version=draft.next_version)
    draft = draft.with_order(order).record(message, OrderCancelled.__name__)
    body = message.body
    how: How = "rejection" if rejected else "cancellation"
    draft = draft.note_down(happened(OrderCancelled.__name__, message.time, body.actor, body.reason, how))
    fact = OrderCancelled(
        version=order.version, order=to_contract(order), actor=body.actor, reason=body.reason, rejected=rejected
    )
    return draft.emit(Emit(fact, message.cause))
