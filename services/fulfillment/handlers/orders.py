"""An order's newest state: the ledger opens, a hold goes, a confirmation comes; what waited for it is decided."""

from contracts.messages.changes import OrderAmended, OrderCancelled
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, UnitOfWork
from services.fulfillment.documents.asset import Asset
from services.fulfillment.documents.book import opened
from services.fulfillment.documents.ledger import Ledger, told
from services.fulfillment.rules.draining import Draining
from services.fulfillment.rules.parking import scheduled
from services.fulfillment.settings import Settings

OrderFact = OrderPlaced | OrderConfirmed | HoldReleased | OrderAmended | OrderCancelled
"""Each carries the whole order: what counts is the state, not the name."""


def order_told(settings: Settings, message: Message, work: UnitOfWork) -> Decision:
    """A version that is not above the last one taken is a repeat or a latecomer and changes nothing."""
    fact = message.body
    assert isinstance(fact, OrderFact)
    ledger = work.get(Ledger, message.subject) or Ledger()
    if fact.version <= ledger.order_version:
        return NOTHING
    book = opened(work, message.subject)
    ledger = told(ledger, fact.order, fact.version, book.newest_terms_used)
    waited = work.clock(message.lane).waited
    if ledger.awaits() is not None or not ledger.parked:
        return Decision((Change(Ledger, message.subject, scheduled(ledger, message.lane, waited, settings)),))
    draining = Draining(book.with_ledger(ledger), lambda serial: work.get(Asset, serial), settings)
    ledger = scheduled(draining.drain(), message.lane, waited, settings)
    return Decision(draining.changes(ledger), tuple(draining.emits))
