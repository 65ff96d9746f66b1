"""Orders that wait for a price: how the price's arrival wakes them, and what the woken order does."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.messages.orders import HoldReleased, PriceAwaited, PriceFound, PricesDue
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.orders.documents.awaited_price import AwaitedPrice
from services.orders.documents.history import happened
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from services.orders.handlers.draft import OrderDraft
from services.orders.rules.believing import believe
from services.orders.rules.contract import to_contract
from services.orders.rules.placing import with_prices
from services.orders.rules.pricing import unpriced
from services.orders.settings import Settings


@dataclass(frozen=True)
class AwaitingPrice(FactHandler[PriceAwaited]):
    """``PriceAwaited``, at the SKU's home: the price came meanwhile, or the order is kept in mind."""

    reads = (PriceAwaited,)

    def prefetch(self, message: Message[PriceAwaited]) -> Iterable[Want]:
        """The variant, and the place where the order is kept in mind."""
        yield Variant, message.body.sku
        yield AwaitedPrice, _awaited(message.body).id

    def apply(self, message: Message[PriceAwaited], work: UnitOfWork) -> Decision:
        """Kept in mind until the price comes."""
        body = message.body
        awaited = _awaited(body)
        if _has_price(work.get(Variant, body.sku), awaited):
            return Decision(emits=(Emit(PriceFound(order_id=body.order_id, sku=body.sku)),))
        return Decision(changes=(Change(AwaitedPrice, awaited.id, awaited),))


def _awaited(body: PriceAwaited) -> AwaitedPrice:
    return AwaitedPrice(sku=body.sku, order_id=body.order_id, months=body.months, currency=body.currency)


def _has_price(variant: Variant | None, awaited: AwaitedPrice) -> bool:
    return variant is not None and variant.price(awaited.months, awaited.currency) is not None


@dataclass(frozen=True)
class WakingOrders(FactHandler[PricesDue]):
    """``PricesDue``, at the SKU's home: wakes a page of orders; those whose price is still missing stay in mind."""

    settings: Settings
    reads = (PricesDue,)

    def prefetch(self, message: Message[PricesDue]) -> Iterable[Want]:
        """The variant, and a page of those who wait for it."""
        yield Variant, message.body.sku
        yield self._page(message.body)

    def weight(self, message: Message[PricesDue]) -> int:
        """A page."""
        del message
        return self.settings.prices_page

    def apply(self, message: Message[PricesDue], work: UnitOfWork) -> Decision:
        """Whoever is woken is forgotten; a full page is not the last."""
        body = message.body
        variant = work.get(Variant, body.sku)
        page = work.page(self._page(body))
        woken = [(id_, awaited) for id_, awaited in page if _has_price(variant, awaited)]
        emits = [Emit(PriceFound(order_id=awaited.order_id, sku=body.sku)) for _, awaited in woken]
        if len(page) == self.settings.prices_page:
            emits.append(Emit(PricesDue(sku=body.sku, after=page[-1][0])))
        return Decision(tuple(Change(AwaitedPrice, id_, None) for id_, _ in woken), tuple(emits))

    def _page(self, body: PricesDue) -> Page[AwaitedPrice]:
        limit = self.settings.prices_page
        return Page(AwaitedPrice, equal=(("sku", body.sku),), after=body.after, limit=limit)


@dataclass(frozen=True)
class FillingPrices(FactHandler[PriceFound]):
    """``PriceFound``, at the order's home: the woken order reads the catalog again."""

    settings: Settings
    reads = (PriceFound,)

    def prefetch(self, message: Message[PriceFound]) -> Iterable[Want]:
        """The order that is woken."""
        yield PlacedOrder, message.subject

    def prefetch_related(self, message: Message[PriceFound], work: UnitOfWork) -> Iterable[Want]:
        """The variants of what has no price."""
        for sku, _ in _missing(work.get(PlacedOrder, message.subject)):
            yield Variant, sku

    def apply(self, message: Message[PriceFound], work: UnitOfWork) -> Decision:
        """What it was woken for may be gone again: then it asks once more, because nobody keeps it in mind any more."""
        order = work.get(PlacedOrder, message.subject)
        missing = _missing(order)
        if order is None or not missing:
            return NOTHING
        found = ((sku, work.get(Variant, sku)) for sku, _ in missing)
        catalog = {sku: variant for sku, variant in found if variant is not None}
        priced = with_prices(order, catalog, believe(message, order, self.settings).time)
        again = (emit for emit in await_prices(priced) if _is_about(emit, message.body.sku))
        draft = OrderDraft.begin(order)
        if priced is order:
            return draft.emit(*again).decision()
        version = draft.next_version
        draft = draft.with_order(replace(priced, version=version, edited_version=version))
        draft = draft.note_down(happened(HoldReleased.__name__, message.time))
        fact = HoldReleased(version=version, order=to_contract(draft.order), released="price_missing")
        return draft.emit(Emit(fact), *again).decision()


def _missing(order: PlacedOrder | None) -> tuple[tuple[str, int], ...]:
    """What an order waits for; a cancelled one waits for nothing."""
    return () if order is None or order.cancelled_at is not None else unpriced(order.items)


def await_prices(order: PlacedOrder) -> tuple[Emit, ...]:
    """One to the home of each SKU, for each length that the order has no price for."""
    return tuple(
        Emit(PriceAwaited(sku=sku, order_id=order.order_id, months=months, currency=order.currency))
        for sku, months in unpriced(order.items)
    )


def _is_about(emit: Emit, sku: str) -> bool:
    return isinstance(emit.body, PriceAwaited) and emit.body.sku == sku
