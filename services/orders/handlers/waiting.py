"""A request about an order: decided if the order is there, parked if it is not, which its sender hears at once. A
cancellation waits for ever.
"""

from collections.abc import Iterable

from contracts.messages.changes import OrderCancellationRequested
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat, stands_by
from services.engine.core.message import Message, identity_of
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.order import PlacedOrder
from services.orders.handlers import changing as changes
from services.orders.handlers.handler import Handler
from services.orders.handlers.outcome import Outcome, still_waits
from services.orders.handlers.requests import decide_wish
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import milliseconds
from services.orders.rules.notices import cancels_when_it_comes, waits_for_order
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The order, and what waits for it."""
    yield PlacedOrder, message.subject
    yield AwaitedOrder, message.subject


def prefetch_note(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """The place of the next note, and the order's line."""
    yield from changes.prefetch_line(message, work, settings)
    order = work.get(PlacedOrder, message.subject)
    if order is not None:
        yield KeptNote, note_id(message.subject, order.notes + 1)


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """A request about an order."""
    order = work.get(PlacedOrder, message.subject)
    if order is not None:
        line = changes.line_of(order, work)
        return decide_wish(message, Outcome(order, line), work, settings).decision(order, line)
    return _park(message, work.get(AwaitedOrder, message.subject), work, settings)


def _park(message: Message, awaited: AwaitedOrder | None, work: UnitOfWork, settings: Settings) -> Decision:
    if awaited is not None:
        known = find_repeat(message, awaited, work)
        if known is not None and known.kind == "repeat" and known.first.stands_by is not None:
            return Decision(emits=(_named_already(message, awaited),))
        if known is not None:
            return Decision(emits=(ANSWERS.known(message, known),))
        waiting = awaited.waiting_like(message)
        if waiting is not None:
            return Decision(emits=(still_waits(message, waiting),))
    if message.body is None:
        return _refuse(message, awaited, message.refusals, work, settings)
    if isinstance(message.body, OrderCancellationRequested):
        return _cancel_when_it_comes(message, awaited or AwaitedOrder(lane=message.lane), work, settings)
    request = Parked.of(message, work.clock(message.lane).waited + milliseconds(settings.parked_for))
    if awaited is not None and awaited.is_full_for(request, settings):
        return _refuse(message, awaited, (refusal(Code.PARKING_FULL),), work, settings)
    parking = (awaited or AwaitedOrder(lane=message.lane)).parking(request)
    return Decision((Change(AwaitedOrder, message.subject, parking),), (waits_for_order(message, settings),))


def _cancel_when_it_comes(message: Message, awaited: AwaitedOrder, work: UnitOfWork, settings: Settings) -> Decision:
    """Remembered for ever; a second one says nothing new, and hears what comes of the first."""
    if awaited.cancellation is not None:
        first = identity_of(awaited.cancellation.source, awaited.cancellation.id)
        change = remember_for_a_day(message, awaited, stands_by(first), work, settings)
        return Decision(changes=(change,), emits=(_named_already(message, awaited),))
    cancelling = awaited.cancelling(Parked.of(message, 0))
    return Decision((Change(AwaitedOrder, message.subject, cancelling),), (cancels_when_it_comes(message),))


def _named_already(message: Message, awaited: AwaitedOrder) -> Emit:
    first = awaited.cancellation
    assert first is not None, "only a cancellation stands before its order is there"
    return ANSWERS.repeat_of_waiting(message, first.source, first.id)


def _refuse(
    message: Message,
    awaited: AwaitedOrder | None,
    refusals: tuple[Refusal, ...],
    work: UnitOfWork,
    settings: Settings,
) -> Decision:
    change = remember_for_a_day(message, awaited, outcome_of(refusals), work, settings)
    return Decision(changes=(change,), emits=(ANSWERS.refuse(message, refusals),))


def remember_for_a_day(
    message: Message,
    awaited: AwaitedOrder | None,
    outcome: str,
    work: UnitOfWork,
    settings: Settings,
) -> Change:
    """A request without an effect whose order is not there: known for a day of the waiting clock."""
    forgotten_at = work.clock(message.lane).waited + milliseconds(settings.refusals_kept_for)
    kept = (awaited or AwaitedOrder(lane=message.lane)).remembering(message, outcome, forgotten_at)
    return Change(AwaitedOrder, message.subject, kept)


CONFIRMING = Handler(prefetch, decide, changes.prefetch_line)
RELEASING = Handler(prefetch, decide, changes.prefetch_line)
CHANGING = Handler(changes.prefetch, decide, changes.prefetch_related)
NOTING = Handler(prefetch, decide, prefetch_note)
