"""The weeks after the scan: serials corrected, devices replaced, parcels tracked, wrong scans reversed."""

from collections.abc import Iterable
from typing import Final

from contracts.messages.fulfillment import ItemFulfillmentRequested, SubscriptionCreated
from contracts.messages.life import (
    DeviceReplaced,
    ReplacementRequested,
    ReversalRequested,
    SerialCorrected,
    SerialCorrectionRequested,
    ShipmentSubmitted,
    ShipmentTracked,
    SubscriptionReversed,
)
from demo.sample.hashes import choice, number
from demo.sample.lives.asking import ACTOR, asked, days_after
from demo.sample.lives.devices import Device
from demo.sample.lives.lots import Life, Lot
from demo.sample.outbound import Sending
from demo.sample.scans import CARRIERS
from demo.sample.serials import Serials

AGAIN: Final = "scan-again"
"""Before the serial: the id of the scan of a device whose first one was reversed."""


def corrected(lives: Iterable[Life], serials: Serials) -> tuple[Sending, ...]:
    """The serials that were meant are new ones."""
    return tuple(
        asked(
            SerialCorrectionRequested,
            device,
            days_after(device, 1, 5, "corrected"),
            SerialCorrected,
            new_serial=serials.take(device.scan.item.sku)[0],
            actor=ACTOR,
            reason="mistyped",
        )
        for device in _of(lives, Lot.CORRECTED)
    )


def replaced(lives: Iterable[Life], serials: Serials) -> tuple[Sending, ...]:
    """Another device of the same variant."""
    return tuple(
        asked(
            ReplacementRequested,
            device,
            days_after(device, 3, 40, "replaced"),
            DeviceReplaced,
            new_serial=serials.take(device.scan.item.sku)[0],
            actor=ACTOR,
            reason="broken frame",
        )
        for device in _of(lives, Lot.REPLACED)
    )


def reversed_(lives: Iterable[Life], lot: Lot) -> tuple[Sending, ...]:
    """The scans that were wrong; behind each reversal the second scan of the device, if there is one.

    Both go the same way to the same partition: the scan comes second, and makes a subscription of its own.
    """
    found = []
    for device in _of(lives, lot):
        at = days_after(device, 1, 6, "reversed")
        reason = "wrong box scanned"
        found.append(asked(ReversalRequested, device, at, SubscriptionReversed, actor=ACTOR, reason=reason))
        if lot is Lot.RESCANNED:
            found.append(_scanned_again(device))
    return tuple(found)


def _scanned_again(device: Device) -> Sending:
    order, at = device.scan.order, device.scan.position
    body = ItemFulfillmentRequested(
        order_id=order.order_id,
        item_id=order.item_id(at),
        sku=device.scan.item.sku,
        serials=(device.serial,),
        start_date=device.start,
    )
    time = days_after(device, 7, 9, "scanned again")
    made = Sending(ItemFulfillmentRequested, f"{AGAIN}-{device.serial}", device.scan.source, time, body)
    return made.awaiting(SubscriptionCreated)


def tracked(lives: Iterable[Life]) -> tuple[Sending, ...]:
    """The parcels that are known some days after the scan."""
    return tuple(_parcel(device).awaiting(ShipmentTracked) for device in _of(lives, Lot.TRACKED))


def tracked_early(lives: Iterable[Life]) -> tuple[Sending, ...]:
    """The parcels that are known before the scan: they wait for the subscription."""
    return tuple(_parcel(device).awaiting_later(ShipmentTracked) for device in _of(lives, Lot.TRACKED_EARLY))


def _parcel(device: Device) -> Sending:
    return asked(
        ShipmentSubmitted,
        device,
        days_after(device, 0, 3, "tracked"),
        carrier=choice(CARRIERS, "later carrier", device.serial),
        tracking_number=f"{number('later tracking', device.serial) % 10**12:012d}",
    )


def _of(lives: Iterable[Life], lot: Lot) -> Iterable[Device]:
    return (life.device for life in lives if life.lot is lot)
