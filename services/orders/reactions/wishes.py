"""What is asked of a placed order, now or when it was parked before the order: one row for each type of request."""

from contracts.changes import HoldRejectionRequested, HoldReleaseRequested
from contracts.orders import HoldReleased, NoteSubmitted, OrderConfirmationRequested, OrderConfirmed
from contracts.refusals import Code, refusal
from services.engine.heard import recognise, remember
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import Change, Desk, Say
from services.orders.answers import ANSWERS
from services.orders.change import KINDS
from services.orders.notes import KeptNote, note_id, note_told
from services.orders.order import PlacedOrder
from services.orders.reactions import changes
from services.orders.reactions.conclusions import cancelled_alone
from services.orders.reactions.outcome import Outcome, believed, stands_already, still_waits, wish_refused
from services.orders.releasing import released, why_not_released
from services.orders.settings import Settings
from services.orders.status import status_of
from services.orders.telling import told


def decide_wish(message: Message, outcome: Outcome, desk: Desk, settings: Settings) -> Outcome:
    """Decides a request behind everything that ``outcome`` has decided, or recognises a repeat.

    Everything said names the request that asked for it.
    """
    order = outcome.order
    message = believed(message, order, settings)
    known = recognise(message, order, desk)
    if known is not None:
        return revised(outcome, says=(*outcome.says, ANSWERS.known(message, known)))
    waiting = None if outcome.line is None else outcome.line.waiting_like(message)
    if waiting is not None:
        return revised(outcome, says=(*outcome.says, still_waits(message, waiting)))
    body = message.body
    match body:
        case OrderConfirmationRequested():
            return outcome.then(_confirm(message, body, order))
        case NoteSubmitted():
            return outcome.then(_note(message, body, order, settings))
        case HoldReleaseRequested():
            return outcome.then(_release(message, body, order))
        case HoldRejectionRequested():
            return outcome.then(_reject(message, body, order))
        case _ if message.model in KINDS:
            return changes.asked(message, outcome, desk, settings)
        case _:
            return outcome.then(wish_refused(message, order, message.refusals))


def _confirm(message: Message, body: OrderConfirmationRequested, order: PlacedOrder) -> Outcome:
    if order.cancelled_at is not None:
        return wish_refused(message, order, (refusal(Code.ORDER_CANCELLED),))
    if order.confirmed_at is not None:
        return stands_already(message, order)
    if order.holds:
        reasons = ", ".join(dict.fromkeys(hold.reason for hold in order.holds))
        return wish_refused(message, order, (refusal(Code.ORDER_ON_HOLD, detail=reasons),))
    order = revised(
        order,
        version=order.version + 1,
        confirmed_at=message.time,
        heard=remember(order.heard, message, "OrderConfirmed"),
    )
    order = revised(order, status=status_of(order))
    fact = OrderConfirmed(version=order.version, order=told(order), actor=body.actor)
    return Outcome(order, says=(Say(fact, cause=message.cause),))


def _note(message: Message, body: NoteSubmitted, order: PlacedOrder, settings: Settings) -> Outcome:
    if order.notes >= settings.most_notes:
        return wish_refused(message, order, (refusal(Code.TOO_MANY_NOTES),))
    outcome = note_taken(message, order, body.text, body.author)
    order = revised(outcome.order, heard=remember(outcome.order.heard, message, "NoteAdded"))
    return revised(outcome, order=order)


def note_taken(message: Message, order: PlacedOrder, text: str, author: str) -> Outcome:
    """The order with one more note, written at the message's time."""
    order = revised(order, version=order.version + 1, notes=order.notes + 1)
    note = KeptNote(subject=order.order_id, number=order.notes, text=text, author=author, written_at=message.time)
    change = Change(KeptNote, note_id(note.subject, note.number), note)
    return Outcome(order, changes=(change,), says=(Say(note_told(note, order.version), cause=message.cause),))


def _release(message: Message, body: HoldReleaseRequested, order: PlacedOrder) -> Outcome:
    wrong = why_not_released(order, body.item_id)
    if wrong:
        return wish_refused(message, order, wrong)
    version = order.version + 1
    order = released(order, body, message.time)
    order = revised(
        order, version=version, edited_version=version, heard=remember(order.heard, message, "HoldReleased")
    )
    fact = HoldReleased(
        version=version,
        order=told(order),
        released="price_mismatch",
        price=body.price,
        actor=body.actor,
        reason=body.reason,
    )
    return Outcome(order, says=(Say(fact, cause=message.cause),))


def _reject(message: Message, body: HoldRejectionRequested, order: PlacedOrder) -> Outcome:
    wrong = why_not_released(order)
    if wrong:
        return wish_refused(message, order, wrong)
    return cancelled_alone(message, body.actor, body.reason, order, rejected=True)
