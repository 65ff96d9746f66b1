"""Orders, as the engine needs to know it."""

from datetime import datetime

from contracts.clock import ClockTicked
from contracts.orders import RequestRefused
from services.engine.heard import PROCESSED, Heard
from services.engine.inbox import DecidedRequests
from services.engine.service import Collection, Service
from services.orders import SERVICE_NAME, reactions
from services.orders.awaited import AwaitedOrder
from services.orders.awaited_price import AwaitedPrice
from services.orders.awaited_variant import AwaitedVariant
from services.orders.catalog import Variant
from services.orders.change import ChangeLine
from services.orders.clock import LaneFacts
from services.orders.customer import CustomerRecord, KnownCustomer
from services.orders.notes import KeptNote
from services.orders.order import PlacedOrder, SubscriptionRows
from services.orders.reactions.reaction import (
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
    Collection(PROCESSED, Heard),
    Collection(NOTES, KeptNote, indexes=(("subject",),)),
    Collection(LANES, LaneFacts),
)
"""The documents of this service. Lists of orders are queries of the next layer; they bring their indexes."""


def orders(settings: Settings | None = None) -> Service:
    """The service under these settings; the defaults of ``domain.md`` if there are none."""
    chosen = settings or Settings()
    return Service(
        name=SERVICE_NAME,
        reads=tuple(reactions.REACTIONS),
        collections=COLLECTIONS,
        needs=lambda message: reactions.needs(message, chosen),
        needs_more=lambda message, desk: reactions.needs_more(message, desk, chosen),
        decide=lambda message, desk: reactions.decide(message, desk, chosen),
        weight=lambda message: reactions.weight(message, chosen),
        tick=_tick,
        refused=RequestRefused,
    )


def _tick(lane: int, as_of: datetime) -> ClockTicked:
    return ClockTicked(lane=lane, as_of=as_of)
