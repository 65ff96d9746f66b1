"""At the home of an SKU: which submissions wait for the variant, and how its arrival wakes them.

A submission looks again by itself when its time is over, so that what is lost here costs time and no order.
"""

from collections.abc import Iterable
from typing import Any

from contracts.messages.orders import SubmissionDue, VariantAwaited, VariantsDue
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited_variant import AwaitedVariant, awaited_variant_id
from services.orders.documents.variant import Variant
from services.orders.handlers.handler import Handler
from services.orders.rules.clock import milliseconds
from services.orders.settings import Settings


def prefetch_awaited(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The variant, and the place where the order is kept in mind."""
    body = message.body
    assert isinstance(body, VariantAwaited)
    yield Variant, body.sku
    yield AwaitedVariant, awaited_variant_id(body.sku, body.order_id)


def decide_awaited(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """The variant came meanwhile, or the order is kept in mind for as long as it waits."""
    body = message.body
    assert isinstance(body, VariantAwaited)
    if work.get(Variant, body.sku) is not None:
        return Decision(emits=(Emit(SubmissionDue(order_id=body.order_id)),))
    due = work.clock(message.lane).waited + milliseconds(settings.unknown_sku_for)
    awaited = AwaitedVariant(lane=message.lane, due=due, sku=body.sku, order_id=body.order_id)
    return Decision(changes=(Change(AwaitedVariant, awaited_variant_id(body.sku, body.order_id), awaited),))


def prefetch_due(message: Message, settings: Settings) -> Iterable[Want]:
    """A page of those who wait for it."""
    body = message.body
    assert isinstance(body, VariantsDue)
    yield _page(body, settings)


def decide_due(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Wakes a page of orders."""
    body = message.body
    assert isinstance(body, VariantsDue)
    page = work.page(_page(body, settings))
    emits = [Emit(SubmissionDue(order_id=awaited.order_id)) for _, awaited in page]
    if len(page) == settings.prices_page:
        emits.append(Emit(VariantsDue(sku=body.sku, after=page[-1][0])))
    return Decision(tuple(Change(AwaitedVariant, id_, None) for id_, _ in page), tuple(emits))


def _page(body: VariantsDue, settings: Settings) -> Page[Any]:
    return Page(AwaitedVariant, equal=(("sku", body.sku),), after=body.after, limit=settings.prices_page)


def forgotten_page(lane: int, waited: int, settings: Settings) -> Page[Any]:
    """The lane's orders that nobody need be reminded of any more, by this time of the waiting clock."""
    return Page(AwaitedVariant, equal=(("lane", lane),), at_most=(("due", waited),), limit=settings.prices_page)


AWAITING_VARIANT = Handler(prefetch_awaited, decide_awaited)
WAKING_SUBMISSIONS = Handler(prefetch_due, decide_due)
