"""A request about an order: decided if the order is there, parked if it is not, which its sender hears at once. A
cancellation waits for ever.
"""

from collections.abc import Iterable

from contracts.changes import OrderCancellationRequested
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import recognise, stands_by
from services.engine.inbox import outcome_of
from services.engine.message import Message, identity_of
from services.engine.service import Change, Decision, Desk, Key, Page, Say
from services.orders.answers import ANSWERS
from services.orders.awaited import AwaitedOrder, Parked
from services.orders.clock import milliseconds
from services.orders.notes import note_id
from services.orders.notices import cancels_when_it_comes, waits_for_order
from services.orders.order import PlacedOrder
from services.orders.reactions import changes
from services.orders.reactions.outcome import Outcome, still_waits
from services.orders.reactions.reaction import AWAITED_ORDERS, NOTES, ORDERS, Reaction
from services.orders.reactions.wishes import decide_wish
from services.orders.settings import Settings


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:  # noqa: ARG001
    """The order, and what waits for it."""
    yield ORDERS, message.subject
    yield AWAITED_ORDERS, message.subject


def needs_note(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:
    """The place of the next note, and the order's line."""
    yield from changes.needs_line(message, desk, settings)
    order = desk.get(PlacedOrder, message.subject)
    if order is not None:
        yield NOTES, note_id(message.subject, order.notes + 1)


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """A request about an order."""
    order = desk.get(PlacedOrder, message.subject)
    if order is not None:
        line = changes.line_of(order, desk)
        return decide_wish(message, Outcome(order, line), desk, settings).decision(order, line)
    return _park(message, desk.get(AwaitedOrder, message.subject), desk, settings)


def _park(message: Message, awaited: AwaitedOrder | None, desk: Desk, settings: Settings) -> Decision:
    if awaited is not None:
        known = recognise(message, awaited, desk)
        if known is not None and known.kind == "repeat" and known.first.stands_by is not None:
            return Decision(says=(_named_already(message, awaited),))
        if known is not None:
            return Decision(says=(ANSWERS.known(message, known),))
        waiting = awaited.waiting_like(message)
        if waiting is not None:
            return Decision(says=(still_waits(message, waiting),))
    if message.body is None:
        return _refuse(message, awaited, message.refusals, desk, settings)
    if isinstance(message.body, OrderCancellationRequested):
        return _cancel_when_it_comes(message, awaited or AwaitedOrder(lane=message.lane), desk, settings)
    request = Parked.of(message, desk.clock(message.lane).waited + milliseconds(settings.parked_for))
    if awaited is not None and awaited.is_full_for(request, settings):
        return _refuse(message, awaited, (refusal(Code.PARKING_FULL),), desk, settings)
    parking = (awaited or AwaitedOrder(lane=message.lane)).parking(request)
    return Decision((Change(AwaitedOrder, message.subject, parking),), (waits_for_order(message, settings),))


def _cancel_when_it_comes(message: Message, awaited: AwaitedOrder, desk: Desk, settings: Settings) -> Decision:
    """Remembered for ever; a second one says nothing new, and hears what comes of the first."""
    if awaited.cancellation is not None:
        first = identity_of(awaited.cancellation.source, awaited.cancellation.id)
        change = remember_for_a_day(message, awaited, stands_by(first), desk, settings)
        return Decision(changes=(change,), says=(_named_already(message, awaited),))
    cancelling = awaited.cancelling(Parked.of(message, 0))
    return Decision((Change(AwaitedOrder, message.subject, cancelling),), (cancels_when_it_comes(message),))


def _named_already(message: Message, awaited: AwaitedOrder) -> Say:
    first = awaited.cancellation
    assert first is not None, "only a cancellation stands before its order is there"
    return ANSWERS.repeat_of_waiting(message, first.source, first.id)


def _refuse(
    message: Message,
    awaited: AwaitedOrder | None,
    refusals: tuple[Refusal, ...],
    desk: Desk,
    settings: Settings,
) -> Decision:
    change = remember_for_a_day(message, awaited, outcome_of(refusals), desk, settings)
    return Decision(changes=(change,), says=(ANSWERS.refuse(message, refusals),))


def remember_for_a_day(
    message: Message,
    awaited: AwaitedOrder | None,
    outcome: str,
    desk: Desk,
    settings: Settings,
) -> Change:
    """A request without an effect whose order is not there: known for a day of the waiting clock."""
    forgotten_at = desk.clock(message.lane).waited + milliseconds(settings.refusals_kept_for)
    kept = (awaited or AwaitedOrder(lane=message.lane)).remembering(message, outcome, forgotten_at)
    return Change(AwaitedOrder, message.subject, kept)


CONFIRMING = Reaction(needs, decide, changes.needs_line)
RELEASING = Reaction(needs, decide, changes.needs_line)
CHANGING = Reaction(changes.needs, decide, changes.needs_more)
NOTING = Reaction(needs, decide, needs_note)
