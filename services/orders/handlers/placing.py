"""``OrderSubmitted``: an order is placed as a whole, refused with every reason at once, or waits for the catalog.

Lanes recover one by one after an outage: an order may come before the lane of its SKU has read the variant. So a
submission against which nothing stands but an unknown SKU waits some minutes of the waiting clock (``docs/domain.md``
section 6). It is decided when the variant comes; when its time is over it looks once more.
"""

from collections.abc import Iterable

from contracts.messages.orders import OrderSubmitted, SubmissionDue, VariantAwaited
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import find_repeat, stands_by
from services.engine.core.message import Message, identity_of
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want
from services.orders.documents.awaited import MOST_SUBMISSIONS, AwaitedOrder, Parked
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.arrival import arrived, prefetch_of_awaited, prefetch_to_place, submitted_again
from services.orders.handlers.changing import line_of, prefetch_line
from services.orders.handlers.handler import Handler
from services.orders.handlers.outcome import Outcome, still_waits
from services.orders.handlers.waiting import remember_for_a_day
from services.orders.rules.answers import ANSWERS
from services.orders.rules.clock import milliseconds
from services.orders.rules.content import fingerprints
from services.orders.rules.notices import waits_for_variants
from services.orders.rules.submission import seen, submission_refusals
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:
    """The order, what waits for it, the catalog's and the customer's documents, and those of the notes it brings."""
    yield PlacedOrder, message.subject
    yield AwaitedOrder, message.subject
    yield from _needs_to_judge(message, settings)


