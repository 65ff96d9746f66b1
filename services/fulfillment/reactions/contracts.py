"""Contracts end by date, when the clock says so: page by page, and only facts about what really changes."""

from datetime import date
from itertools import islice
from typing import Final

from contracts.fulfillment import ContractsDue
from contracts.message import Body
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Key, Page, Say
from services.fulfillment.asset import Asset
from services.fulfillment.book import LEDGERS, Book
from services.fulfillment.case import Case
from services.fulfillment.ending import begin_of, due, ended, entries_due, with_ends
from services.fulfillment.ledger import Entry, Ledger
from services.fulfillment.life import with_row
from services.fulfillment.settings import Settings
from services.fulfillment.subscription import ends_before

ASSETS: Final = "assets"
PAGE: Final = 25
"""Ledgers loaded at a time."""
WORK: Final = 500
"""Contracts ended in one decision: each says a fact and writes a device."""


def ending_page(lane: int, by: date, after: str = "", limit: int = PAGE) -> Page:
    """The lane's ledgers in which a contract has ended by this day."""
    return Page(LEDGERS, equal=(("home", lane),), at_most=(("ends", by.toordinal()),), after=after, limit=limit)


def contracts_due(settings: Settings, message: Message, desk: Desk) -> Decision:
    """``ContractsDue``: the contracts of a page, until one is empty. A ledger with very many is looked at again."""
    body = message.body
    assert isinstance(body, ContractsDue)
    changes: list[Change] = []
    says: list[Say] = []
    after, left = body.after, WORK
    found = desk.page(ending_page(message.lane, body.by, body.after), Ledger)
    if not found:
        return NOTHING
    for order_id, ledger in found:
        book = Book(ledger, order_id, desk)
        numbers = tuple(islice(due(book, body.by), left + 1))
        became, assets, facts = _ended(settings, desk, book, numbers[:left])
        changes += (*became.changes(), *assets)
        says += (Say(fact) for fact in facts)
        left -= len(facts)
        if len(facts) < len(numbers):
            break
        after = order_id
    says.append(Say(ContractsDue(lane=body.lane, by=body.by, after=after)))
    return Decision(tuple(changes), tuple(says))


def devices_due(desk: Desk, lane: int, by: date, after: str) -> tuple[Key, ...]:
    """The devices of the contracts of a page, as far as their ledgers name them themselves."""
    found = (
        (ASSETS, entry.serial)
        for _, ledger in desk.page(ending_page(lane, by, after), Ledger)
        for entry in entries_due(ledger, by)
    )
    return tuple(islice(found, WORK))


def _ended(
    settings: Settings, desk: Desk, book: Book, numbers: tuple[int, ...]
) -> tuple[Book, tuple[Change, ...], tuple[Body, ...]]:
    """The contracts with these numbers ended. No two active ones have a device in common."""
    desk.ask((ASSETS, book.entry(number).serial) for number in numbers)
    assets: list[Change] = []
    facts: list[Body] = []
    ledger = book.ledger
    lines = {line.item_id: line for line in ledger.lines}
    became: dict[int, Entry] = {}
    for number in numbers:
        entry = book.entry(number)
        end = ends_before(entry, lines[entry.item_id])
        case = Case(book, number, begin_of(end, settings), end, settings, lambda serial: desk.get(Asset, serial))
        answer = ended(case)
        became[number], fact = with_row(case, answer, ledger.version + len(facts) + 1, None, None)
        facts.append(fact)
        assets += (Change(Asset, serial, asset) for serial, asset in answer.assets.items())
    book = book.with_entries(became)
    unsaid = (*ledger.unsaid, *numbers)
    book = book.with_ledger(revised(book.ledger, version=ledger.version + len(facts), unsaid=unsaid))
    return with_ends(book, numbers, ledger.home), tuple(assets), tuple(facts)
