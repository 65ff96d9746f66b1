"""A scanner assigns devices to units: decided at once, parked, refused as a whole, or known already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contracts.messages.fulfillment import ItemFulfillmentRequested
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.serials import normalised
from services.engine.core.document import replace
from services.engine.core.memory import record_processed
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.fulfillment.documents.asset import Asset, assets_in, refs_of
from services.fulfillment.documents.book import Book, open_book, pages_of, room_in
from services.fulfillment.documents.ledger import Awaited, Ledger
from services.fulfillment.documents.request import Scan
from services.fulfillment.handlers.ledger_requests import LedgerRequestHandler
from services.fulfillment.rules.answers import outcome_of_serials, refuse_all, refuse_invalid
from services.fulfillment.rules.draining import Draining
from services.fulfillment.rules.parking import notice_of_scan, schedule
from services.fulfillment.rules.scan import Decided, decide_scan


@dataclass(frozen=True)
class Scanning(LedgerRequestHandler[ItemFulfillmentRequested]):
    """``ItemFulfillmentRequested``: one answer, whatever it asks; every serial of it heard of."""

    reads = (ItemFulfillmentRequested,)

    def prefetch(self, message: Message[ItemFulfillmentRequested | None]) -> Iterable[Want]:
        """The ledger and the devices that are named: nothing else is touched by most scans."""
        yield Ledger, message.subject
        if message.body is not None and len(message.body.serials) <= self.settings.serials:
            yield from refs_of(message.body.serials)

    def prefetch_related(self, message: Message[ItemFulfillmentRequested | None], work: UnitOfWork) -> Iterable[Want]:
        """Where the subscriptions go that a scan may create."""
        ledger = work.get(Ledger, message.subject)
        if ledger is None or message.body is None:
            return ()
        last = ledger.count + len(message.body.serials)
        return pages_of(message.subject, ledger, range(ledger.count + 1, last + 1)) if last > room_in(ledger) else ()

    def weight(self, message: Message[ItemFulfillmentRequested | None]) -> int:
        """As much as its serials."""
        return 1 if message.body is None else max(1, len(message.body.serials))

    def accept(self, message: Message[ItemFulfillmentRequested], work: UnitOfWork) -> Decision:
        """Decided now, unless it waits."""
        wrong = self._find_wrong(message.body)
        if wrong:
            return self.refuse(message, wrong, work)
        scan, book = Scan.from_message(message), open_book(work, message.subject)
        awaits = book.ledger.awaits()
        if awaits is not None:
            return self._wait_for(awaits, scan, message, work)
        if book.ledger.paged:
            book.ask(_numbers_held(scan, book, work))
        result = decide_scan(book, scan, assets_in(work), self.settings)
        heard = record_processed(result.book.ledger.heard, message, result.outcome)
        book = result.book.with_ledger(replace(result.book.ledger, heard=heard))
        return self._apply(result, book, message, work)

    def _find_wrong(self, body: ItemFulfillmentRequested) -> tuple[Refusal, ...]:
        """What is wrong with the message as a whole, whatever the order."""
        if not body.serials:
            return (refusal(Code.FIELD_REQUIRED, "serials", "no serial"),)
        if len(body.serials) > self.settings.serials:
            return (refusal(Code.TOO_MANY_SERIALS, "serials", f"{len(body.serials)} serials"),)
        return ()

    def _wait_for(
        self, awaits: Awaited, scan: Scan, message: Message[ItemFulfillmentRequested], work: UnitOfWork
    ) -> Decision:
        """The scan waits, unless nothing in it is worth waiting for or too much waits already."""
        order_id = message.subject
        if len(refuse_invalid(scan)) == len(scan.serials):
            answer = refuse_all(order_id, scan, Code.SERIAL_INVALID, suspect=message.clock_suspect)
            change = self.record_refused(message, outcome_of_serials(answer.serials), work)
            return Decision((change,), (Emit(answer),))
        return self.wait(message, scan, notice_of_scan(order_id, scan, awaits), work)

    def _apply(
        self, result: Decided, book: Book, message: Message[ItemFulfillmentRequested], work: UnitOfWork
    ) -> Decision:
        """A scan's result as a decision; what waited for a subscription which it created is decided behind it."""
        emits = tuple(Emit(body) for body in result.emits)
        assets = dict(result.assets)
        if book.ledger.parked and result.assets:
            draining = Draining(book, lambda serial: assets.get(serial) or work.get(Asset, serial), self.settings)
            ledger = schedule(draining.drain(), message.lane, work.clock(message.lane).waited, self.settings)
            book = draining.book.with_ledger(ledger)
            assets |= draining.assets
            emits += tuple(draining.emits)
        changes = (Change(Asset, serial, asset) for serial, asset in assets.items())
        return Decision((*book.changes(), *changes), emits)


def _numbers_held(scan: Scan, book: Book, work: UnitOfWork) -> Iterator[int]:
    """The numbers of the subscriptions of this order that have the scan's devices already."""
    for serial in filter(None, map(normalised, scan.serials)):
        asset = work.get(Asset, serial)
        if asset is not None and asset.holder is not None and asset.holder.order_id == book.order_id:
            yield asset.holder.number
