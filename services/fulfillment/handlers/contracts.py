"""Contracts end by date, when the clock says so: page by page, and only facts about what really changes."""

from datetime import date
from itertools import islice
from typing import Any, Final

from contracts.messages.fulfillment import ContractsDue
from contracts.wire.message import Body
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, Page, Ref, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Entry, Ledger
from services.fulfillment.rules.case import Case
from services.fulfillment.rules.ending import begin_of, due, ended, entries_due, with_ends
from services.fulfillment.rules.life import with_row
from services.fulfillment.rules.subscription import ends_before
from services.fulfillment.settings import Settings

ASSETS: Final = "assets"
PAGE: Final = 25
"""Ledgers loaded at a time."""
WORK: Final = 500
"""Contracts ended in one decision: each says a fact and writes a device."""


def ending_page(lane: int, by: date, after: str = "", limit: int = PAGE) -> Page[Any]:
    """The lane's ledgers in which a contract has ended by this day."""
    return Page(Ledger, equal=(("home", lane),), at_most=(("ends", by.toordinal()),), after=after, limit=limit)


def contracts_due(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """``ContractsDue``: the contracts of a page, until one is empty. A ledger with very many is looked at again."""
    body = message.body
    assert isinstance(body, ContractsDue)
    changes: list[Change] = []
    emits: list[Emit] = []
    after, left = body.after, WORK
    found = work.page(ending_page(message.lane, body.by, body.after))
    if not found:
        return NOTHING
    for order_id, ledger in found:
        book = Book(ledger, order_id, work)
        numbers = tuple(islice(due(book, body.by), left + 1))
        became, assets, facts = _ended(settings, work, book, numbers[:left])
        changes += (*became.changes(), *assets)
        emits += (Emit(fact) for fact in facts)
        left -= len(facts)
        if len(facts) < len(numbers):
            break
        after = order_id
    emits.append(Emit(ContractsDue(lane=body.lane, by=body.by, after=after)))
    return Decision(tuple(changes), tuple(emits))


def devices_due(work: UnitOfWork, lane: int, by: date, after: str) -> tuple[Ref, ...]:
    """The devices of the contracts of a page, as far as their ledgers name them themselves."""
    found = (
        (Asset, entry.serial)
        for _, ledger in work.page(ending_page(lane, by, after))
        for entry in entries_due(ledger, by)
    )
    return tuple(islice(found, WORK))


def _ended(
    settings: Settings, work: UnitOfWork, book: Book, numbers: tuple[int, ...]
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
        case = Case(book, number, begin_of(end, settings), end, settings, lambda serial: work.get(Asset, serial))
        answer = ended(case)
        became[number], fact = with_row(case, answer, ledger.version + len(facts) + 1, None, None)
        facts.append(fact)
        assets += (Change(Asset, serial, asset) for serial, asset in answer.assets.items())
    book = book.with_entries(became)
    unsaid = (*ledger.unsaid, *numbers)
    book = book.with_ledger(replace(book.ledger, version=ledger.version + len(facts), unsaid=unsaid))
    return with_ends(book, numbers, ledger.home), tuple(assets), tuple(facts)
