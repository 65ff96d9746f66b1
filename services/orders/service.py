"""Orders, as the engine needs to know it."""

from datetime import datetime

from contracts.messages.clock import ClockTicked
from contracts.messages.orders import RequestRefused
from services.engine.core.inbox import DecidedRequests
from services.engine.core.memory import PROCESSED, Processed
from services.engine.core.service import Collection, Service
from services.orders import SERVICE_NAME
from services.orders import handlers as reactions
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.awaited_price import AwaitedPrice
from services.orders.documents.awaited_variant import AwaitedVariant
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.customer import CustomerRecord, KnownCustomer
from services.orders.documents.note import KeptNote
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.variant import Variant
from services.orders.handlers.handler import (
    AWAITED_ORDERS,
    AWAITED_PRICES,
    AWAITED_VARIANTS,
    CATALOG,
    CHANGE_LINES,
    CUSTOMERS,
    DECIDED_REQUESTS,
    KNOWN_CUSTOMERS,
    LANES,
    NOTES,
    ORDERS,
    SUBSCRIPTION_ROWS,
)
from services.orders.rules.clock import LaneFacts
from services.orders.settings import Settings

__all__ = ["COLLECTIONS", "SERVICE_NAME", "orders"]

COLLECTIONS = (
    Collection(ORDERS, PlacedOrder),
    Collection(SUBSCRIPTION_ROWS, SubscriptionRows),
    Collection(AWAITED_ORDERS, AwaitedOrder, indexes=(("lane", "due"),)),
    Collection(AWAITED_PRICES, AwaitedPrice, indexes=(("sku",),)),
    Collection(AWAITED_VARIANTS, AwaitedVariant, indexes=(("sku",), ("lane", "due"))),
    Collection(CHANGE_LINES, ChangeLine, indexes=(("lane", "due"),)),
    Collection(CATALOG, Variant),
    Collection(CUSTOMERS, CustomerRecord),
    Collection(KNOWN_CUSTOMERS, KnownCustomer),
    Collection(DECIDED_REQUESTS, DecidedRequests),
    Collection(PROCESSED, Processed),
    Collection(NOTES, KeptNote, indexes=(("subject",),)),
    Collection(LANES, LaneFacts),
)
"""The documents of this service. Lists of orders are queries of the next layer; they bring their indexes."""


def orders(settings: Settings | None = None) -> Service:
    """The service under these settings; the defaults of ``docs/domain.md`` if there are none."""
    chosen = settings or Settings()
    return Service(
        name=SERVICE_NAME,
        reads=tuple(reactions.HANDLERS),
        collections=COLLECTIONS,
        prefetch=lambda message: reactions.prefetch(message, chosen),
        prefetch_related=lambda message, work: reactions.prefetch_related(message, work, chosen),
        decide=lambda message, work: reactions.decide(message, work, chosen),
        weight=lambda message: reactions.weight(message, chosen),
        tick=_tick,
        refused=RequestRefused,
    )


def _tick(lane: int, as_of: datetime) -> ClockTicked:
    return ClockTicked(lane=lane, as_of=as_of)
