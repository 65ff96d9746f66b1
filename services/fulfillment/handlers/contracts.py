"""Contracts end by date, when the clock says so: page by page, and only facts about what really changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from contracts.messages.fulfillment import ContractsDue
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.handler import FactHandler
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, UnitOfWork, Want
from services.fulfillment.documents.asset import Asset, assets_in
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, Ledger
from services.fulfillment.rules.case import Case
from services.fulfillment.rules.ending import begin_of, due, end_contract, entries_due, with_ends
from services.fulfillment.rules.life import with_row
from services.fulfillment.rules.subscription import ends_before
from services.fulfillment.settings import Settings

PAGE: Final = 25
"""Ledgers loaded at a time."""
WORK: Final = 500
"""Contracts ended in one decision: each says a fact and writes a device."""


def ending_page(lane: int, by: date, after: str = "", limit: int = PAGE) -> Page[Ledger]:
    """The lane's ledgers in which a contract has ended by this day."""
    return Page(Ledger, equal=(("home", lane),), at_most=(("ends", by.toordinal()),), after=after, limit=limit)


@dataclass(frozen=True)
class EndingContracts(FactHandler[ContractsDue]):
    """``ContractsDue``: the contracts of a page, until one is empty. A ledger with very many is looked at again."""

    settings: Settings
    reads = (ContractsDue,)

    def prefetch(self, message: Message[ContractsDue]) -> Iterable[Want]:
        """The page."""
        return (_page(message),)

    def prefetch_related(self, message: Message[ContractsDue], work: UnitOfWork) -> Iterable[Want]:
        """The devices of the contracts of a page, as far as their ledgers name them themselves."""
        devices = (
            (Asset, entry.serial)
            for _, ledger in work.page(_page(message))
            for entry in entries_due(ledger, message.body.by)
        )
        return islice(devices, WORK)

    def weight(self, message: Message[ContractsDue]) -> int:
        """As many as one decision ends."""
        del message
        return WORK

    def apply(self, message: Message[ContractsDue], work: UnitOfWork) -> Decision:
        """The contracts ended, and the next page asked for."""
        body = message.body
        changes: list[Change] = []
        emits: list[Emit] = []
        after, left = body.after, WORK
        found = work.page(_page(message))
        if not found:
            return NOTHING
        for order_id, ledger in found:
            book = Book(ledger, order_id, work)
            numbers = tuple(islice(due(book, body.by), left + 1))
            became, assets, facts = self._end(book, numbers[:left], work)
            changes += (*became.changes(), *assets)
            emits += (Emit(fact) for fact in facts)
            left -= len(facts)
            if len(facts) < len(numbers):
                break
            after = order_id
        emits.append(Emit(ContractsDue(lane=body.lane, by=body.by, after=after)))
        return Decision(tuple(changes), tuple(emits))

    def _end(
        self, book: Book, numbers: tuple[int, ...], work: UnitOfWork
    ) -> tuple[Book, tuple[Change, ...], tuple[Body, ...]]:
        """The contracts with these numbers ended. No two active ones have a device in common."""
        work.ask((Asset, book.entry(number).serial) for number in numbers)
        assets: list[Change] = []
        facts: list[Body] = []
        ledger = book.ledger
        lines = {line.item_id: line for line in ledger.lines}
        became: dict[int, Entry] = {}
        for number in numbers:
            entry = book.entry(number)
            end = ends_before(entry, lines[entry.item_id])
            case = Case(book, number, begin_of(end, self.settings), end, self.settings, assets_in(work))
            answer = end_contract(case)
            became[number], fact = with_row(case, answer, ledger.version + len(facts) + 1, None, None)
            facts.append(fact)
            assets += (Change(Asset, serial, asset) for serial, asset in answer.assets.items())
        book = book.with_entries(became)
        unsaid = (*ledger.unsaid, *numbers)
        book = book.with_ledger(replace(book.ledger, version=ledger.version + len(facts), unsaid=unsaid))
        return with_ends(book, numbers, ledger.home), tuple(assets), tuple(facts)


def _page(message: Message[ContractsDue]) -> Page[Ledger]:
    return ending_page(message.lane, message.body.by, message.body.after)
