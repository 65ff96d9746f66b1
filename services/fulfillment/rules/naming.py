"""Which subscription is meant: by its number, by the serial of one of its devices, or by both."""

from contracts.messages.life import SubscriptionRequest
from contracts.values.refusals import Code, Refusal
from contracts.values.serials import normalised
from services.fulfillment.documents.asset import AssetOf
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry
from services.fulfillment.documents.request import number_in
from services.fulfillment.rules.case import no


def find_number(book: Book, body: SubscriptionRequest, asset_of: AssetOf) -> int | tuple[Refusal, ...]:
    """The running number of the subscription, or why the order has none such."""
    serial = None
    if body.serial is not None:
        serial = normalised(body.serial)
        if serial is None:
            return no(Code.SERIAL_INVALID, "serial")
    if body.subscription_id is not None:
        number = number_in(body.subscription_id)
        if number > book.ledger.count:
            return no(Code.SUBSCRIPTION_UNKNOWN, "subscription_id")
        if serial is not None and not has(book.entry(number), serial):
            return no(Code.SERIAL_UNKNOWN, "serial", "no device of this subscription")
        return number
    return _with(book, serial or "", asset_of)


def has(entry: Entry, serial: str) -> bool:
    """Whether this is its present device, or one that was replaced."""
    return entry.serial == serial or serial in (entry.replaced or ())


def _with(book: Book, serial: str, asset_of: AssetOf) -> int | tuple[Refusal, ...]:
    """The one of this order that had the device last, by the device's history: whoever has it by now. One that was
    corrected to another serial never had it.
    """
    asset = asset_of(serial)
    had = () if asset is None else asset.history
    for number in dict.fromkeys(row.number for row in reversed(had) if row.order_id == book.order_id):
        if has(book.entry(number), serial):
            return number
    return no(Code.SERIAL_UNKNOWN, "serial")
