"""What is said once for an order and batch: how far it has come."""

from collections.abc import Iterator
from typing import Final

from contracts.messages.fulfillment import ItemCounts, OrderProgressed, SubscriptionRow
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork
from services.fulfillment.documents.book import Book
from services.fulfillment.documents.ledger import Ledger
from services.fulfillment.rules.ending import with_ends
from services.fulfillment.rules.subscription import subscription_id

ROWS: Final = 1000
"""Subscriptions in one fact; the most of an order, 2,000 with the longest ids and serials, would be too large."""


def on_batch_end(message: Message, change: Change, work: UnitOfWork) -> Decision:
    """``OrderProgressed`` for a ledger whose subscriptions changed in this batch, under the same versions as they; and
    the day on which the first of its contracts ends, by which the clock finds it.
    """
    ledger = change.document
    if not isinstance(ledger, Ledger) or not ledger.unsaid:
        return NOTHING
    book = Book(ledger, change.id, work)
    facts = tuple(_facts(book))
    book = with_ends(book, ledger.unsaid, message.lane)
    told = replace(book.ledger, version=ledger.version + len(facts), unsaid=())
    return Decision((Change(Ledger, change.id, told),), tuple(Emit(fact) for fact in facts))


def _facts(book: Book) -> Iterator[OrderProgressed]:
    order_id, ledger = book.order_id, book.ledger
    numbers = tuple(dict.fromkeys(ledger.unsaid))
    reopened = any(book.entry(number).state == "reversed" for number in numbers)
    for page, begin in enumerate(range(0, len(numbers), ROWS), start=1):
        entries = [(number, book.entry(number)) for number in numbers[begin : begin + ROWS]]
        touched = {entry.item_id for _, entry in entries}
        yield OrderProgressed(
            version=ledger.version + page,
            order_id=order_id,
            items=tuple(
                ItemCounts(item_id=line.item_id, units=line.units, taken=line.taken, cancelled=line.cancelled)
                for line in ledger.lines
                if reopened or line.item_id in touched  # with the last subscription, units given up open again
            ),
            subscriptions=tuple(
                SubscriptionRow(
                    subscription_id=subscription_id(order_id, number),
                    item_id=entry.item_id,
                    serial=entry.serial,
                    state=entry.state,
                )
                for number, entry in entries
            ),
        )
