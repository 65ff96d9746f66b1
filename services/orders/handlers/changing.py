"""An order's line of changes: one is open at a time, up to eight wait, each is looked at when it reaches the head.

While an order is held, and for contact data always, orders decides alone; for the rest it proposes, and fulfillment
answers (``settling.py``).
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from contracts.messages.changes import OrderAmended, OrderAmendmentRequested, PayerChangeRequested, ShortCloseRequested
from contracts.values.refusals import Code, refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine, ChangeRequest, OpenChange, proposal
from services.orders.documents.history import happened
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.party import Billing
from services.orders.handlers.draft import OrderDraft
from services.orders.handlers.waiting import OrderRequestHandler
from services.orders.rules.billing import with_billing
from services.orders.rules.clock import milliseconds
from services.orders.rules.contract import to_contract
from services.orders.rules.status import status_of

C = TypeVar("C", bound=ChangeRequest)


@dataclass(frozen=True)
class ChangeHandler(OrderRequestHandler[C], Generic[C]):
    """A request for a change: a use case says what becomes of it at the head of the line, and once it is settled."""

    @abstractmethod
    def start(self, draft: OrderDraft, message: Message[C], work: UnitOfWork) -> OrderDraft:
        """It is next, and the order is not cancelled: refused, decided by orders alone, or open from now on."""

    @abstractmethod
    def conclude(self, draft: OrderDraft, message: Message[C]) -> OrderDraft:
        """Fulfillment accepted it, and the order is as it answered: whoever asked hears so."""

    def adopt(
        self, order: PlacedOrder, message: Message[C], items: tuple[PlacedItem, ...], billing: Billing
    ) -> PlacedOrder:
        """The order with what fulfillment accepted; contact data are orders' own."""
        del message
        return replace(with_billing(order, billing), items=items)

    def field_of(self, body: C, code: Code) -> str:
        """The part of the request that fulfillment's code is about; empty: the whole of it."""
        del body
        return "items" if code in (Code.ITEM_LOCKED, Code.ORDER_FULFILLED) else ""

    def prefetch(self, message: Message[C | None]) -> Iterable[Want]:
        """The order, its line, and what waits for it if it is not there."""
        yield PlacedOrder, message.subject
        yield AwaitedOrder, message.subject
        yield ChangeLine, message.subject

    def prefetch_related(self, message: Message[C | None], work: UnitOfWork) -> Iterable[Want]:
        """The line is asked for already."""
        del message, work
        return ()

    def change(self, draft: OrderDraft, message: Message[C], work: UnitOfWork) -> OrderDraft:
        """It waits behind the open one, or is at the head at once."""
        line = draft.line
        if line is None:
            return self.decide_at_head(draft, message, work)
        if len(line.waiting) >= self.settings.most_changes_waiting:
            return draft.refuse(message, refusal(Code.TOO_MANY_CHANGES))
        return draft.with_line(replace(line, waiting=(*line.waiting, Parked.of(message, 0))))

    def decide_at_head(self, draft: OrderDraft, message: Message[C], work: UnitOfWork) -> OrderDraft:
        """A change that is next, in an order without an open one."""
        if draft.order.cancelled_at is not None:
            return self.answer_cancelled(draft, message)
        return self.start(draft, message, work)

    def answer_cancelled(self, draft: OrderDraft, message: Message[C]) -> OrderDraft:
        """Nothing can be done with a cancelled order."""
        return draft.refuse(message, refusal(Code.ORDER_CANCELLED))

    def propose(
        self,
        draft: OrderDraft,
        message: Message[C],
        items: tuple[PlacedItem, ...],
        billing: Billing,
        work: UnitOfWork,
    ) -> OrderDraft:
        """The change is open: fulfillment is asked, under the next number."""
        order = draft.order
        change = OpenChange(number=order.changes + 1, request=Parked.of(message, 0), items=items, billing=billing)
        due = work.clock(message.lane).waited + milliseconds(self.settings.proposed_again_after)
        draft = draft.with_order(replace(order, changes=change.number))
        draft = draft.with_line(ChangeLine(lane=message.lane, due=due, open=change))
        return draft.emit(Emit(proposal(order.order_id, change, message.lane), message.cause))


ChangeHandlers = Mapping[type[Body], ChangeHandler[Any]]
"""Who decides what stands in a line of changes, by its type."""


def emit_amended(
    draft: OrderDraft,
    message: Message[OrderAmendmentRequested | ShortCloseRequested | PayerChangeRequested],
    change: Literal["amendment", "short_close", "payer"],
) -> OrderDraft:
    """The order is another one by a change of this kind, and says so to whoever asked for it."""
    version = draft.next_version
    order = replace(draft.order, version=version, edited_version=version)
    draft = draft.with_order(replace(order, status=status_of(order))).record(message, OrderAmended.__name__)
    body = message.body
    draft = draft.note_down(happened(OrderAmended.__name__, message.time, body.actor, body.reason, change))
    fact = OrderAmended(
        version=version, order=to_contract(draft.order), change=change, actor=body.actor, reason=body.reason
    )
    return draft.emit(Emit(fact, message.cause))
