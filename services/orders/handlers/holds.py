"""A person decides about a quoted price that is not the catalog's: the hold is released, or the order rejected."""

from dataclasses import dataclass

from contracts.messages.changes import HoldRejectionRequested, HoldReleaseRequested
from contracts.messages.orders import HoldReleased
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Emit, UnitOfWork
from services.orders.documents.history import happened
from services.orders.handlers.cancelling import cancel_alone
from services.orders.handlers.draft import OrderDraft
from services.orders.handlers.waiting import OrderRequestHandler
from services.orders.rules.contract import to_contract
from services.orders.rules.releasing import release, why_not_released


@dataclass(frozen=True)
class ReleasingHold(OrderRequestHandler[HoldReleaseRequested]):
    """``HoldReleaseRequested``: the items are sold at the quoted price or at the catalog's."""

    reads = (HoldReleaseRequested,)

    def change(self, draft: OrderDraft, message: Message[HoldReleaseRequested], work: UnitOfWork) -> OrderDraft:
        """One item's hold, or all."""
        del work
        body, version = message.body, draft.next_version
        wrong = why_not_released(draft.order, body.item_id)
        if wrong:
            return draft.refuse(message, *wrong)
        order = release(draft.order, body, message.time)
        order = replace(order, version=version, edited_version=version)
        draft = draft.with_order(order).record(message, "HoldReleased")
        draft = draft.note_down(happened("HoldReleased", message.time, body.actor, body.reason, body.price))
        fact = HoldReleased(
            version=version,
            order=to_contract(draft.order),
            released="price_mismatch",
            price=body.price,
            actor=body.actor,
            reason=body.reason,
        )
        return draft.emit(Emit(fact, message.cause))


@dataclass(frozen=True)
class RejectingHold(OrderRequestHandler[HoldRejectionRequested]):
    """``HoldRejectionRequested``: nobody agrees on a price, so the order is cancelled."""

    reads = (HoldRejectionRequested,)

    def change(self, draft: OrderDraft, message: Message[HoldRejectionRequested], work: UnitOfWork) -> OrderDraft:
        """Without asking fulfillment: a held order has no ledger."""
        del work
        wrong = why_not_released(draft.order)
        if wrong:
            return draft.refuse(message, *wrong)
        return cancel_alone(draft, message, rejected=True)
