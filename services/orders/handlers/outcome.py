"""What a request makes of a placed order, of its line of changes and of other documents, and what is said about it."""

from collections.abc import Mapping

from contracts.messages.changes import OrderCancellationRequested, OrderCancelled
from contracts.messages.orders import OrderConfirmationRequested, OrderConfirmed, OrderPlaced, OrderSubmitted
from contracts.values.immutable import Immutable
from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import Processed, record_processed, stands_by
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit
from services.orders.documents.awaited import Parked
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.order import PlacedOrder
from services.orders.rules.answers import ANSWERS
from services.orders.settings import Settings

_EFFECTS: Mapping[type[Body], tuple[type[Body], ...]] = {
    OrderSubmitted: (OrderPlaced,),
    OrderConfirmationRequested: (OrderConfirmed, OrderPlaced),
    OrderCancellationRequested: (OrderCancelled,),
}
"""Requests that are known by their content too, and the facts by which their effect came about."""


class Outcome(Immutable):
    """The order after a request, its line of changes, other documents that came of it, and what is said about it."""

    order: PlacedOrder
    line: ChangeLine | None = None
    changes: tuple[Change, ...] = ()
    emits: tuple[Emit, ...] = ()

    def then(self, later: "Outcome") -> "Outcome":
        """Both, one after the other; ``later`` began with this one's order, and with its line unless it made one."""
        return Outcome(later.order, later.line or self.line, self.changes + later.changes, self.emits + later.emits)

    def decision(self, order: PlacedOrder | None = None, line: ChangeLine | None = None) -> Decision:
        """To be kept and said; ``order`` and ``line`` are those that it began with."""
        changes = list(self.changes)
        if self.line is not line:
            changes.insert(0, Change(ChangeLine, self.order.order_id, self.line))
        if self.order is not order:
            changes.insert(0, Change(PlacedOrder, self.order.order_id, self.order))
        return Decision(tuple(changes), self.emits)


def wish_refused(message: Message, order: PlacedOrder, refusals: tuple[Refusal, ...]) -> Outcome:
    """Nothing changes but the memory of it."""
    heard = record_processed(order.heard, message, outcome_of(refusals))
    return Outcome(replace(order, heard=heard), emits=(ANSWERS.refuse(message, refusals),))


def stands_already(message: Message, order: PlacedOrder) -> Outcome:
    """The effect of the request stands by another one, which is named. Its identity is taken all the same: it is
    known again when the effect no longer stands, and free for nothing else.
    """
    first = _effect(message, order)
    assert first is not None, "an order remembers by which request it is as it is"
    heard = record_processed(order.heard, message, stands_by(first.who))
    return Outcome(replace(order, heard=heard), emits=(ANSWERS.repeat(message, first),))


def still_waits(message: Message, waiting: Parked) -> Emit:
    """The answer to a message whose identity stands for one that waits: the same again, or one that reuses its id."""
    same = waiting.message(message.lane).content() == message.content()
    return ANSWERS.repeat_of_waiting(message, waiting.source, waiting.id) if same else ANSWERS.id_reused(message)


def _effect(message: Message, order: PlacedOrder) -> Processed | None:
    """The request by which the effect that this one asks for came about."""
    effects = (order.heard_as(fact.__name__) for fact in _EFFECTS.get(message.model, ()))
    return next((heard for heard in effects if heard is not None), None)


def believed(message: Message, order: PlacedOrder, settings: Settings) -> Message:
    """The message; with the record's time and a suspect clock, if its own lies too long before the order that it is
    about to be believed.
    """
    if message.time >= order.placed_at - settings.oldest_about_an_order:
        return message
    return replace(message, time=message.recorded, clock_suspect=True)
