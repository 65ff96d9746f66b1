"""A scanner assigns devices to units: decided at once, parked, refused as a whole, or known already."""

from collections.abc import Iterator

from contracts.fulfillment import ItemFulfillmentRequested
from contracts.refusals import Code, Refusal, refusal
from contracts.serials import normalised
from services.engine.heard import WAITING, recognise, remember
from services.engine.inbox import outcome_of
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Say
from services.fulfillment.answers import ANSWERS, all_refused, invalid_ones, outcome_of_serials
from services.fulfillment.asset import Asset
from services.fulfillment.book import Book
from services.fulfillment.draining import Draining
from services.fulfillment.ledger import Awaited, Ledger
from services.fulfillment.parking import notice, parked, scheduled
from services.fulfillment.request import Scan, asked
from services.fulfillment.scan import Decided, decided
from services.fulfillment.settings import Settings


def scan_asked(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``ItemFulfillmentRequested``: one answer, whatever it asks; every serial of it heard of."""
    order_id = message.subject
    ledger = desk.get(Ledger, order_id) or Ledger()
    known = recognise(message, ledger, desk)
    if known is not None:
        return Decision(says=(ANSWERS.known(message, known),))
    body = message.body
    if not isinstance(body, ItemFulfillmentRequested):
        return _refused(settings, message, desk, ledger, message.refusals)
    wrong = _wrong(body, settings)
    if wrong:
        return _refused(settings, message, desk, ledger, wrong)
    awaits = ledger.awaits()
    if awaits is not None:
        return _waits(settings, message, desk, ledger, body, awaits)
    scan = asked(message, body)
    book = Book(ledger, order_id, desk)
    if book.ledger.paged:
        book.ask(_pages_held(order_id, scan, desk))
    result = decided(book, scan, lambda serial: desk.get(Asset, serial), settings)
    heard = remember(result.book.ledger.heard, message, result.outcome)
    book = result.book.with_ledger(revised(result.book.ledger, heard=heard))
    return _changed(settings, message, desk, book, result)


def _pages_held(order_id: str, scan: Scan, desk: Desk) -> Iterator[int]:
    """The numbers of the subscriptions of this order that have the scan's devices already."""
    for serial in filter(None, map(normalised, scan.serials)):
        asset = desk.get(Asset, serial)
        if asset is not None and asset.holder is not None and asset.holder.order_id == order_id:
            yield asset.holder.number


def _changed(settings: Settings, message: Message, desk: Desk, book: Book, result: Decided) -> Decision:
    """A scan's result as a decision; wishes that waited for a subscription which it created are decided behind it."""
    says = tuple(Say(body) for body in result.says)
    assets = dict(result.assets)
    if book.ledger.parked and result.assets:
        draining = Draining(book, lambda serial: assets.get(serial) or desk.get(Asset, serial), settings)
        ledger = scheduled(draining.drain(), message.lane, desk.clock(message.lane).waited, settings)
        book = draining.book.with_ledger(ledger)
        assets |= draining.assets
        says += tuple(draining.says)
    changes = (Change(Asset, serial, asset) for serial, asset in assets.items())
    return Decision((*book.changes(), *changes), says)


def _wrong(body: ItemFulfillmentRequested, settings: Settings) -> tuple[Refusal, ...]:
    """What is wrong with the message as a whole, whatever the order."""
    if not body.serials:
        return (refusal(Code.FIELD_REQUIRED, "serials", "no serial"),)
    if len(body.serials) > settings.serials:
        return (refusal(Code.TOO_MANY_SERIALS, "serials", f"{len(body.serials)} serials"),)
    return ()


def _refused(
    settings: Settings, message: Message, desk: Desk, ledger: Ledger, refusals: tuple[Refusal, ...]
) -> Decision:
    """The request refused as a whole; its identity is remembered, for a day where no order is known."""
    heard = remember(ledger.heard, message, outcome_of(refusals))
    ledger = scheduled(revised(ledger, heard=heard), message.lane, desk.clock(message.lane).waited, settings)
    return Decision((Change(Ledger, message.subject, ledger),), (ANSWERS.refuse(message, refusals),))


def _waits(
    settings: Settings,
    message: Message,
    desk: Desk,
    ledger: Ledger,
    body: ItemFulfillmentRequested,
    awaits: Awaited,
) -> Decision:
    """The scan waits, unless nothing in it is worth waiting for or too much waits already."""
    order_id, scan, waited = message.subject, asked(message, body), desk.clock(message.lane).waited
    if len(invalid_ones(scan)) == len(scan.serials):
        answer = all_refused(order_id, scan, Code.SERIAL_INVALID, suspect=message.clock_suspect)
        heard = remember(ledger.heard, message, outcome_of_serials(answer.serials))
        ledger = scheduled(revised(ledger, heard=heard), message.lane, waited, settings)
        return Decision((Change(Ledger, order_id, ledger),), (Say(answer),))
    waiting = parked(ledger, scan, body, message.lane, waited, settings)
    if waiting is None:
        return _refused(settings, message, desk, ledger, (refusal(Code.PARKING_FULL),))
    waiting = revised(waiting, heard=remember(ledger.heard, message, WAITING))
    return Decision((Change(Ledger, order_id, waiting),), (Say(notice(order_id, scan, awaits)),))
