"""An order's line of changes: one is open at a time, up to eight wait, each is looked at when it reaches the head.

While an order is held, and for contact data always, orders decides alone; for the rest it proposes, and fulfillment
answers (``settling.py``).
"""

from collections.abc import Iterable

from contracts.messages.changes import (
    OrderAmendmentRequested,
    OrderCancellationRequested,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.order import BillingData
from contracts.values.refusals import Code, Refusal, refusal
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import Emit, UnitOfWork, Want
from services.orders.documents.awaited import AwaitedOrder, Parked
from services.orders.documents.change_line import ChangeLine, ChangeRequest, OpenChange, proposal
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.conclusions import cancelled_alone, settled, with_changes
from services.orders.handlers.outcome import Outcome, stands_already, wish_refused
from services.orders.rules.amending import Amended, amended, only_contact
from services.orders.rules.billing import billed, billing_of, with_payer
from services.orders.rules.clock import milliseconds
from services.orders.rules.objections import skus_named
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:
    """The order, its line, what waits for it if it is not there, and the variants that an amendment names."""
    yield PlacedOrder, message.subject
    yield AwaitedOrder, message.subject
    yield ChangeLine, message.subject
    if isinstance(message.body, OrderAmendmentRequested):
        for sku in skus_named(None, message.body, settings):
            yield Variant, sku


def prefetch_related(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """The variants of changed items that keep theirs."""
    order = work.get(PlacedOrder, message.subject)
    if order is not None and isinstance(message.body, OrderAmendmentRequested):
        for sku in skus_named(order, message.body, settings):
            yield Variant, sku


def prefetch_line(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The line of an order that may have one: what waits in it has taken its identity."""
    order = work.get(PlacedOrder, message.subject)
    if order is not None and order.changes:
        yield ChangeLine, message.subject


def line_of(order: PlacedOrder, work: UnitOfWork) -> ChangeLine | None:
    """The order's line. One that never asked fulfillment has none, and nobody need look."""
    return work.get(ChangeLine, order.order_id) if order.changes else None


def prefetch_of_waiting(
    order: PlacedOrder | None, waiting: Iterable[Parked], lane: int, settings: Settings
) -> Iterable[Want]:
    """The variants that waiting amendments name: one of them may be next."""
    for parked in waiting:
        body = parked.message(lane).body
        if isinstance(body, OrderAmendmentRequested):
            for sku in skus_named(order, body, settings):
                yield Variant, sku


def asked(message: Message, outcome: Outcome, work: UnitOfWork, settings: Settings) -> Outcome:
    """A request for a change, behind everything that ``outcome`` has decided: it waits, or is at the head at once.

    Its identity is neither in the order's memory nor that of a change in the line.
    """
    line = outcome.line
    if not isinstance(message.body, ChangeRequest):
        return outcome.then(wish_refused(message, outcome.order, message.refusals))
    if line is None:
        return outcome.then(at_head(message, outcome.order, work, settings))
    if len(line.waiting) >= settings.most_changes_waiting:
        return outcome.then(wish_refused(message, outcome.order, (refusal(Code.TOO_MANY_CHANGES),)))
    line = replace(line, waiting=(*line.waiting, Parked.of(message, 0)))
    return replace(outcome, line=line)


def at_head(message: Message, order: PlacedOrder, work: UnitOfWork, settings: Settings) -> Outcome:
    """A change that is next: refused, recognised, decided by orders alone, or open from now on."""
    body = message.body
    assert isinstance(body, ChangeRequest)
    if order.cancelled_at is not None:
        return _of_cancelled(message, body, order)
    match body:
        case OrderAmendmentRequested():
            return _amendment(message, body, order, work, settings)
        case OrderCancellationRequested():
            if order.holds:
                return cancelled_alone(message, body.actor, body.reason, order)
            return _opened(message, order, order.items, billing_of(order), work, settings)
        case ShortCloseRequested():
            return _short_close(message, body, order, work, settings)
        case PayerChangeRequested():
            return _payer(message, body, order, work, settings)


def _of_cancelled(message: Message, body: ChangeRequest, order: PlacedOrder) -> Outcome:
    """A cancellation of a cancelled order stands already; nothing else can be done with it."""
    if not isinstance(body, OrderCancellationRequested):
        return wish_refused(message, order, (refusal(Code.ORDER_CANCELLED),))
    return stands_already(message, order)


def _amendment(
    message: Message, body: OrderAmendmentRequested, order: PlacedOrder, work: UnitOfWork, settings: Settings
) -> Outcome:
    expected = body.expected_version
    if expected is not None and not order.edited_version <= expected <= order.version:
        found = f"{expected}, the order was edited in version {order.edited_version}"
        return wish_refused(message, order, (refusal(Code.VERSION_CONFLICT, "expected_version", found),))
    after = amended(order, body, lambda sku: work.get(Variant, sku), settings)
    if not isinstance(after, Amended):
        return wish_refused(message, order, after)
    if order.holds or only_contact(order, after):
        return settled(message, with_changes(order, after.items, after.billing, message), "amendment")
    return _opened(message, order, after.items, after.billing, work, settings)


def _short_close(
    message: Message, body: ShortCloseRequested, order: PlacedOrder, work: UnitOfWork, settings: Settings
) -> Outcome:
    wrong: tuple[Refusal, ...] = ()
    if body.item_id is not None and all(item.item_id != body.item_id for item in order.items):
        wrong = (refusal(Code.ITEM_UNKNOWN, "item_id", body.item_id),)
    elif order.holds:
        wrong = (refusal(Code.NO_SUBSCRIPTION_YET),)
    if wrong:
        return wish_refused(message, order, wrong)
    return _opened(message, order, order.items, billing_of(order), work, settings)


def _payer(
    message: Message, body: PayerChangeRequested, order: PlacedOrder, work: UnitOfWork, settings: Settings
) -> Outcome:
    if body.group is not None and order.customer.type == "individual":
        return wish_refused(message, order, (refusal(Code.GROUP_NOT_ALLOWED, "group"),))
    billing = with_payer(order, body.group)
    if order.holds:
        return settled(message, billed(order, billing), "payer")
    return _opened(message, order, order.items, billing, work, settings)


def _opened(
    message: Message,
    order: PlacedOrder,
    items: tuple[PlacedItem, ...],
    billing: BillingData,
    work: UnitOfWork,
    settings: Settings,
) -> Outcome:
    """The change is open: fulfillment is asked, under the next number."""
    change = OpenChange(number=order.changes + 1, request=Parked.of(message, 0), items=items, billing=billing)
    due = work.clock(message.lane).waited + milliseconds(settings.proposed_again_after)
    line = ChangeLine(lane=message.lane, due=due, open=change)
    order = replace(order, changes=change.number)
    return Outcome(order, line, emits=(Emit(proposal(order.order_id, change, message.lane), cause=message.cause),))
