"""Orders that wait for a price: how the price's arrival wakes them, and what the woken order does."""

from collections.abc import Iterable
from typing import Any

from contracts.messages.orders import HoldReleased, PriceAwaited, PriceFound, PricesDue
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited_price import AwaitedPrice
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.handler import Handler
from services.orders.handlers.outcome import believed
from services.orders.rules.placing import with_prices
from services.orders.rules.pricing import unpriced
from services.orders.rules.telling import told
from services.orders.settings import Settings


def prefetch_awaited(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The variant, and the place where the order is kept in mind."""
    body = message.body
    assert isinstance(body, PriceAwaited)
    yield Variant, body.sku
    yield AwaitedPrice, _awaited(body).id


def decide_awaited(message: Message, work: UnitOfWork, settings: Settings) -> Decision:  # noqa: ARG001
    """At the SKU's home: the price came meanwhile, or the order is kept in mind."""
    body = message.body
    assert isinstance(body, PriceAwaited)
    awaited = _awaited(body)
    if _found(awaited, work.get(Variant, body.sku)):
        return Decision(emits=(Emit(PriceFound(order_id=body.order_id, sku=body.sku)),))
    return Decision(changes=(Change(AwaitedPrice, awaited.id, awaited),))


def _awaited(body: PriceAwaited) -> AwaitedPrice:
    return AwaitedPrice(sku=body.sku, order_id=body.order_id, months=body.months, currency=body.currency)


def _found(awaited: AwaitedPrice, variant: Variant | None) -> bool:
    return variant is not None and variant.price(awaited.months, awaited.currency) is not None


def prefetch_due(message: Message, settings: Settings) -> Iterable[Want]:
    """The variant, and a page of those who wait for it."""
    body = message.body
    assert isinstance(body, PricesDue)
    yield Variant, body.sku
    yield _page(body, settings)


def decide_due(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """Wakes a page of orders; those whose price is still missing stay in mind."""
    body = message.body
    assert isinstance(body, PricesDue)
    variant = work.get(Variant, body.sku)
    page = work.page(_page(body, settings))
    woken = [(id_, awaited) for id_, awaited in page if _found(awaited, variant)]
    emits = [Emit(PriceFound(order_id=awaited.order_id, sku=body.sku)) for _, awaited in woken]
    if len(page) == settings.prices_page:
        emits.append(Emit(PricesDue(sku=body.sku, after=page[-1][0])))
    return Decision(tuple(Change(AwaitedPrice, id_, None) for id_, _ in woken), tuple(emits))


def _page(body: PricesDue, settings: Settings) -> Page[Any]:
    return Page(AwaitedPrice, equal=(("sku", body.sku),), after=body.after, limit=settings.prices_page)


def prefetch_found(message: Message, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The order that is woken."""
    yield PlacedOrder, message.subject


def prefetch_catalog(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:  # noqa: ARG001
    """The variants of what has no price."""
    order = work.get(PlacedOrder, message.subject)
    for sku, _ in _missing(order):
        yield Variant, sku


def _missing(order: PlacedOrder | None) -> tuple[tuple[str, int], ...]:
    """What an order waits for; a cancelled one waits for nothing."""
    return () if order is None or order.cancelled_at is not None else unpriced(order.items)


def decide_found(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """The woken order reads the catalog again.

    What it was woken for may be gone again: then it asks once more, because nobody keeps it in mind any longer.
    """
    body = message.body
    assert isinstance(body, PriceFound)
    order = work.get(PlacedOrder, message.subject)
    missing = _missing(order)
    if order is None or not missing:
        return NOTHING
    found = ((sku, work.get(Variant, sku)) for sku, _ in missing)
    catalog = {sku: variant for sku, variant in found if variant is not None}
    released = with_prices(order, catalog, believed(message, order, settings).time)
    again = tuple(say for say in prices_awaited(released) if _about(say, body.sku))
    if released is order:
        return Decision(emits=again)
    version = order.version + 1
    released = replace(released, version=version, edited_version=version)
    fact = HoldReleased(version=version, order=told(released), released="price_missing")
    return Decision((Change(PlacedOrder, order.order_id, released),), (Emit(fact), *again))


def prices_awaited(order: PlacedOrder) -> tuple[Emit, ...]:
    """One to the home of each SKU, for each length that the order has no price for."""
    return tuple(
        Emit(PriceAwaited(sku=sku, order_id=order.order_id, months=months, currency=order.currency))
        for sku, months in unpriced(order.items)
    )


def _about(say: Emit, sku: str) -> bool:
    return isinstance(say.body, PriceAwaited) and say.body.sku == sku


AWAITING = Handler(prefetch_awaited, decide_awaited)
WAKING = Handler(prefetch_due, decide_due)
WOKEN = Handler(prefetch_found, decide_found, prefetch_catalog)
