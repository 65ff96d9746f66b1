"""An order's newest state: the ledger opens, a hold goes, a confirmation comes; what waited for it is decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from contracts.messages.changes import OrderAmended, OrderCancelled
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Decision, UnitOfWork, Want
from services.fulfillment.documents.book import open_book
from services.fulfillment.documents.ledger import Ledger, apply_fact
from services.fulfillment.handlers.order_states import OrderStateHandler

OrderFact = OrderPlaced | OrderConfirmed | HoldReleased | OrderAmended | OrderCancelled
"""Each carries the whole order: what counts is the state, not the name."""


@dataclass(frozen=True)
class FollowingOrder(OrderStateHandler[OrderFact]):
    """A version that is not above the last one taken is a repeat or a latecomer and changes nothing."""

    reads = get_args(OrderFact)

    def prefetch_related(self, message: Message[OrderFact], work: UnitOfWork) -> Iterable[Want]:
        """What waits for this state."""
        ledger = work.get(Ledger, message.subject)
        if ledger is None or message.body.version <= ledger.order_version:
            return ()
        return self.prefetch_waiting(message.subject, ledger, ledger.count + 1)

    def apply(self, message: Message[OrderFact], work: UnitOfWork) -> Decision:
        """The ledger knows the order as it is now."""
        fact, book = message.body, open_book(work, message.subject)
        if fact.version <= book.ledger.order_version:
            return NOTHING
        ledger = apply_fact(book.ledger, fact.order, fact.version, book.newest_terms_used)
        if ledger.awaits() is not None or not ledger.parked:
            return Decision((self.keep(ledger, message, work),))
        return self.drain(book.with_ledger(ledger), message, work)
