"""Scans and devices: what is scanned for an order, what a dock announces, what a person sets right."""

from typing import Final

from contracts.messages import assets, fulfillment
from services.watch.telling.part import Part
from services.watch.telling.phrase import Phrases, asked, said
from services.watch.telling.phrasing import counted, joined, listed, spoken


def _scan(data: Part) -> str:
    serials = listed(data.serials("serials"), "serial") or "no serial"
    item = data.identifier("item_id") or data.identifier("sku")
    return f"scan of {serials} for order {data.identifier('order_id')}{f', item {item}' if item else ''}"


def _progressed(data: Part) -> str:
    items = data.parts("items")
    taken = sum(item.number("taken") for item in items)
    units = sum(item.number("units") - item.number("cancelled") for item in items)
    changed = data.count("subscriptions")
    inner = joined(
        f"{taken} of {counted(units, 'unit')} taken in {counted(len(items), 'changed item')}" if items else "",
        f"{counted(changed, 'subscription')} changed" if changed else "",
    )
    return f"ledger of order {data.identifier('order_id')}: {inner or 'nothing changed'}"


def _received(data: Part) -> str:
    return f"device {data.serial()} arrived at a dock as {data.identifier('sku')}"


def _correction(data: Part) -> str:
    return f"device {data.serial()} is to be known as {data.identifier('sku')}"


def _state_wanted(data: Part) -> str:
    return f"device {data.serial()} is to be set {spoken(data.text('state'))}"


def _announced(data: Part) -> str:
    return f"device {data.serial()} is {data.text('sku')}: {spoken(data.text('state'))}"


def _corrected(data: Part) -> str:
    return f"device {data.serial()} is {data.text('sku')}, it was known as {data.text('old_sku')}"


def _state_changed(data: Part) -> str:
    return f"device {data.serial()} is {spoken(data.text('state'))} now"


PHRASES: Final[Phrases] = {
    fulfillment.ItemFulfillmentRequested: asked(_scan),
    fulfillment.OrderProgressed: said(_progressed),
    assets.AssetReceived: asked(_received),
    assets.AssetCorrectionRequested: asked(_correction),
    assets.AssetStateRequested: asked(_state_wanted),
    assets.AssetAnnounced: said(_announced),
    assets.AssetCorrected: said(_corrected),
    assets.AssetStateChanged: said(_state_changed),
}
"""Those of scans and devices."""
