"""What clerks and docks ask of subscriptions, for the stories."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from contracts.messages.assets import AssetCorrectionRequested, AssetReceived, AssetStateRequested
from contracts.messages.fulfillment import RequestRefused
from contracts.messages.life import (
    CancellationWithdrawalRequested,
    ExtensionRequested,
    ReplacementRequested,
    ReturnSubmitted,
    ReturnWithdrawalRequested,
    ReversalRequested,
    SerialCorrectionRequested,
    ShipmentSubmitted,
    SubscriptionCancellationRequested,
)
from contracts.messages.subscription import Subscription, SubscriptionFact
from contracts.values.money import Money
from contracts.values.refusals import Code
from contracts.wire.message import Body
from services.fulfillment.documents.ledger import Entry
from services.fulfillment.settings import DEFAULTS, Settings
from tests.fulfillment.orders_known import item, ledger, passed, placed, scan, scene
from tests.scene import NOON, Scene

TODAY = NOON.date()
ONE = "o-1/1"


def cancel(which: str | None = ONE, on: date | None = None, **how: Any) -> SubscriptionCancellationRequested:
    given = {"reason_code": "customer_request", "actor": "Grace", "reason": "moves abroad"} | how
    return SubscriptionCancellationRequested(subscription_id=which, on=on, **given)


def extend(ends_before: date, months: int = 6, which: str | None = ONE, **how: Any) -> ExtensionRequested:
    return ExtensionRequested(subscription_id=which, ends_before=ends_before, months=months, actor="Grace", **how)


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def withdraw(which: str | None = ONE, **how: Any) -> CancellationWithdrawalRequested:
    return CancellationWithdrawalRequested(subscription_id=which, actor="Grace", reason="they stay", **how)


def withdraw_return(which: str | None = ONE, serial: str | None = None) -> ReturnWithdrawalRequested:
    return ReturnWithdrawalRequested(subscription_id=which, serial=serial, actor="Grace", reason="another device")


def correct(new: str, which: str | None = ONE, **how: Any) -> SerialCorrectionRequested:
    return SerialCorrectionRequested(subscription_id=which, new_serial=new, actor="Grace", **how)


def swap_device(new: str, which: str | None = ONE, **how: Any) -> ReplacementRequested:
    return ReplacementRequested(subscription_id=which, new_serial=new, actor="Grace", reason="broken", **how)


def give_back(which: str | None = ONE, serial: str | None = None, **how: Any) -> ReturnSubmitted:
    given = {"condition": "good", "actor": "dock-3"} | how
    return ReturnSubmitted(subscription_id=which, serial=serial, **given)


def reverse(which: str | None = ONE, **how: Any) -> ReversalRequested:
    return ReversalRequested(subscription_id=which, actor="Grace", reason="wrong box", **how)


def ship(which: str | None = ONE, **how: Any) -> ShipmentSubmitted:
    given = {"carrier": "DHL", "tracking_number": "JJD01"} | how
    return ShipmentSubmitted(subscription_id=which, **given)


def arrived(serial: str, sku: str = "LAPTOP") -> AssetReceived:
    return AssetReceived(serial=serial, sku=sku, actor="dock-3")


def put_right(serial: str, sku: str = "BIKE") -> AssetCorrectionRequested:
    return AssetCorrectionRequested(serial=serial, sku=sku, actor="Grace", reason="the wrong delivery note")


def set_state(serial: str, state: Any, reason: str = "seen by Grace") -> AssetStateRequested:
    return AssetStateRequested(serial=serial, state=state, actor="Grace", reason=reason)


def rented(
    *serials: str,
    start: date | None = None,
    months: int = 12,
    quantity: int | None = None,
    settings: Settings = DEFAULTS,
) -> Scene:
    """A scene in which an order has a subscription for each serial."""
    serials = serials or ("S1",)
    stage = scene(settings)
    stage.hears(placed(item(quantity=quantity or len(serials), months=months)))
    stage.hears(scan(*serials, start=start))
    return stage


def entry(stage: Scene, number: int = 1, order_id: str = "o-1") -> Entry:
    return ledger(stage, order_id).entries[number - 1]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def day_comes(stage: Scene, day: date) -> list[Body]:
    """The clock says that this day has begun."""
    return stage.hears(passed(stage.clock.waited + 1, as_of=midnight(day)))


def subscriptions(bodies: Iterable[Body]) -> list[Subscription]:
    """Every subscription that a fact carries, in order."""
    return [b.subscription for b in bodies if isinstance(b, SubscriptionFact)]


def codes(bodies: Iterable[Body]) -> list[tuple[Code, str]]:
    return [(r.code, r.field) for b in bodies if isinstance(b, RequestRefused) for r in b.refusals]
