"""Fulfillment's answers to proposals: what was accepted is adopted as it is carried, and the next change comes up."""

from collections.abc import Iterable
from typing import assert_never

from contracts.messages.changes import (
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderChangeAccepted,
    OrderChangeRefused,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.order import Item
from contracts.values.refusals import Code, refusal
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Decision, Emit, UnitOfWork, Want
from services.orders.documents.change_line import ChangeLine, ChangeRequest
from services.orders.documents.order import PlacedItem, PlacedOrder
from services.orders.documents.progress import with_counts
from services.orders.handlers.changing import at_head, prefetch_of_waiting
from services.orders.handlers.conclusions import cancellation_told, settled, with_changes
from services.orders.handlers.handler import Handler
from services.orders.handlers.outcome import Outcome, wish_refused
from services.orders.rules.billing import billed
from services.orders.rules.status import status_of
from services.orders.rules.telling import status_told
from services.orders.settings import Settings


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The order and its line."""
    yield PlacedOrder, message.subject
    yield ChangeLine, message.subject


def prefetch_related(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """The variants that the waiting amendments name."""
    line = work.get(ChangeLine, message.subject)
    if line is not None:
        order = work.get(PlacedOrder, message.subject)
        yield from prefetch_of_waiting(order, line.waiting, line.lane, settings)


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Settles the open change if the answer is about it; the counts that it carries are taken by their version."""
    body = message.body
    assert isinstance(body, OrderChangeAccepted | OrderChangeRefused)
    order = work.get(PlacedOrder, message.subject)
    line = work.get(ChangeLine, message.subject)
    if order is None:
        return NOTHING
    if line is None or line.open.number != body.number:
        return _counted(order, body)
    request = line.open.request.message(message.lane)
    if isinstance(body, OrderChangeRefused):
        assert isinstance(request.body, ChangeRequest)
        refused = refusal(body.code, _meant(request.body, body.code), ", ".join(body.item_ids))
        outcome = wish_refused(request, order, (refused,))
    else:
        outcome = _adopted(request, order, line, body)
    return _next(outcome, line, work, settings).decision(order, line)


def _counted(order: PlacedOrder, body: OrderChangeAccepted | OrderChangeRefused) -> Decision:
    """An answer that settles nothing: a repeat, or one that was replayed."""
    if not isinstance(body, OrderChangeAccepted):
        return NOTHING
    known = {item.item_id for item in order.items}
    after = with_counts(order, tuple(item for item in body.items if item.item_id in known), body.version)
    if after == order:
        return NOTHING
    status = status_of(after)
    if status == order.status:
        return Outcome(after).decision(order)
    after = replace(after, status=status, version=order.version + 1)
    return Outcome(after, emits=(Emit(status_told(after)),)).decision(order)


def _adopted(request: Message, order: PlacedOrder, line: ChangeLine, body: OrderChangeAccepted) -> Outcome:
    """The order as fulfillment has it from now on; contact data are orders' own."""
    asked = request.body
    assert isinstance(asked, ChangeRequest)
    items = tuple(map(_placed, body.items))
    if isinstance(asked, OrderAmendmentRequested):
        after = with_changes(order, items, body.billing, request)
    else:
        after = replace(billed(order, body.billing), items=items)
    after = with_counts(_without_strangers(after), body.items, body.version)
    match asked:
        case OrderCancellationRequested():
            after = replace(after, cancelled_at=line.open.request.time)
            after = replace(after, status=status_of(after))
            return cancellation_told(request, asked.actor, asked.reason, after)
        case OrderAmendmentRequested():
            return settled(request, after, "amendment")
        case ShortCloseRequested():
            return settled(request, after, "short_close")
        case PayerChangeRequested():
            return settled(request, after, "payer")
    assert_never(asked)


def _meant(asked: ChangeRequest, code: Code) -> str:
    """The part of the request that fulfillment's code is about; empty: the whole of it."""
    if code in (Code.ITEM_LOCKED, Code.ORDER_FULFILLED):
        return "items"
    if code is Code.ORDER_HAS_SUBSCRIPTIONS and isinstance(asked, OrderAmendmentRequested):
        return "clear" if asked.billing is None else "billing"
    return ""


def _placed(item: Item) -> PlacedItem:
    return PlacedItem(
        item_id=item.item_id,
        sku=item.sku,
        product_name=item.product_name,
        variant_name=item.variant_name,
        catalog_version=item.catalog_version,
        months=item.months,
        quantity=item.quantity,
        unit_price=item.unit_price,
        quoted_price=item.quoted_price,
        free=item.free,
    )


def _without_strangers(order: PlacedOrder) -> PlacedOrder:
    """The order without counts of items that were removed."""
    ids = {item.item_id for item in order.items}
    return replace(order, progress=tuple(row for row in order.progress if row.item_id in ids))


def _next(outcome: Outcome, line: ChangeLine, work: UnitOfWork, settings: Settings) -> Outcome:
    """The changes that waited, one after another, until one is open again."""
    waiting = line.waiting
    while waiting and outcome.line is None:
        parked, waiting = waiting[0], waiting[1:]
        request = parked.message(line.lane)
        assert isinstance(request.body, ChangeRequest)
        outcome = outcome.then(at_head(request, outcome.order, work, settings))
    if outcome.line is None:
        return outcome
    return replace(outcome, line=replace(outcome.line, waiting=waiting))


SETTLING = Handler(prefetch, decide, prefetch_related)
