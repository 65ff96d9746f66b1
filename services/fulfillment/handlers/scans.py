"""A scanner assigns devices to units: decided at once, parked, refused as a whole, or known already."""

from collections.abc import Iterator

from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.engine.core.inbox import outcome_of
from services.engine.core.memory import WAITING, find_repeat, record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Awaited, Ledger
from services.fulfillment.documents.request import Scan, asked
from services.fulfillment.rules.answers import ANSWERS, all_refused, invalid_ones, outcome_of_serials
from services.fulfillment.rules.draining import Draining
from services.fulfillment.rules.parking import notice, parked, scheduled
from services.fulfillment.rules.scan import Decided, decided
from services.fulfillment.settings import Settings


def scan_asked(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """``ItemFulfillmentRequested``: one answer, whatever it asks; every serial of it heard of."""
    order_id = message.subject
    ledger = work.get(Ledger, order_id) or Ledger()
    known = find_repeat(message, ledger, work)
    if known is not None:
        return Decision(emits=(ANSWERS.known(message, known),))
    body = message.body
    if not isinstance(body, ItemFulfillmentRequested):
        return _refused(settings, message, work, ledger, message.refusals)
    wrong = _wrong(body, settings)
    if wrong:
        return _refused(settings, message, work, ledger, wrong)
    awaits = ledger.awaits()
    if awaits is not None:
        return _waits(settings, message, work, ledger, body, awaits)
    scan = asked(message, body)
    book = Book(ledger, order_id, work)
    if book.ledger.paged:
        book.ask(_pages_held(order_id, scan, work))
    result = decided(book, scan, lambda serial: work.get(Asset, serial), settings)
    heard = record_processed(result.book.ledger.heard, message, result.outcome)
    book = result.book.with_ledger(replace(result.book.ledger, heard=heard))
    return _changed(settings, message, work, book, result)


def _pages_held(order_id: str, scan: Scan, work: UnitOfWork) -> Iterator[int]:
    """The numbers of the subscriptions of this order that have the scan's devices already."""
    for serial in filter(None, map(normalised, scan.serials)):
        asset = work.get(Asset, serial)
        if asset is not None and asset.holder is not None and asset.holder.order_id == order_id:
            yield asset.holder.number


def _changed(settings: Settings, message: Message, work: UnitOfWork, book: Book, result: Decided) -> Decision:
    """A scan's result as a decision; wishes that waited for a subscription which it created are decided behind it."""
    emits = tuple(Emit(body) for body in result.emits)
    assets = dict(result.assets)
    if book.ledger.parked and result.assets:
        draining = Draining(book, lambda serial: assets.get(serial) or work.get(Asset, serial), settings)
        ledger = scheduled(draining.drain(), message.lane, work.clock(message.lane).waited, settings)
        book = draining.book.with_ledger(ledger)
        assets |= draining.assets
        emits += tuple(draining.emits)
    changes = (Change(Asset, serial, asset) for serial, asset in assets.items())
    return Decision((*book.changes(), *changes), emits)


def _wrong(body: ItemFulfillmentRequested, settings: Settings) -> tuple[Refusal, ...]:
    """What is wrong with the message as a whole, whatever the order."""
    if not body.serials:
        return (refusal(Code.FIELD_REQUIRED, "serials", "no serial"),)
    if len(body.serials) > settings.serials:
        return (refusal(Code.TOO_MANY_SERIALS, "serials", f"{len(body.serials)} serials"),)
    return ()


def _refused(
    settings: Settings, message: Message, work: UnitOfWork, ledger: Ledger, refusals: tuple[Refusal, ...]
) -> Decision:
    """The request refused as a whole; its identity is remembered, for a day where no order is known."""
    heard = record_processed(ledger.heard, message, outcome_of(refusals))
    ledger = scheduled(replace(ledger, heard=heard), message.lane, work.clock(message.lane).waited, settings)
    return Decision((Change(Ledger, message.subject, ledger),), (ANSWERS.refuse(message, refusals),))


def _waits(
    settings: Settings,
    message: Message,
    work: UnitOfWork,
    ledger: Ledger,
    body: ItemFulfillmentRequested,
    awaits: Awaited,
) -> Decision:
    """The scan waits, unless nothing in it is worth waiting for or too much waits already."""
    order_id, scan, waited = message.subject, asked(message, body), work.clock(message.lane).waited
    if len(invalid_ones(scan)) == len(scan.serials):
        answer = all_refused(order_id, scan, Code.SERIAL_INVALID, suspect=message.clock_suspect)
        heard = record_processed(ledger.heard, message, outcome_of_serials(answer.serials))
        ledger = scheduled(replace(ledger, heard=heard), message.lane, waited, settings)
        return Decision((Change(Ledger, order_id, ledger),), (Emit(answer),))
    waiting = parked(ledger, scan, body, message.lane, waited, settings)
    if waiting is None:
        return _refused(settings, message, work, ledger, (refusal(Code.PARKING_FULL),))
    waiting = replace(waiting, heard=record_processed(ledger.heard, message, WAITING))
    return Decision((Change(Ledger, order_id, waiting),), (Emit(notice(order_id, scan, awaits)),))
