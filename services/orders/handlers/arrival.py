"""An order arrives: it is placed, and what waited for it is decided, in the order in which it came."""

from collections.abc import Iterable, Mapping

from contracts.messages.changes import OrderCancellationRequested
from contracts.messages.orders import OrderPlaced, OrderSubmitted
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.engine.core.memory import find_repeat, record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.customer import CustomerRecord, KnownCustomer, as_known, customer_id, known_ids
from services.orders.documents.note import KeptNote, note_id
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.changing import prefetch_of_waiting
from services.orders.handlers.conclusions import cancellation_told
from services.orders.handlers.outcome import Outcome, believed, stands_already, still_waits, wish_refused
from services.orders.handlers.prices import prices_awaited
from services.orders.handlers.requests import decide_wish, note_taken
from services.orders.rules.answers import ANSWERS
from services.orders.rules.content import differing, fingerprints
from services.orders.rules.placing import placed
from services.orders.rules.releasing import cancelled
from services.orders.rules.telling import told
from services.orders.settings import Settings


def prefetch_to_place(body: OrderSubmitted, settings: Settings) -> Iterable[Want]:
    """What is asked for when this is placed, the catalog apart: the customer's documents, those of its notes."""
    for known in known_ids(body.customer, test=body.test):
        yield KnownCustomer, known
    if body.customer.type == "business":
        yield CustomerRecord, customer_id(body.customer)
    for number in range(1, min(len(body.notes), settings.most_notes_submitted) + 1):
        yield KeptNote, note_id(body.order_id, number)


def prefetch_of_awaited(body: OrderSubmitted, awaited: AwaitedOrder, settings: Settings) -> Iterable[Want]:
    """Documents for the notes that wait for the order, and the variants that waiting amendments name."""
    brought = len(body.notes)
    for number in range(brought + 1, brought + len(awaited.requests) + 1):
        yield KeptNote, note_id(body.order_id, number)
    yield from prefetch_of_waiting(None, awaited.requests, awaited.lane, settings)


def arrived(
    message: Message,
    body: OrderSubmitted,
    catalog: Mapping[str, Variant],
    awaited: AwaitedOrder | None,
    work: UnitOfWork,
    settings: Settings,
) -> Outcome:
    """The order is placed by this submission, which broke no rule; ``awaited`` is what waited for it beside it."""
    ids = known_ids(body.customer, test=body.test)
    known = {id_: work.get(KnownCustomer, id_) for id_ in ids}
    order = placed(
        body,
        at=message.time,
        clock_suspect=message.clock_suspect,
        catalog=catalog,
        record=work.get(CustomerRecord, customer_id(body.customer)) if body.customer.type == "business" else None,
        known=tuple(one for one in known.values() if one is not None),
        settings=settings,
    )
    earlier = () if awaited is None else awaited.heard
    order = replace(order, version=1, heard=record_processed(earlier, message, "OrderPlaced"))
    outcome = _said(message, order, awaited, settings)
    for note in body.notes:
        outcome = outcome.then(note_taken(message, outcome.order, note.text, note.author))
    outcome = _drained(outcome, awaited, work, settings)
    first_sights = tuple(
        Change(KnownCustomer, id_, as_known(body.customer)) for id_, one in known.items() if one is None
    )
    gone = () if awaited is None else (Change(AwaitedOrder, order.order_id, None),)
    asks = () if outcome.order.cancelled_at is not None else prices_awaited(outcome.order)
    return replace(outcome, changes=(*first_sights, *outcome.changes, *gone), emits=(*outcome.emits, *asks))


def _said(message: Message, order: PlacedOrder, awaited: AwaitedOrder | None, settings: Settings) -> Outcome:
    """The order is placed; cancelled at once if a cancellation came before it, which is answered behind it."""
    cancellation = None if awaited is None else awaited.cancellation
    if cancellation is None:
        return Outcome(order, emits=(Emit(OrderPlaced(version=1, order=told(order)), cause=message.cause),))
    request = believed(cancellation.message(message.lane), order, settings)
    body = request.body
    assert isinstance(body, OrderCancellationRequested)
    order = cancelled(order, request.time)
    placed_so = Outcome(order, emits=(Emit(OrderPlaced(version=1, order=told(order)), cause=message.cause),))
    return placed_so.then(cancellation_told(request, body.actor, body.reason, order))


def _drained(outcome: Outcome, awaited: AwaitedOrder | None, work: UnitOfWork, settings: Settings) -> Outcome:
    """Decides what waited for the order, other submissions of it too."""
    if awaited is None:
        return outcome
    for parked in awaited.parked:
        request = parked.message(awaited.lane)
        if parked.is_submission:
            outcome = submitted_again(request, outcome, work, settings)
        else:
            outcome = decide_wish(request, outcome, work, settings)
    return outcome


def submitted_again(message: Message, outcome: Outcome, work: UnitOfWork, settings: Settings) -> Outcome:
    """The first accepted submission stands: the same again is a repeat, another one under its id a conflict."""
    order = outcome.order
    message = believed(message, order, settings)
    known = find_repeat(message, order, work)
    if known is not None:
        return replace(outcome, emits=(*outcome.emits, ANSWERS.known(message, known)))
    waiting = None if outcome.line is None else outcome.line.waiting_like(message)
    if waiting is not None:
        return replace(outcome, emits=(*outcome.emits, still_waits(message, waiting)))
    if not isinstance(message.body, OrderSubmitted):
        return outcome.then(wish_refused(message, order, message.refusals))
    fields = differing(order.submitted, fingerprints(message.body))
    if fields:
        return outcome.then(wish_refused(message, order, _conflict(fields)))
    return outcome.then(stands_already(message, order))


def _conflict(fields: tuple[str, ...]) -> tuple[Refusal, ...]:
    return tuple(refusal(Code.ORDER_CONFLICT, field) for field in fields)
