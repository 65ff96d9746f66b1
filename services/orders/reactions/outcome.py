"""What a request makes of a placed order, of its line of changes and of other documents, and what is said about it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.refusals import Code, Refusal
from services.engine.heard import Heard, remember
from services.engine.heard import refused as refused_for
from services.engine.message import Message
from services.engine.service import Change, Decision, Say
from services.orders.answers import codes_of, refused, repeated
from services.orders.change import ChangeLine
from services.orders.order import PlacedOrder
from services.orders.settings import Settings

WAITING = "waiting"
"""The outcome that a repeat of a waiting request is told: its answer is still to come, to both."""


@dataclass(frozen=True, slots=True)
class Outcome:
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
    return Outcome(order.model_copy(update={"heard": heard}), says=(refused(message, refusals),))


def stands_already(message: Message, order: PlacedOrder, first: Heard) -> Outcome:
    """The effect stands already, by an earlier request. Remembered, so that the same request again is told the same,
    whatever became of the order meanwhile.
    """
    heard = remember(order.heard, message, refused_for((Code.ALREADY_DONE.value,)))
    return Outcome(order.model_copy(update={"heard": heard}), says=(repeated(message, first),))


def time_about(message: Message, order: PlacedOrder, settings: Settings) -> datetime:
    """The message's time; the record's, if the sender's lies too long before the order to be believed."""
    too_old = message.time < order.placed_at - settings.oldest_about_an_order
    return message.recorded if too_old else message.time
