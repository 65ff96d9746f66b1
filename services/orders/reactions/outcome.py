"""What a request makes of a placed order, of its line of changes and of other documents, and what is said about it."""

from collections.abc import Mapping

from contracts.changes import OrderCancellationRequested, OrderCancelled
from contracts.immutable import Immutable
from contracts.message import Body
from contracts.orders import OrderConfirmationRequested, OrderConfirmed, OrderPlaced, OrderSubmitted
from contracts.refusals import Code, Refusal
from services.engine.heard import Heard, Recognised, remember
from services.engine.heard import refused as refused_for
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import Change, Decision, Say
from services.orders.answers import asked_before, codes_of, id_reused, recognised, refused, repeated
from services.orders.awaited import Parked
from services.orders.change import ChangeLine
from services.orders.order import PlacedOrder
from services.orders.settings import Settings

WAITING = "waiting"
"""The outcome that a repeat of a waiting request is told: its answer is still to come, to both."""
STANDS = refused_for((Code.ALREADY_DONE.value,))
"""What is remembered of a request whose effect stood already by another one: as much as of a refusal."""
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
    says: tuple[Say, ...] = ()

    def then(self, later: "Outcome") -> "Outcome":
        """Both, one after the other; ``later`` began with this one's order, and with its line unless it made one."""
        return Outcome(later.order, later.line or self.line, self.changes + later.changes, self.says + later.says)

    def decision(self, order: PlacedOrder | None = None, line: ChangeLine | None = None) -> Decision:
        """To be kept and said; ``order`` and ``line`` are those that it began with."""
        changes = list(self.changes)
        if self.line is not line:
            changes.insert(0, Change(ChangeLine, self.order.order_id, self.line))
        if self.order is not order:
            changes.insert(0, Change(PlacedOrder, self.order.order_id, self.order))
        return Decision(tuple(changes), self.says)


def wish_refused(message: Message, order: PlacedOrder, refusals: tuple[Refusal, ...]) -> Outcome:
    """Nothing changes but the memory of it."""
    heard = remember(order.heard, message, refused_for(codes_of(refusals)))
    return Outcome(revised(order, heard=heard), says=(refused(message, refusals),))


def stands_already(message: Message, order: PlacedOrder) -> Outcome:
    """The effect of the request stands by another one, which is named. Its identity is taken all the same: it is
    known again when the effect no longer stands, and free for nothing else.
    """
    first = _effect(message, order)
    assert first is not None, "an order remembers by which request it is as it is"
    heard = remember(order.heard, message, STANDS)
    return Outcome(revised(order, heard=heard), says=(repeated(message, first),))


def known_again(message: Message, order: PlacedOrder, known: Recognised) -> Say:
    """The answer to a message whose identity was seen before."""
    if known.kind == "repeat" and known.first.outcome == STANDS:
        first = _effect(message, order)
        if first is not None:  # None: another type under the same identity, whose data read the same
            return repeated(message, first)
    return recognised(message, known)


def still_waits(message: Message, waiting: Parked) -> Say:
    """The answer to a message whose identity stands for one that waits: the same again, or one that reuses its id."""
    same = waiting.message(message.lane).content() == message.content()
    return asked_before(message, waiting.source, waiting.id, WAITING) if same else id_reused(message)


def _effect(message: Message, order: PlacedOrder) -> Heard | None:
    """The request by which the effect that this one asks for came about."""
    effects = (order.heard_as(fact.__name__) for fact in _EFFECTS.get(message.model, ()))
    return next((heard for heard in effects if heard is not None), None)


def believed(message: Message, order: PlacedOrder, settings: Settings) -> Message:
    """The message; with the record's time and a suspect clock, if its own lies too long before the order that it is
    about to be believed.
    """
    if message.time >= order.placed_at - settings.oldest_about_an_order:
        return message
    return revised(message, time=message.recorded, clock_suspect=True)
