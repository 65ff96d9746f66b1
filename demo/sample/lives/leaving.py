"""Subscriptions that are cancelled, and devices that come back."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, get_args

from contracts.messages.life import (
    AssetReturned,
    ReturnSubmitted,
    SubscriptionCancellationRequested,
    SubscriptionCancelled,
)
from contracts.messages.subscription import CancellationReason, Condition
from demo.sample.hashes import below, chance, choice
from demo.sample.lives.asking import ACTOR, asked, days_after
from demo.sample.lives.devices import Device
from demo.sample.lives.lots import NOON_OF_THE_END, Life, Lot
from demo.sample.outbound import Sending

REASONS: Final[tuple[CancellationReason, ...]] = get_args(CancellationReason)
WEIGHTS: Final = (60, 20, 5, 10, 5)
"""Of a hundred cancellations so many have each reason, in the order of ``REASONS``."""
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
FOR_A_LATER_DAY_PERCENT: Final = 30
RETURNED: Final = datetime(2018, 12, 3, 8, tzinfo=UTC)


def cancelled_at(life: Life) -> datetime:
    """When it is cancelled. A late one lies before its second contract month, which was billed meanwhile."""
    if life.lot is Lot.CANCELLED_LATE:
        return days_after(life.device, 5, 25, "cancelled")
    return days_after(life.device, 3, 80, "cancelled")


def last_day(life: Life) -> date:
    """The last day of a cancelled subscription: the cancellation's, or a later one."""
    day = cancelled_at(life).date()
    if life.lot is Lot.CANCELLED and below(100, "for a later day", life.key) < FOR_A_LATER_DAY_PERCENT:
        return day + timedelta(days=1 + below(45, "how much later", life.key))
    return day


def cancelled(lives: Iterable[Life], lot: Lot) -> tuple[Sending, ...]:
    """The cancellations of one lot."""
    return tuple(_cancellation(life) for life in lives if life.lot is lot)


def _cancellation(life: Life) -> Sending:
    at, on = cancelled_at(life), last_day(life)
    return asked(
        SubscriptionCancellationRequested,
        life.device,
        at,
        SubscriptionCancelled,
        reason_code=reason_of(life),
        on=None if on == at.date() else on,
        actor=ACTOR,
    )


def reason_of(life: Life) -> CancellationReason:
    """Why it is cancelled."""
    left = below(sum(WEIGHTS), "why cancelled", life.key)
    for reason, weight in zip(REASONS, WEIGHTS, strict=True):
        if left < weight:
            return reason
        left -= weight
    raise AssertionError("the weights cover every draw")


def over(life: Life) -> bool:
    """Whether the contract is over after the last tick: cancelled, or ended by date."""
    if life.lot in (Lot.CANCELLED, Lot.CANCELLED_LATE):
        at_once = last_day(life) == cancelled_at(life).date()
        return at_once or last_day(life) < NOON_OF_THE_END.date()
    return life.lot is Lot.NONE and life.expires


def returned(lives: Iterable[Life]) -> tuple[Sending, ...]:
    """The devices that come back: of contracts that are over, and replaced ones, which only the serial names."""
    return tuple(
        _return(life.device, by_serial=life.lot is Lot.REPLACED or chance(500, "by serial", life.key))
        for life in lives
        if life.comes_back and (over(life) or life.lot is Lot.REPLACED)
    )


def _return(device: Device, *, by_serial: bool) -> Sending:
    return asked(
        ReturnSubmitted,
        device,
        RETURNED + timedelta(minutes=below(25 * 24 * 60, "returned", device.serial)),
        AssetReturned,
        named={"serial": device.serial} if by_serial else None,
        condition=choice(CONDITIONS, "condition", device.serial),
        actor="dock",
    )
