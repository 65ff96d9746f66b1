"""Contracts end by date, when the clock says so: page by page, and only facts about what really changes."""

from datetime import date
from typing import Final

from contracts.fulfillment import ContractsDue
from contracts.message import Body
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Page, Say
from services.fulfillment.asset import Asset
from services.fulfillment.case import Case
from services.fulfillment.ending import begin_of, due, ended, first_end
from services.fulfillment.ledger import Ledger
from services.fulfillment.life import changed
from services.fulfillment.settings import Settings
from services.fulfillment.subscription import ends_before

LEDGERS: Final = "ledgers"
"""The collection of ledgers: what a page of them names."""
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
        numbers = due(ledger, body.by)
        became, assets, facts = _ended(settings, desk, order_id, ledger, numbers[:left])
        changes += (Change(Ledger, order_id, became), *assets)
        says += (Say(fact) for fact in facts)
        left -= len(facts)
        if len(facts) < len(numbers):
            break
        after = order_id
    says.append(Say(ContractsDue(lane=body.lane, by=body.by, after=after)))
    return Decision(tuple(changes), tuple(says))


def devices_due(desk: Desk, lane: int, by: date, after: str) -> tuple[str, ...]:
    """The serials of the contracts of a page."""
    return tuple(
        ledger.entries[number - 1].serial
        for _, ledger in desk.page(ending_page(lane, by, after), Ledger)
        for number in due(ledger, by)
    )[:WORK]


def _ended(
    settings: Settings, desk: Desk, order_id: str, ledger: Ledger, numbers: tuple[int, ...]
) -> tuple[Ledger, tuple[Change, ...], tuple[Body, ...]]:
    """The contracts with these numbers ended. No two active ones have a device in common."""
    assets: list[Change] = []
    facts: list[Body] = []
    lines = {line.item_id: line for line in ledger.lines}
    for number in numbers:
        entry = ledger.entries[number - 1]
        end = ends_before(entry, lines[entry.item_id])
        case = Case(
            ledger, order_id, number, begin_of(end, settings), end, settings, lambda serial: desk.get(Asset, serial)
        )
        became = ended(case)
        ledger, fact = changed(case, became, None, None)
        facts.append(fact)
        assets += (Change(Asset, serial, asset) for serial, asset in became.assets.items())
    ends = first_end(ledger)
    home = None if ends is None else ledger.home
    return revised(ledger, ends=ends, home=home), tuple(assets), tuple(facts)
