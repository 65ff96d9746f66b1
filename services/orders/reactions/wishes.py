"""What is asked of a placed order: to be confirmed, to carry a note. Now, or when it was parked before the order."""

from dataclasses import dataclass
from datetime import datetime

from contracts.orders import NoteSubmitted, OrderConfirmationRequested, OrderConfirmed
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import recognise, remember
from services.engine.heard import refused as refused_for
from services.engine.message import Message
from services.engine.service import Change, Decision, Say
from services.orders.answers import codes_of, recognised, refused, repeated
from services.orders.notes import KeptNote, note_id, note_told
from services.orders.order import PlacedOrder
from services.orders.settings import Settings
from services.orders.status import status_of
from services.orders.telling import told


@dataclass(frozen=True, slots=True)
class Outcome:
    """The order after a wish, other documents that came of it, and what is said about it."""

    order: PlacedOrder
    changes: tuple[Change, ...] = ()
    says: tuple[Say, ...] = ()

    def then(self, later: "Outcome") -> "Outcome":
        """Both, one after the other; ``later`` began with this one's order."""
        return Outcome(later.order, self.changes + later.changes, self.says + later.says)

    def decision(self) -> Decision:
        """To be kept and said."""
        return Decision((Change(PlacedOrder, self.order.order_id, self.order), *self.changes), self.says)


def decide_wish(message: Message, order: PlacedOrder, settings: Settings) -> Outcome:
    """Confirms, notes, refuses, or recognises a repeat. Everything said names the request that asked for it."""
    known = recognise(message, order.heard)
    if known is not None:
        return Outcome(order, says=(recognised(message, known),))
    body = message.body
    if isinstance(body, OrderConfirmationRequested):
        return _confirm(message, body, order, settings)
    if isinstance(body, NoteSubmitted):
        return _note(message, body, order, settings)
    return wish_refused(message, order, message.refusals)


def _confirm(message: Message, body: OrderConfirmationRequested, order: PlacedOrder, settings: Settings) -> Outcome:
    if order.cancelled_at is not None:
        return wish_refused(message, order, (refusal(Code.ORDER_CANCELLED),))
    if order.confirmed_at is not None:
        first = order.heard_as("OrderConfirmed") or order.heard_as("OrderPlaced")
        assert first is not None, "a placed order remembers by which request"
        return Outcome(order, says=(repeated(message, first),))
    if order.holds:
        reasons = ", ".join(dict.fromkeys(hold.reason for hold in order.holds))
        return wish_refused(message, order, (refusal(Code.ORDER_ON_HOLD, detail=reasons),))
    order = order.model_copy(
        update={
            "version": order.version + 1,
            "confirmed_at": time_about(message, order, settings),
            "heard": remember(order.heard, message, "OrderConfirmed"),
        }
    )
    order = order.model_copy(update={"status": status_of(order)})
    fact = OrderConfirmed(version=order.version, order=told(order), actor=body.actor)
    return Outcome(order, says=(Say(fact, cause=message.cause),))


def _note(message: Message, body: NoteSubmitted, order: PlacedOrder, settings: Settings) -> Outcome:
    if order.notes >= settings.most_notes:
        return wish_refused(message, order, (refusal(Code.TOO_MANY_NOTES),))
    written_at = time_about(message, order, settings)
    outcome = note_taken(message, order, body.text, body.author, written_at)
    order = outcome.order.model_copy(update={"heard": remember(outcome.order.heard, message, "NoteAdded")})
    return Outcome(order, outcome.changes, outcome.says)


def note_taken(message: Message, order: PlacedOrder, text: str, author: str, written_at: datetime) -> Outcome:
    """The order with one more note."""
    order = order.model_copy(update={"version": order.version + 1, "notes": order.notes + 1})
    note = KeptNote(subject=order.order_id, number=order.notes, text=text, author=author, written_at=written_at)
    change = Change(KeptNote, note_id(note.subject, note.number), note)
    return Outcome(order, (change,), (Say(note_told(note, order.version), cause=message.cause),))


def wish_refused(message: Message, order: PlacedOrder, refusals: tuple[Refusal, ...]) -> Outcome:
    """Nothing changes but the memory of it."""
    heard = remember(order.heard, message, refused_for(codes_of(refusals)))
    return Outcome(order.model_copy(update={"heard": heard}), says=(refused(message, refusals),))


def time_about(message: Message, order: PlacedOrder, settings: Settings) -> datetime:
    """The message's time; the record's, if the sender's lies too long before the order to be believed."""
    too_old = message.time < order.placed_at - settings.oldest_about_an_order
    return message.recorded if too_old else message.time