def prefetch_related(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """What waits for the order asks for documents, too; the line of one that is there already."""
    yield from prefetch_line(message, work, settings)
    awaited = work.get(AwaitedOrder, message.subject)
    if awaited is not None and isinstance(message.body, OrderSubmitted):
        yield from prefetch_of_awaited(message.body, awaited, settings)
        yield from _needs_of_submissions(awaited, settings)


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Placed, refused, recognised as a repeat, or waiting for its variants."""
    order = work.get(PlacedOrder, message.subject)
    if order is not None:
        line = line_of(order, work)
        return submitted_again(message, Outcome(order, line), work, settings).decision(order, line)
    awaited = work.get(AwaitedOrder, message.subject)
    if awaited is not None:
        known = find_repeat(message, awaited, work)
        if known is not None and known.kind == "repeat" and known.first.stands_by is not None:
            first = _waits_already(message, awaited)
            if first is not None:
                return Decision(emits=(ANSWERS.repeat_of_waiting(message, first.source, first.id),))
        if known is not None:
            return Decision(emits=(ANSWERS.known(message, known),))
        waiting = awaited.waiting_like(message)
        if waiting is not None:
            return Decision(emits=(still_waits(message, waiting),))
        earlier = _woken(awaited, work, settings)
        if earlier is not None:
            return submitted_again(message, earlier, work, settings).decision()
    catalog, refusals = _judged(message, work, settings)
    if not refusals and isinstance(message.body, OrderSubmitted):
        return arrived(message, message.body, catalog, awaited, work, settings).decision()
    if settings.unknown_sku_for and _only_unknown(refusals):
        return _wait(message, awaited, work, settings)
    return _refuse(message, awaited, refusals, work, settings)


def _wait(message: Message, awaited: AwaitedOrder | None, work: UnitOfWork, settings: Settings) -> Decision:
    """It waits, and says so; one that says the same as another that waits hears what comes of that one."""
    awaited = awaited or AwaitedOrder(lane=message.lane)
    first = _waits_already(message, awaited)
    if first is not None:
        change = remember_for_a_day(message, awaited, stands_by(identity_of(first.source, first.id)), work, settings)
        return Decision((change,), (ANSWERS.repeat_of_waiting(message, first.source, first.id),))
    if len(awaited.submissions) >= MOST_SUBMISSIONS:
        return _refuse(message, awaited, (refusal(Code.PARKING_FULL),), work, settings)
    skus = tuple(sku for sku in seen(message, settings).skus() if work.get(Variant, sku) is None)
    parked = Parked.of(message, work.clock(message.lane).waited + milliseconds(settings.unknown_sku_for))
    asks = (Emit(VariantAwaited(sku=sku, order_id=message.subject)) for sku in skus)
    change = Change(AwaitedOrder, message.subject, awaited.parking(parked))
    return Decision((change,), (waits_for_variants(message, skus, settings), *asks))


def _waits_already(message: Message, awaited: AwaitedOrder) -> Parked | None:
    """The first submission that waits and says the same."""
    assert isinstance(message.body, OrderSubmitted)
    content = fingerprints(message.body)
    for parked in awaited.submissions:
        body = parked.message(awaited.lane).body
        if isinstance(body, OrderSubmitted) and fingerprints(body) == content:
            return parked
    return None


def _refuse(
    message: Message, awaited: AwaitedOrder | None, refusals: tuple[Refusal, ...], work: UnitOfWork, settings: Settings
) -> Decision:
    change = remember_for_a_day(message, awaited, outcome_of(refusals), work, settings)
    return Decision(changes=(change,), emits=(ANSWERS.refuse(message, refusals),))


def prefetch_due(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The order, if it is there, and what waits for it."""
    yield PlacedOrder, message.subject
    yield AwaitedOrder, message.subject


def prefetch_more_due(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """What the submissions that wait ask for."""
    awaited = work.get(AwaitedOrder, message.subject)
    if awaited is not None:
        yield from _needs_of_submissions(awaited, settings)


def decide_due(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """``SubmissionDue``: the first submission against which nothing stands any more is placed. Refused are those whose
    time is over, and those that no variant can mend; the others wait on.
    """
    assert isinstance(message.body, SubmissionDue)
    awaited = work.get(AwaitedOrder, message.subject)
    if awaited is None or work.get(PlacedOrder, message.subject) is not None:
        return NOTHING
    placed = _woken(awaited, work, settings)
    if placed is not None:
        return placed.decision()
    waited = work.clock(message.lane).waited
    forgotten_at = waited + milliseconds(settings.refusals_kept_for)
    left = awaited
    emits: list[Emit] = []
    for parked in awaited.submissions:
        request = parked.message(awaited.lane)
        _, refusals = _judged(request, work, settings)
        if parked.due <= waited or not _only_unknown(refusals):
            left = left.without(parked).remembering(request, outcome_of(refusals), forgotten_at)
            emits.append(ANSWERS.refuse(request, refusals))
    return Decision((Change(AwaitedOrder, message.subject, left),), tuple(emits)) if emits else NOTHING


def _woken(awaited: AwaitedOrder, work: UnitOfWork, settings: Settings) -> Outcome | None:
    """The order placed by the first waiting submission against which nothing stands now; None: there is none."""
    for parked in awaited.submissions:
        request = parked.message(awaited.lane)
        catalog, refusals = _judged(request, work, settings)
        if not refusals and isinstance(request.body, OrderSubmitted):
            return arrived(request, request.body, catalog, awaited.without(parked), work, settings)
    return None


def _judged(message: Message, work: UnitOfWork, settings: Settings) -> tuple[dict[str, Variant], tuple[Refusal, ...]]:
    """The variants that it names, as far as the catalog has them, and what stands against it."""
    order = seen(message, settings)
    found = ((sku, work.get(Variant, sku)) for sku in order.skus())
    catalog = {sku: variant for sku, variant in found if variant is not None}
    return catalog, message.refusals + submission_refusals(order, catalog, settings)


def _only_unknown(refusals: tuple[Refusal, ...]) -> bool:
    """Whether nothing stands against it but that the catalog does not know a SKU: that alone can come right."""
    return all(each.code is Code.VARIANT_UNKNOWN for each in refusals)


def _needs_to_judge(message: Message, settings: Settings) -> Iterable[Want]:
    for sku in seen(message, settings).skus():
        yield Variant, sku
    if isinstance(message.body, OrderSubmitted):
        yield from prefetch_to_place(message.body, settings)


def _needs_of_submissions(awaited: AwaitedOrder, settings: Settings) -> Iterable[Want]:
    for parked in awaited.submissions:
        request = parked.message(awaited.lane)
        yield from _needs_to_judge(request, settings)
        if isinstance(request.body, OrderSubmitted):
            yield from prefetch_of_awaited(request.body, awaited, settings)


SUBMITTING = Handler(prefetch, decide, prefetch_related)
DUE = Handler(prefetch_due, decide_due, prefetch_more_due)
