"""Which wishes there are, how often each comes up, and to whom it goes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.engine.memory.log import MemoryLog
from tests.together.simulation import story
from tests.together.simulation.story import Data, Seen, StoryClock

WHO: Data = {"actor": "Grace", "reason": "because"}
PAYERS: tuple[Data, ...] = (
    {"group_id": "north"},
    {"group_id": "south"},
    {"customer_id": "acme"},
    {"customer_id": "ada"},
)
SERIALS = ("S1", "s1 ", *(f"S{n}" for n in range(2, 13)))


@dataclass(frozen=True, slots=True)
class Situation:
    """What somebody who wants something has before them."""

    random: Random
    log: MemoryLog
    clock: StoryClock
    order_id: str

    def serial(self) -> str:
        """A device at hand."""
        return self.random.choice(SERIALS)

    def seen(self) -> Seen:
        """A subscription of the order that somebody read of, mostly one of the last; a made-up one if there is none."""
        mine = [seen for seen in story.subscriptions(self.log) if seen.id.startswith(f"{self.order_id}/")]
        if not mine or self.random.random() < 0.1:
            return Seen(f"{self.order_id}/{self.random.randint(1, 3)}", self.serial(), "CLOCK", "2025-01-01")
        return self.random.choice(mine[-4:])

    def named(self) -> Data:
        """A subscription, by its id, mostly; or by its device alone."""
        seen = self.seen()
        return {"serial": seen.serial} if self.random.random() < 0.3 else {"subscription_id": seen.id}


@dataclass(frozen=True, slots=True)
class Wish:
    """A kind of request: its topic, service and name, how often it comes up, how its data are made."""

    topic: str
    name: str
    often: int
    made: Callable[[Situation], Data]

    @property
    def service(self) -> str:
        """Whose type it is."""
        return "orders" if self.topic == "catalog.requests" else self.topic.partition(".")[0]


def _scan(s: Situation) -> Data:
    data: Data = {"order_id": s.order_id, "serials": [s.serial() for _ in range(s.random.choice((1, 1, 2)))]}
    if s.random.random() < 0.8:
        data["item_id"] = s.random.choice(("1", "1", "1", "2"))
    else:
        data["sku"] = s.random.choice(("CLOCK", "CHAIR"))
    if s.random.random() < 0.5:
        data["start_date"] = story.day(s.clock, s.random.choice((-60, -31, 0, 20)))
    return data


def _extension(s: Situation) -> Data:
    seen = s.seen()
    return {"subscription_id": seen.id, "ends_before": seen.ends_before, "months": 6, **WHO}


def _settings(s: Situation) -> Data:
    payer = s.random.choice(({"group_id": s.random.choice(story.GROUPS)}, {"customer_id": "acme"}))
    what: tuple[Data, ...] = ({"name": "North Star"}, {"billing_day": 10}, {"default_term": "net_30"})
    return {**payer, **s.random.choice(what), **WHO}


def _release(s: Situation) -> Data:
    return {"order_id": s.order_id, "price": s.random.choice(("quoted", "catalog")), **WHO}


def _group(s: Situation) -> Data:
    return {} if s.random.random() < 0.4 else {"group": {"id": s.random.choice(story.GROUPS)}}


def _condition(s: Situation) -> str:
    return s.random.choice(("good", "good", "damaged"))


def _state(s: Situation) -> Data:
    return {"serial": s.serial(), "state": s.random.choice(("in_repair", "lost", "available", "available")), **WHO}


def _cancelled(s: Situation) -> Data:
    later = {"on": story.day(s.clock, s.random.choice((20, 40, 60)))} if s.random.random() < 0.3 else {}
    return {**s.named(), "reason_code": "fraud", **later, **WHO}


ORDERS, CATALOG, FULFILLMENT, BILLING = (
    "orders.requests",
    "catalog.requests",
    "fulfillment.requests",
    "billing.requests",
)
WISHES = (
    Wish(ORDERS, "OrderSubmitted", 18, lambda s: story.order(s.random, s.order_id)),
    Wish(FULFILLMENT, "ItemFulfillmentRequested", 24, _scan),
    Wish(ORDERS, "OrderConfirmationRequested", 5, lambda s: {"order_id": s.order_id, "actor": "Grace"}),
    Wish(ORDERS, "NoteSubmitted", 3, lambda s: {"order_id": s.order_id, "text": "Ring", "author": "Ada"}),
    Wish(ORDERS, "OrderAmendmentRequested", 10, lambda s: story.amendment(s.random, s.order_id)),
    Wish(ORDERS, "OrderCancellationRequested", 6, lambda s: {"order_id": s.order_id, **WHO}),
    Wish(ORDERS, "ShortCloseRequested", 5, lambda s: {"order_id": s.order_id, **WHO}),
    Wish(ORDERS, "PayerChangeRequested", 5, lambda s: {"order_id": s.order_id, **_group(s), **WHO}),
    Wish(ORDERS, "HoldReleaseRequested", 5, _release),
    Wish(ORDERS, "HoldRejectionRequested", 2, lambda s: {"order_id": s.order_id, **WHO}),
    Wish(ORDERS, "CustomerGroupChangeRequested", 2, lambda s: {"customer_id": "umbra", **_group(s), **WHO}),
    Wish(CATALOG, "VariantSubmitted", 2, lambda _s: story.offered("CHAIR", story.LATER["CHAIR"])),
    Wish(FULFILLMENT, "SubscriptionCancellationRequested", 4, _cancelled),
    Wish(FULFILLMENT, "ExtensionRequested", 4, _extension),
    Wish(FULFILLMENT, "SerialCorrectionRequested", 3, lambda s: {**s.named(), "new_serial": s.serial(), **WHO}),
    Wish(FULFILLMENT, "ReplacementRequested", 3, lambda s: {**s.named(), "new_serial": s.serial(), **WHO}),
    Wish(
        FULFILLMENT,
        "ReturnSubmitted",
        5,
        lambda s: {**s.named(), "condition": _condition(s), **WHO},
    ),
    Wish(FULFILLMENT, "CancellationWithdrawalRequested", 2, lambda s: {**s.named(), **WHO}),
    Wish(FULFILLMENT, "ReturnWithdrawalRequested", 2, lambda s: {**s.named(), **WHO}),
    Wish(FULFILLMENT, "ReversalRequested", 5, lambda s: {**s.named(), **WHO}),
    Wish(FULFILLMENT, "ShipmentSubmitted", 3, lambda s: {**s.named(), "carrier": "Post", "tracking_number": "1"}),
    Wish(FULFILLMENT, "AssetReceived", 3, lambda s: {"serial": s.serial(), "sku": s.random.choice(("CLOCK", "CHAIR"))}),
    Wish(FULFILLMENT, "AssetCorrectionRequested", 1, lambda s: {"serial": s.serial(), "sku": "CLOCK", **WHO}),
    Wish(FULFILLMENT, "AssetStateRequested", 3, _state),
    Wish(BILLING, "PayerSettingsSubmitted", 3, _settings),
    Wish(BILLING, "PayerRepairRequested", 2, lambda s: {**s.random.choice(PAYERS), **WHO}),
    Wish(
        BILLING,
        "BillingRunRequested",
        3,
        lambda s: {"period": story.last_month(s.clock), "as_of": story.day(s.clock, 0), "actor": "Grace"},
    ),
)
BY_NAME: Mapping[str, Wish] = {wish.name: wish for wish in WISHES}
OF_AN_ORDER = frozenset(
    {
        "OrderSubmitted",
        "OrderConfirmationRequested",
        "NoteSubmitted",
        "OrderAmendmentRequested",
        "OrderCancellationRequested",
        "ShortCloseRequested",
        "PayerChangeRequested",
        "HoldReleaseRequested",
        "HoldRejectionRequested",
        "ItemFulfillmentRequested",
    }
)
"""Wishes whose subject is an order, whatever else they say."""
