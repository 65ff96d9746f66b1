"""Orders, as the engine needs to know it."""

from datetime import datetime
from typing import Any

from contracts.messages.clock import ClockTicked
from contracts.messages.orders import RequestRefused
from services.engine.core.handler import Registry
from services.engine.core.inbox import DecidedRequests
from services.engine.core.memory import PROCESSED, Processed
from services.engine.core.service import Collection, HomeField, Service
from services.orders import SERVICE_NAME
from services.orders.documents.awaited import AwaitedOrder
from services.orders.documents.awaited_price import AwaitedPrice
from services.orders.documents.awaited_variant import AwaitedVariant
from services.orders.documents.change_line import ChangeLine
from services.orders.documents.customer import CustomerRecord, KnownCustomer
from services.orders.documents.findable import ROWS, TALLY, Findable, StatusTally
from services.orders.documents.note import KeptNote
from services.orders.documents.order import PlacedOrder, SubscriptionRows
from services.orders.documents.variant import Variant
from services.orders.handlers.amending import Amending
from services.orders.handlers.cancelling import Cancelling
from services.orders.handlers.catalog import Offering
from services.orders.handlers.changing import ChangeHandler
from services.orders.handlers.clock import Expiring, Ticking
from services.orders.handlers.confirming import Confirming
from services.orders.handlers.customers import ChangingCustomerGroup
from services.orders.handlers.holds import RejectingHold, ReleasingHold
from services.orders.handlers.notes import CustomerNotes, Notes, OrderNotes
from services.orders.handlers.paying import ChangingPayer
from services.orders.handlers.placing import Placing
from services.orders.handlers.prices import AwaitingPrice, FillingPrices, WakingOrders
from services.orders.handlers.progress import Progress
from services.orders.handlers.settling import AcceptedChange, RefusedChange
from services.orders.handlers.short_closing import ShortClosing
from services.orders.handlers.variants import AwaitingVariant, LookingAgain, WakingSubmissions
from services.orders.handlers.waiting import OrderRequestHandler
from services.orders.rules.clock import LaneFacts
from services.orders.settings import Settings

__all__ = ["COLLECTIONS", "SERVICE_NAME", "orders"]

COLLECTIONS = (
    Collection("orders", PlacedOrder, indexes=(("customer.id",), ("serials",))),
    Collection("subscription_rows", SubscriptionRows, indexes=(("serials",),)),
    Collection("findable", Findable, indexes=(("keys",), ("open",))),
    Collection("tallies", StatusTally),
    Collection("awaited_orders", AwaitedOrder, indexes=(("lane", "due"),), homes=(HomeField("lane"),)),
    Collection("awaited_prices", AwaitedPrice, indexes=(("sku",),)),
    Collection(
        "awaited_variants",
        AwaitedVariant,
        indexes=(("sku",), ("lane", "due")),
        homes=(HomeField("lane", "sku:{sku}"),),
    ),
    Collection("change_lines", ChangeLine, indexes=(("lane", "due"),), homes=(HomeField("lane"),)),
    Collection("catalog", Variant),
    Collection("customers", CustomerRecord),
    Collection("known_customers", KnownCustomer),
    Collection("decided_requests", DecidedRequests),
    Collection(PROCESSED, Processed),
    Collection("notes", KeptNote, indexes=(("subject",),)),
    Collection("lanes", LaneFacts),
)
"""The documents of this service."""


def orders(settings: Settings | None = None) -> Service:
    """The service under these settings; the defaults of ``docs/domain.md`` if there are none."""
    handlers = registry(settings or Settings())
    return Service(
        name=SERVICE_NAME,
        reads=handlers.reads,
        collections=COLLECTIONS,
        prefetch=handlers.prefetch,
        prefetch_related=handlers.prefetch_related,
        decide=handlers.decide,
        weight=handlers.weight,
        tick=_tick,
        refused=RequestRefused,
        followers=(ROWS, TALLY),
    )


def registry(settings: Settings) -> Registry:
    """Who decides what orders reads."""
    changes: tuple[ChangeHandler[Any], ...] = (
        Amending(settings),
        Cancelling(settings),
        ShortClosing(settings),
        ChangingPayer(settings),
    )
    line = {model: handler for handler in changes for model in handler.reads}
    notes = OrderNotes(settings)
    requests: tuple[OrderRequestHandler[Any], ...] = (
        Confirming(settings),
        ReleasingHold(settings),
        RejectingHold(settings),
        *changes,
    )
    placing = Placing(settings, {model: handler for handler in (notes, *requests) for model in handler.reads})
    return Registry(
        (
            placing,
            *requests,
            Notes(notes, CustomerNotes(settings)),
            AcceptedChange(line),
            RefusedChange(line),
            Progress(),
            Offering(settings),
            ChangingCustomerGroup(settings),
            AwaitingPrice(),
            WakingOrders(settings),
            FillingPrices(settings),
            AwaitingVariant(settings),
            WakingSubmissions(settings),
            LookingAgain(placing),
            Ticking(settings),
            Expiring(settings),
        )
    )


def _tick(lane: int, as_of: datetime) -> ClockTicked:
    return ClockTicked(lane=lane, as_of=as_of)
