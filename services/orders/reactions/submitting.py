"""``OrderSubmitted``: an order is placed as a whole, or refused with every reason at once."""

from collections.abc import Iterable

from contracts.changes import OrderCancellationRequested
from contracts.orders import OrderPlaced, OrderSubmitted
from contracts.refusals import Code, Refusal, refusal
from services.engine.heard import recognise, remember
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Key, Page, Say
from services.orders.answers import id_reused, recognised, refused
from services.orders.awaited import AwaitedOrder
from services.orders.catalog import Variant
from services.orders.change import ChangeLine
from services.orders.content import differing, fingerprints
from services.orders.customer import CustomerRecord, KnownCustomer, as_known, customer_id, known_ids
from services.orders.notes import note_id
from services.orders.order import PlacedOrder
from services.orders.placing import placed
from services.orders.reactions.changes import line_of, needs_line, needs_of_waiting
from services.orders.reactions.conclusions import cancellation_told
from services.orders.reactions.outcome import Outcome, believed, known_again, stands_already, still_waits, wish_refused
from services.orders.reactions.prices import prices_awaited
from services.orders.reactions.reaction import (
    AWAITED_ORDERS,
    CATALOG,
    CUSTOMERS,
    KNOWN_CUSTOMERS,
    NOTES,
    ORDERS,
    Reaction,
)
from services.orders.reactions.waiting import remember_refusal
from services.orders.reactions.wishes import decide_wish, note_taken
from services.orders.releasing import cancelled
from services.orders.settings import Settings
from services.orders.submission import Seen, seen, submission_refusals
from services.orders.telling import told


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:
    """The order, what waits for it, the catalog's and the customer's documents, and those of the notes it brings."""
    yield ORDERS, message.subject
    yield AWAITED_ORDERS, message.subject
    for sku in seen(message, settings).skus():
        yield CATALOG, sku
    body = message.body
    if isinstance(body, OrderSubmitted):
        for known in known_ids(body.customer, test=body.test):
            yield KNOWN_CUSTOMERS, known
        if body.customer.type == "business":
            yield CUSTOMERS, customer_id(body.customer)
        for number in range(1, min(len(body.notes), settings.most_notes_submitted) + 1):
            yield NOTES, note_id(message.subject, number)


def needs_more(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:
    """Documents for the notes that wait for the order, and the variants that waiting amendments name; the line of one
    that is there already.
    """
    yield from needs_line(message, desk, settings)
    awaited = desk.get(AwaitedOrder, message.subject)
    if awaited is None or not isinstance(message.body, OrderSubmitted):
        return
    brought = len(message.body.notes)
    for number in range(brought + 1, brought + len(awaited.parked) + 1):
        yield NOTES, note_id(message.subject, number)
    yield from needs_of_waiting(None, awaited.parked, awaited.lane, settings)


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """Placed, refused, or recognised as a repeat."""
    order = desk.get(PlacedOrder, message.subject)
    if order is not None:
        return _submitted_again(believed(message, order, settings), order, line_of(order, desk))
    awaited = desk.get(AwaitedOrder, message.subject)
    if awaited is not None:
        known = recognise(message, awaited.heard)
        if known is not None:
            return Decision(says=(recognised(message, known),))
        if awaited.waiting_like(message) is not None:
            return Decision(says=(id_reused(message),))
    order_seen = seen(message, settings)
    catalog = _catalog(order_seen, desk)
    refusals = message.refusals + submission_refusals(order_seen, catalog, settings)
    if refusals or not isinstance(message.body, OrderSubmitted):
        change = remember_refusal(message, awaited, refusals, desk, settings)
        return Decision(changes=(change,), says=(refused(message, refusals),))
    return _place(message, message.body, catalog, awaited, desk, settings)


def _catalog(order: Seen, desk: Desk) -> dict[str, Variant]:
    found = ((sku, desk.get(Variant, sku)) for sku in order.skus())
    return {sku: variant for sku, variant in found if variant is not None}


def _place(
    message: Message,
    body: OrderSubmitted,
    catalog: dict[str, Variant],
    awaited: AwaitedOrder | None,
    desk: Desk,
    settings: Settings,
) -> Decision:
    ids = known_ids(body.customer, test=body.test)
    known = {id_: desk.get(KnownCustomer, id_) for id_ in ids}
    order = placed(
        body,
        at=message.time,
        clock_suspect=message.clock_suspect,
        catalog=catalog,
        record=desk.get(CustomerRecord, customer_id(body.customer)) if body.customer.type == "business" else None,
        known=tuple(one for one in known.values() if one is not None),
        settings=settings,
    )
    earlier = () if awaited is None else awaited.heard
    order = revised(order, version=1, heard=remember(earlier, message, "OrderPlaced"))
    outcome = _said(message, order, awaited, settings)
    for note in body.notes:
        outcome = outcome.then(note_taken(message, outcome.order, note.text, note.author))
    outcome = _drained(outcome, awaited, desk, settings)
    first_sights = tuple(
        Change(KnownCustomer, id_, as_known(body.customer)) for id_, one in known.items() if one is None
    )
    arrived = () if awaited is None else (Change(AwaitedOrder, order.order_id, None),)
    asks = () if outcome.order.cancelled_at is not None else prices_awaited(outcome.order)
    whole = revised(outcome, changes=(*first_sights, *outcome.changes, *arrived), says=(*outcome.says, *asks))
    return whole.decision()


def _said(message: Message, order: PlacedOrder, awaited: AwaitedOrder | None, settings: Settings) -> Outcome:
    """The order is placed; cancelled at once if a cancellation came before it, which is answered behind it."""
    cancellation = None if awaited is None else awaited.cancellation
    if cancellation is None:
        return Outcome(order, says=(Say(OrderPlaced(version=1, order=told(order))),))
    request = believed(cancellation.message(message.lane), order, settings)
    body = request.body
    assert isinstance(body, OrderCancellationRequested)
    order = cancelled(order, request.time)
    placed_so = Outcome(order, says=(Say(OrderPlaced(version=1, order=told(order))),))
    return placed_so.then(cancellation_told(request, body.actor, body.reason, order))


def _drained(outcome: Outcome, awaited: AwaitedOrder | None, desk: Desk, settings: Settings) -> Outcome:
    """Decides what waited for the order, in the order in which it came."""
    if awaited is None:
        return outcome
    for parked in awaited.parked:
        outcome = decide_wish(parked.message(awaited.lane), outcome, desk, settings)
    return outcome


def _submitted_again(message: Message, order: PlacedOrder, line: ChangeLine | None) -> Decision:
    """The first accepted submission stands: the same again is a repeat, another one under its id a conflict."""
    known = recognise(message, order.heard)
    if known is not None:
        return Decision(says=(known_again(message, order, known),))
    waiting = None if line is None else line.waiting_like(message)
    if waiting is not None:
        return Decision(says=(still_waits(message, waiting),))
    if not isinstance(message.body, OrderSubmitted):
        return wish_refused(message, order, message.refusals).decision(order)
    fields = differing(order.submitted, fingerprints(message.body))
    if fields:
        return wish_refused(message, order, _conflict(fields)).decision(order)
    return stands_already(message, order).decision(order)


def _conflict(fields: tuple[str, ...]) -> tuple[Refusal, ...]:
    return tuple(refusal(Code.ORDER_CONFLICT, field) for field in fields)


SUBMITTING = Reaction(needs, decide, needs_more)
