"""A placed order while a message is decided: one value owns it and all that comes of the message."""

from collections.abc import Iterable, Mapping

from contracts.messages.changes import OrderCancellationRequested, OrderCancelled
from contracts.messages.orders import OrderConfirmationRequested, OrderConfirmed, OrderPlaced, OrderSubmitted
from contracts.values.immutable import Immutable
from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.document import Document, replace
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat, record_processed, stands_by
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.orders.documents.awaited import Parked
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.history import KEPT, Happened
from services.orders.documents.order import PlacedOrder
from services.orders.rules.answers import ANSWERS

_EFFECTS: Mapping[type[Body], tuple[type[Body], ...]] = {
    OrderSubmitted: (OrderPlaced,),
    OrderConfirmationRequested: (OrderConfirmed, OrderPlaced),
    OrderCancellationRequested: (OrderCancelled,),
}
"""Requests that are known by their content too, and the facts by which their effect came about."""


class OrderDraft(Immutable):
    """The order as it is by now, its line of changes, what becomes of other documents, and what is said, in order.

    ``stored`` and ``stored_line`` are those that it began with; only what differs from them is written.
    """

    order: PlacedOrder
    line: ChangeLine | None = None
    changes: tuple[Change, ...] = ()
    emits: tuple[Emit, ...] = ()
    stored: PlacedOrder | None = None
    stored_line: ChangeLine | None = None

    @classmethod
    def begin(cls, order: PlacedOrder, line: ChangeLine | None = None) -> "OrderDraft":
        """Nothing is decided yet."""
        return cls(order, line, stored=order, stored_line=line)

    @classmethod
    def find(cls, order_id: str, work: UnitOfWork) -> "OrderDraft | None":
        """The same for an order that is there. One that never asked fulfillment has no line, and nobody need look."""
        order = work.get(PlacedOrder, order_id)
        if order is None:
            return None
        return cls.begin(order, work.get(ChangeLine, order_id) if order.changes else None)

    @property
    def next_version(self) -> int:
        """That of the order's next fact."""
        return self.order.version + 1

    def with_order(self, order: PlacedOrder) -> "OrderDraft":
        """The order is another one."""
        return replace(self, order=order)

    def with_line(self, line: ChangeLine | None) -> "OrderDraft":
        """Its line of changes is another one; None: it is empty."""
        return replace(self, line=line)

    def with_document(self, kind: type[Document], id: str, document: Document | None) -> "OrderDraft":  # noqa: A002  the document's id
        """Another document is this from now on; None: it is gone."""
        return self.with_documents((Change(kind, id, document),))

    def with_documents(self, changes: Iterable[Change]) -> "OrderDraft":
        """Other documents are these from now on."""
        return replace(self, changes=(*self.changes, *changes))

    def emit(self, *emits: Emit) -> "OrderDraft":
        """These are said, behind what is said already."""
        return replace(self, emits=(*self.emits, *emits))

    def record(self, message: Message, outcome: str) -> "OrderDraft":
        """The order remembers the request and what came of it."""
        return self.with_order(replace(self.order, heard=record_processed(self.order.heard, message, outcome)))

    def note_down(self, row: Happened) -> "OrderDraft":
        """One more row of the order's history."""
        return self.with_order(replace(self.order, history=(*self.order.history[1 - KEPT :], row)))

    def refuse(self, message: Message, *refusals: Refusal) -> "OrderDraft":
        """Nothing changes but the memory of it, and the sender hears why."""
        return self.record(message, outcome_of(refusals)).emit(ANSWERS.refuse(message, refusals))

    def repeat_effect(self, message: Message) -> "OrderDraft":
        """The effect of the request stands by another one, which is named. Its identity is taken all the same: it is
        known again when the effect no longer stands, and free for nothing else.
        """
        effects = (self.order.heard_as(fact.__name__) for fact in _EFFECTS[message.model])
        first = next((processed for processed in effects if processed is not None), None)
        assert first is not None, "an order remembers by which request it is as it is"
        return self.record(message, stands_by(first.who)).emit(ANSWERS.repeat(message, first))

    def find_known(self, message: Message, work: UnitOfWork) -> Emit | None:
        """The answer to a request whose identity the order has decided, or that waits in its line; None: it is new."""
        known = find_repeat(message, self.order, work)
        if known is not None:
            return ANSWERS.known(message, known)
        waiting = None if self.line is None else self.line.waiting_like(message)
        return None if waiting is None else answer_waiting(message, waiting)

    def decision(self) -> Decision:
        """What is to be written and said."""
        changes = list(self.changes)
        if self.line is not self.stored_line:
            changes.insert(0, Change(ChangeLine, self.order.order_id, self.line))
        if self.order is not self.stored:
            changes.insert(0, Change(PlacedOrder, self.order.order_id, self.order))
        return Decision(tuple(changes), self.emits)


def answer_waiting(message: Message, waiting: Parked) -> Emit:
    """The answer to a message whose identity stands for one that waits: the same again, or one that reuses its id."""
    same = waiting.message(message.lane).content() == message.content()
    return ANSWERS.repeat_of_waiting(message, waiting.source, waiting.id) if same else ANSWERS.id_reused(message)
