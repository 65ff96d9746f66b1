"""Slips and their ways back: in the end all is as if they had not happened, but for spare devices that are new."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from contracts.messages.assets import (
    AssetAnnounced,
    AssetCorrected,
    AssetCorrectionRequested,
    AssetReceived,
    AssetStateChanged,
    AssetStateRequested,
)
from contracts.messages.life import (
    AssetReturned,
    CancellationWithdrawalRequested,
    CancellationWithdrawn,
    ReturnSubmitted,
    ReturnWithdrawalRequested,
    ReturnWithdrawn,
    SubscriptionCancellationRequested,
    SubscriptionCancelled,
)
from contracts.wire.message import Body
from demo.sample.hashes import choice, drawn
from demo.sample.lives.announcing import DOCK
from demo.sample.lives.asking import ACTOR, CLERKS
from demo.sample.lives.leaving import CONDITIONS
from demo.sample.lives.lots import Life, Lot
from demo.sample.outbound import Sending

EACH: Final = 3
MENDED: Final = datetime(2018, 12, 18, 9, tzinfo=UTC)
"""After the last tick and before the wrong ones."""
LASTING: Final = date(2019, 3, 1)
_SLIP: Final = {"actor": ACTOR, "reason": "a slip"}


def sendings(lives: Sequence[Life], sku: str, other: str) -> tuple[Sending, ...]:
    """All of them. ``sku`` is that of the spare devices, ``other`` the one that they are taken for."""
    known = [life for life in lives if life.lot is Lot.NONE and life.device.subscription_id is not None]
    back = [life for life in known if life.expires and life.comes_back]
    lasting = [life for life in known if life.device.ends_before > LASTING]
    return (*_announced_twice(sku, other), *_cancelled_in_vain(lasting), *_returned_in_vain(back))


def spares(sku: str) -> tuple[str, ...]:
    """The serials of the spare devices; they are in repair."""
    return tuple(f"{sku}-SPARE-{n}" for n in range(1, EACH + 1))


def _announced_twice(sku: str, other: str) -> Iterable[Sending]:
    """Announced under a wrong SKU, then the right one; put right once more in vain; sent to be repaired."""
    for serial in spares(sku):
        yield _asked("arrival-wrong", serial, AssetReceived, AssetAnnounced, serial=serial, sku=other, actor="dock")
        yield _asked("arrival-right", serial, AssetReceived, AssetAnnounced, serial=serial, sku=sku, actor="dock")
        yield _asked("sku-wrong", serial, AssetCorrectionRequested, AssetCorrected, serial=serial, sku=other, **_SLIP)
        yield _asked("sku-right", serial, AssetCorrectionRequested, AssetCorrected, serial=serial, sku=sku, **_SLIP)
        for turn, state in enumerate(("lost", "available", "in_repair"), 1):
            model, answer = AssetStateRequested, AssetStateChanged
            yield _asked(f"state-{turn}", serial, model, answer, serial=serial, state=state, **_SLIP)


def _cancelled_in_vain(lives: Iterable[Life]) -> Iterable[Sending]:
    """Cancelled for a day that has not come, moved to a later one, withdrawn."""
    for life in _some(lives, "cancelled in vain"):
        named = life.device.named()
        for turn, day in enumerate((date(2018, 12, 29), date(2019, 1, 31)), 1):
            fields = {**named, "reason_code": "other", "on": day, **_SLIP}
            model = SubscriptionCancellationRequested
            yield _asked(f"cancel-in-vain-{turn}", life.key, model, SubscriptionCancelled, **fields)
        fields = {**named, **_SLIP}
        yield _asked("stay", life.key, CancellationWithdrawalRequested, CancellationWithdrawn, **fields)


def _returned_in_vain(lives: Iterable[Life]) -> Iterable[Sending]:
    """Its return is withdrawn and booked again."""
    for life in _some(lives, "returned in vain"):
        named, condition = life.device.named(), choice(CONDITIONS, "condition", life.key)
        yield _asked("not-back", life.key, ReturnWithdrawalRequested, ReturnWithdrawn, **named, **_SLIP)
        fields = {**named, "condition": condition, "actor": "dock"}
        yield _asked("back-again", life.key, ReturnSubmitted, AssetReturned, **fields)


def _some(lives: Iterable[Life], salt: str) -> list[Life]:
    fit = {life.key: life for life in lives}
    return [fit[key] for key in drawn(fit, EACH, salt)]


def _asked(name: str, key: str, model: type[Body], answer: type[Body], **fields: Any) -> Sending:
    source = DOCK if model in (AssetReceived, ReturnSubmitted) else CLERKS
    at = MENDED + timedelta(minutes=len(name))
    return Sending(model, f"{name}-{key}", source, at, model.model_validate(fields)).awaiting(answer)
