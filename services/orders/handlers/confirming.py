"""``OrderConfirmationRequested``: the order is confirmed, unless it is held or cancelled."""

from dataclasses import dataclass

from contracts.messages.orders import OrderConfirmationRequested, OrderConfirmed
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Emit, UnitOfWork
from services.orders.documents.history import happened
from services.orders.handlers.draft import OrderDraft
from services.orders.handlers.waiting import OrderRequestHandler
from services.orders.rules.contract import to_contract
from services.orders.rules.status import status_of


@dataclass(frozen=True)
class Confirming(OrderRequestHandler[OrderConfirmationRequested]):
    """Whoever asks again hears by whom it stands confirmed."""

    reads = (OrderConfirmationRequested,)

    def change(self, draft: OrderDraft, message: Message[OrderConfirmationRequested], work: UnitOfWork) -> OrderDraft:
        """Confirmed from the message's time on."""
        del work
        order = draft.order
        if order.cancelled_at is not None:
            return draft.refuse(message, refusal(Code.ORDER_CANCELLED))
        if order.confirmed_at is not None:
            return draft.repeat_effect(message)
        if order.holds:
            reasons = ", ".join(dict.fromkeys(hold.reason for hold in order.holds))
            return draft.refuse(message, refusal(Code.ORDER_ON_HOLD, detail=reasons))
        version = draft.next_version
        order = replace(order, version=version, confirmed_at=message.time)
        draft = draft.with_order(replace(order, status=status_of(order))).record(message, "OrderConfirmed")
        draft = draft.note_down(happened("OrderConfirmed", message.time, message.body.actor))
        fact = OrderConfirmed(version=version, order=to_contract(draft.order), actor=message.body.actor)
        return draft.emit(Emit(fact, message.cause))
