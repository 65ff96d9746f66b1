"""What is asked of a placed order, now or when it was parked before the order: one row for each type of request."""

from contracts.messages.changes import HoldRejectionRequested, HoldReleaseRequested
from contracts.messages.orders import HoldReleased, NoteSubmitted, OrderConfirmationRequested, OrderConfirmed
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.memory import find_repeat, record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Emit, UnitOfWork
from services.orders.documents.change_line import KINDS
from services.orders.documents.note import KeptNote, note_id, note_told
from services.orders.documents.order import PlacedOrder
from services.orders.handlers import changing as changes
from services.orders.handlers.conclusions import cancelled_alone
from services.orders.handlers.outcome import Outcome, believed, stands_already, still_waits, wish_refused
from services.orders.rules.answers import ANSWERS
from services.orders.rules.releasing import released, why_not_released
from services.orders.rules.status import status_of
from services.orders.rules.telling import told
from services.orders.settings import Settings


def decide_wish(message: Message, outcome: Outcome, work: UnitOfWork, settings: Settings) -> Outcome:
    """Decides a request behind everything that ``outcome`` has decided, or recognises a repeat.

    Everything said names the request that asked for it.
    """
    order = outcome.order
    message = believed(message, order, settings)
    known = find_repeat(message, order, work)
    if known is not None:
        return replace(outcome, emits=(*outcome.emits, ANSWERS.known(message, known)))
    waiting = None if outcome.line is None else outcome.line.waiting_like(message)
    if waiting is not None:
        return replace(outcome, emits=(*outcome.emits, still_waits(message, waiting)))
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
            return changes.asked(message, outcome, work, settings)
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
    order = replace(
        order,
        version=order.version + 1,
        confirmed_at=message.time,
        heard=record_processed(order.heard, message, "OrderConfirmed"),
    )
    order = replace(order, status=status_of(order))
    fact = OrderConfirmed(version=order.version, order=told(order), actor=body.actor)
    return Outcome(order, emits=(Emit(fact, cause=message.cause),))


def _note(message: Message, body: NoteSubmitted, order: PlacedOrder, settings: Settings) -> Outcome:
    if order.notes >= settings.most_notes:
        return wish_refused(message, order, (refusal(Code.TOO_MANY_NOTES),))
    outcome = note_taken(message, order, body.text, body.author)
    order = replace(outcome.order, heard=record_processed(outcome.order.heard, message, "NoteAdded"))
    return replace(outcome, order=order)


def note_taken(message: Message, order: PlacedOrder, text: str, author: str) -> Outcome:
    """The order with one more note, written at the message's time."""
    order = replace(order, version=order.version + 1, notes=order.notes + 1)
    note = KeptNote(subject=order.order_id, number=order.notes, text=text, author=author, written_at=message.time)
    change = Change(KeptNote, note_id(note.subject, note.number), note)
    return Outcome(order, changes=(change,), emits=(Emit(note_told(note, order.version), cause=message.cause),))


def _release(message: Message, body: HoldReleaseRequested, order: PlacedOrder) -> Outcome:
    wrong = why_not_released(order, body.item_id)
    if wrong:
        return wish_refused(message, order, wrong)
    version = order.version + 1
    order = released(order, body, message.time)
    order = replace(
        order, version=version, edited_version=version, heard=record_processed(order.heard, message, "HoldReleased")
    )
    fact = HoldReleased(
        version=version,
        order=told(order),
        released="price_mismatch",
        price=body.price,
        actor=body.actor,
        reason=body.reason,
    )
    return Outcome(order, emits=(Emit(fact, cause=message.cause),))


def _reject(message: Message, body: HoldRejectionRequested, order: PlacedOrder) -> Outcome:
    wrong = why_not_released(order)
    if wrong:
        return wish_refused(message, order, wrong)
    return cancelled_alone(message, body.actor, body.reason, order, rejected=True)
