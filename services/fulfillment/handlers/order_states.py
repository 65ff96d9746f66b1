"""An order's state is another one: what waited for it is decided behind, in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from contracts.wire.message import Body
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import Change, Decision, Emit, UnitOfWork, Want
from services.fulfillment.documents.asset import assets_in, refs_of
from services.fulfillment.documents.book import Book, pages_of
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.rules.draining import Draining
from services.fulfillment.rules.parking import schedule
from services.fulfillment.settings import Settings

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class OrderStateHandler(FactHandler[B], Generic[B]):
    """What changes the ledger of an order as a whole."""

    settings: Settings

    def prefetch(self, message: Message[B]) -> Iterable[Want]:
        """The ledger."""
        return ((Ledger, message.subject),)

    def prefetch_waiting(self, order_id: str, ledger: Ledger, first: int) -> Iterable[Want]:
        """The pages from this number on, those included to which waiting scans may add; and the scans' devices."""
        scans = tuple(each.scan for each in ledger.parked if each.scan is not None)
        last = ledger.count + sum(len(scan.serials) for scan in scans)
        yield from pages_of(order_id, ledger, range(first, last + 1))
        for scan in scans:
            yield from refs_of(scan.serials)

    def drain(self, book: Book, message: Message[B], work: UnitOfWork, facts: Sequence[Body] = ()) -> Decision:
        """The facts, then what waited and need not any more."""
        draining = Draining(book, assets_in(work), self.settings)
        ledger = self.schedule(draining.drain(), message, work)
        return Decision(draining.changes(ledger), (*map(Emit, facts), *draining.emits))

    def keep(self, ledger: Ledger, message: Message[B], work: UnitOfWork) -> Change:
        """The ledger where nothing that waits is decided."""
        return Change(Ledger, message.subject, self.schedule(ledger, message, work))

    def schedule(self, ledger: Ledger, message: Message[B], work: UnitOfWork) -> Ledger:
        """With the times at which what waits expires."""
        return schedule(ledger, message.lane, work.clock(message.lane).waited, self.settings)
