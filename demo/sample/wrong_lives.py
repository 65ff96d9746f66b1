"""What is asked of subscriptions and assets in vain, three of each kind, and scans of what cannot be scanned."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contracts.messages.assets import AssetCorrectionRequested, AssetReceived, AssetStateRequested
from contracts.messages.fulfillment import ItemFulfillmentRefused, ItemFulfillmentRequested, RequestRefused
from contracts.messages.life import (
    CancellationWithdrawalRequested,
    ExtensionRequested,
    ReplacementRequested,
    ReturnSubmitted,
    ReturnWithdrawalRequested,
    ReversalRequested,
    SerialCorrectionRequested,
    SubscriptionCancellationRequested,
)
from contracts.values.refusals import Code
from contracts.wire.message import Body
from demo.sample.hashes import drawn
from demo.sample.lives import leaving, mending
from demo.sample.lives.devices import Device
from demo.sample.lives.lots import Life, Lot
from demo.sample.outbound import Sending
from demo.sample.plan import Fate
from demo.sample.whole_plan import Plan
from demo.sample.wrong_orders import EACH

SOURCE: Final = "/clerks/trainee"
ASKED: Final = datetime(2018, 12, 20, 10, tzinfo=UTC)
"""After the last tick: what has ended is ended."""
SPARE_SKU: Final = "SPARE"
OTHER_SKU: Final = "BK-X00-00"
NOBODYS: Final = "NOBODYS-000001"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked, of which devices, and why it is refused."""

    name: str
    code: Code
    model: type[Body]
    among: Callable[[Life], bool]
    asked: Callable[[Device], Mapping[str, Any]]


def _calm(life: Life) -> bool:
    return life.lot is Lot.NONE and not life.expires


def _young(life: Life) -> bool:
    return life.lot is Lot.NONE and life.device.last_month > ASKED.date() + timedelta(days=1)


def _ended(life: Life) -> bool:
    return life.lot is Lot.NONE and life.expires and not life.comes_back


def _came_back(life: Life) -> bool:
    return life.lot is Lot.NONE and life.expires and life.comes_back


def _cancelled(life: Life) -> bool:
    return life.lot is Lot.CANCELLED and leaving.over(life) and not life.comes_back


def _reversed(life: Life) -> bool:
    return life.lot is Lot.REVERSED


def _extension(device: Device, **fields: object) -> Mapping[str, Any]:
    return {"ends_before": device.ends_before.isoformat(), "months": 12, **fields}


def _other_serial(device: Device) -> Mapping[str, Any]:
    return {"new_serial": f"{device.scan.item.sku}-999999"}


def _price(currency: str) -> Mapping[str, Any]:
    return {"amount": 1000, "currency": currency}


def _unreasoned(device: Device) -> Mapping[str, Any]:
    """Another price, and nobody says why."""
    return _extension(device, price=_price(device.scan.order.body.currency), reason=None)


_CANCEL: Final = {"reason_code": "other"}
_LATER: Final = {"reason_code": "other", "on": "2018-12-30"}
_BACK: Final = {"condition": "good"}
_Row = tuple[str, Code, type[Body], Callable[[Life], bool], Callable[[Device], Mapping[str, Any]]]
_CANCELLING, _EXTENDING = SubscriptionCancellationRequested, ExtensionRequested
_ROWS: Final[tuple[_Row, ...]] = (
    ("cancel", Code.DATE_OUT_OF_RANGE, _CANCELLING, _calm, lambda _: {**_CANCEL, "on": "2018-12-19"}),
    ("cancel", Code.SUBSCRIPTION_ENDED, _CANCELLING, _ended, lambda _: _CANCEL),
    ("cancel", Code.SUBSCRIPTION_CANCELLED, _CANCELLING, _cancelled, lambda _: _LATER),
    ("cancel", Code.SUBSCRIPTION_REVERSED, _CANCELLING, _reversed, lambda _: _CANCEL),
    ("extend", Code.EXTENSION_TOO_EARLY, _EXTENDING, _young, _extension),
    ("extend", Code.ENDS_BEFORE_MISMATCH, _EXTENDING, _calm, lambda d: _extension(d, ends_before="2030-01-01")),
    ("extend", Code.MIXED_CURRENCY, _EXTENDING, _ended, lambda d: _extension(d, price=_price("JPY"))),
    ("extend", Code.FIELD_REQUIRED, _EXTENDING, _ended, _unreasoned),
    ("extend", Code.SUBSCRIPTION_CANCELLED, _EXTENDING, _cancelled, _extension),
    ("extend", Code.ALREADY_RETURNED, _EXTENDING, _came_back, _extension),
    ("correct", Code.ALREADY_DONE, SerialCorrectionRequested, _calm, lambda d: {"new_serial": d.serial}),
    ("correct", Code.SUBSCRIPTION_ENDED, SerialCorrectionRequested, _ended, _other_serial),
    ("replace", Code.SERIAL_INVALID, ReplacementRequested, _calm, lambda _: {"new_serial": "9" * 65}),
    ("return", Code.ALREADY_RETURNED, ReturnSubmitted, _came_back, lambda _: _BACK),
    ("stay", Code.NOT_CANCELLED, CancellationWithdrawalRequested, _calm, lambda _: {}),
    ("stay", Code.SUBSCRIPTION_CANCELLED, CancellationWithdrawalRequested, _cancelled, lambda _: {}),
    ("not-back", Code.NOT_RETURNED, ReturnWithdrawalRequested, _calm, lambda _: {}),
    ("reverse", Code.SUBSCRIPTION_REVERSED, ReversalRequested, _reversed, lambda _: {}),
)
KINDS: Final = tuple(Kind(*row) for row in _ROWS)


