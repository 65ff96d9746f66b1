"""Devices that a dock announces before anybody scans them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from contracts.messages.assets import AssetAnnounced, AssetReceived
from demo.sample.hashes import drawn
from demo.sample.lives.devices import Device
from demo.sample.outbound import Sending

DOCK: Final = "/docks/arrivals"
PER_MILLE: Final = 20


def sendings(devices: Sequence[Device]) -> tuple[Sending, ...]:
    """Two of a hundred, ten days before their scan."""
    by_serial = {device.serial: device for device in devices}
    announced = drawn(by_serial, round(len(devices) * PER_MILLE / 1000), "announced")
    return tuple(_announced(by_serial[serial]) for serial in announced)


def _announced(device: Device) -> Sending:
    body = AssetReceived(serial=device.serial, sku=device.scan.item.sku, actor="dock")
    at = device.scan.time - timedelta(days=10)
    return Sending(AssetReceived, f"arrival-{device.serial}", DOCK, at, body).awaiting(AssetAnnounced)
