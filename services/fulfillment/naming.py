"""Which subscription is meant: by its number, by the serial of one of its devices, or by both."""

from contracts.life import SubscriptionRequest
from contracts.refusals import Code, Refusal
from contracts.serials import normalised
from services.fulfillment.case import AssetOf, no
from services.fulfillment.ledger import Entry, Ledger
from services.fulfillment.request import number_in


def meant(ledger: Ledger, order_id: str, body: SubscriptionRequest, asset_of: AssetOf) -> int | tuple[Refusal, ...]:
    """The running number of the subscription, or why the order has none such."""
    serial = None
    if body.serial is not None:
        serial = normalised(body.serial)
        if serial is None:
            return no(Code.SERIAL_INVALID, "serial")
    if body.subscription_id is not None:
        number = number_in(body.subscription_id)
        if number > len(ledger.entries):
            return no(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")
        if serial is not None and not has(ledger.entries[number - 1], serial):
            return no(Code.SERIAL_UNKNOWN, "serial", "no device of this subscription")
        return number
    return _with(ledger, order_id, serial or "", asset_of)


def has(entry: Entry, serial: str) -> bool:
    """Whether this is its present device, or one that was replaced."""
    return entry.serial == serial or serial in (entry.replaced or ())


def _with(ledger: Ledger, order_id: str, serial: str, asset_of: AssetOf) -> int | tuple[Refusal, ...]:
    """The one that had the device last: by the device's history or, once another order has it, by our own."""
    asset = asset_of(serial)
    if asset is not None and asset.last_order == order_id:
        number = asset.history[-1].number
        if has(ledger.entries[number - 1], serial):
            return number
    for number in range(len(ledger.entries), 0, -1):
        if has(ledger.entries[number - 1], serial):
            return number
    return no(Code.SERIAL_UNKNOWN, "serial")