def sendings(plan: Plan) -> tuple[Sending, ...]:
    """All of them."""
    numbered = [life for life in plan.lives if life.device.number is not None and _undisturbed(plan, life)]
    found = []
    for kind in KINDS:
        for n, device in enumerate(_some(numbered, kind.among, f"{kind.name} {kind.code}"), 1):
            named = {"subscription_id": device.subscription_id}
            found.append(
                _refused(f"{kind.name}-{kind.code}", n, kind.model, {**named, **kind.asked(device)}, kind.code)
            )
    calm = _some(numbered, _calm, "by name")
    for n, device in enumerate(calm, 1):
        unknown = {"subscription_id": f"{device.order_id}/99999", **_extension(device)}
        found.append(_refused("extend-unknown", n, ExtensionRequested, unknown, Code.SUBSCRIPTION_UNKNOWN))
        nobodys = {"serial": f"{NOBODYS}-{n}", **_BACK}
        found.append(_refused("return-unknown", n, ReturnSubmitted, nobodys, Code.SERIAL_UNKNOWN))
        other = {"serial": device.serial, "sku": OTHER_SKU}
        found.append(_refused("arrival-other-sku", n, AssetReceived, other, Code.SKU_MISMATCH))
        held = {"subscription_id": device.subscription_id, "new_serial": calm[n % len(calm)].serial}
        unknown_device = {"serial": f"{NOBODYS}-{n}"}
        right = {**unknown_device, "sku": OTHER_SKU}
        found.append(_refused("sku-unknown", n, AssetCorrectionRequested, right, Code.ASSET_UNKNOWN))
        lost = {**unknown_device, "state": "lost"}
        found.append(_refused("state-unknown", n, AssetStateRequested, lost, Code.ASSET_UNKNOWN))
        found.append(_refused("replace-in-use", n, ReplacementRequested, held, Code.SERIAL_IN_USE))
    return (*found, *_scans(plan))


def _undisturbed(plan: Plan, life: Life) -> bool:
    return life.device.order_id in plan.parts.none


def _scans(plan: Plan) -> tuple[Sending, ...]:
    """A device whose contract ended and that did not come back; a device for an order that was cancelled."""
    waiting = {
        each.order.order_id: each
        for each in plan.orders
        if each.fate in (Fate.UNTOUCHED, Fate.CONFIRMED) and each.order.order_id in plan.calm
    }
    ended = _some(plan.lives, _ended, "scanned though ended")
    found = []
    for n, order_id in enumerate(drawn(waiting, EACH, "scanned though ended"), 1):
        data = {"order_id": order_id, "item_id": waiting[order_id].order.item_id(0), "serials": [ended[n - 1].serial]}
        found.append(_refused("scan-ended", n, ItemFulfillmentRequested, data, Code.ASSET_NOT_RETURNED))
        withheld = {**data, "serials": [mending.spares(SPARE_SKU)[n - 1]]}
        found.append(_refused("scan-withheld", n, ItemFulfillmentRequested, withheld, Code.ASSET_UNAVAILABLE))
    for n, each in enumerate(plan.of(drawn(plan.parts.cancelled, EACH, "scanned though cancelled")), 1):
        sku = each.order.body.items[0].sku
        data = {"order_id": each.order.order_id, "sku": sku, "serials": [f"{sku}-99999{n}"]}
        found.append(_refused("scan-cancelled", n, ItemFulfillmentRequested, data, Code.ORDER_CANCELLED))
    return tuple(found)


def _some(lives: Iterable[Life], among: Callable[[Life], bool], salt: str) -> list[Device]:
    fit = {life.key: life.device for life in lives if among(life)}
    return [fit[key] for key in drawn(fit, EACH, salt)]


def _refused(name: str, number: int, model: type[Body], data: Mapping[str, Any], code: Code) -> Sending:
    given = {"actor": "trainee", "reason": "training", **data} if model is not ItemFulfillmentRequested else dict(data)
    if model is AssetReceived:
        del given["reason"]
    given = {field: value for field, value in given.items() if value is not None}
    made = Sending(model, f"wrong-{name}-{number}", SOURCE, ASKED + timedelta(minutes=number), data=given)
    return made.awaiting(RequestRefused, ItemFulfillmentRefused, codes=(code.value,))
