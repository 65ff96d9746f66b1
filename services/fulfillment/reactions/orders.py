"""An order's newest state: the ledger opens, a hold goes, a confirmation comes; what waited for it is decided."""

from contracts.changes import OrderAmended, OrderCancelled
from contracts.orders import HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk
from services.fulfillment.asset import Asset
from services.fulfillment.book import opened
from services.fulfillment.draining import Draining
from services.fulfillment.ledger import Ledger, told
from services.fulfillment.parking import scheduled
from services.fulfillment.settings import Settings

OrderFact = OrderPlaced | OrderConfirmed | HoldReleased | OrderAmended | OrderCancelled
"""Each carries the whole order: what counts is the state, not the name."""


def order_told(settings: Settings, message: Message, desk: Desk) -> Decision:
    """A version that is not above the last one taken is a repeat or a latecomer and changes nothing."""
    fact = message.body
    assert isinstance(fact, OrderFact)
    ledger = desk.get(Ledger, message.subject) or Ledger()
    if fact.version <= ledger.order_version:
        return NOTHING
    book = opened(desk, message.subject)
    ledger = told(ledger, fact.order, fact.version, book.newest_terms_used)
    waited = desk.clock(message.lane).waited
    if ledger.awaits() is not None or not ledger.parked:
        return Decision((Change(Ledger, message.subject, scheduled(ledger, message.lane, waited, settings)),))
    draining = Draining(book.with_ledger(ledger), lambda serial: desk.get(Asset, serial), settings)
    ledger = scheduled(draining.drain(), message.lane, waited, settings)
    return Decision(draining.changes(ledger), tuple(draining.says))
