"""What orders hears, and what it decides: one row for each type of message."""

from collections.abc import Iterable, Mapping

from contracts.messages.catalog import VariantSubmitted
from contracts.messages.changes import (
    HoldRejectionRequested,
    HoldReleaseRequested,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderChangeAccepted,
    OrderChangeRefused,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.messages.clock import ClockTicked, WaitingDue
from contracts.messages.fulfillment import OrderProgressed
from contracts.messages.orders import (
    CustomerGroupChangeRequested,
    NoteSubmitted,
    OrderConfirmationRequested,
    OrderSubmitted,
    PriceAwaited,
    PriceFound,
    PricesDue,
    SubmissionDue,
    VariantAwaited,
    VariantsDue,
)
from contracts.wire.message import Body
from services.engine.core.message import Message
from services.engine.core.service import Decision, UnitOfWork, Want
from services.orders.handlers import customers, waiting
from services.orders.handlers.catalog import OFFERING
from services.orders.handlers.clock import EXPIRING, TICKING
from services.orders.handlers.handler import Handler
from services.orders.handlers.placing import DUE, SUBMITTING
from services.orders.handlers.prices import AWAITING, WAKING, WOKEN
from services.orders.handlers.progress import PROGRESSING
from services.orders.handlers.settling import SETTLING
from services.orders.handlers.variants import AWAITING_VARIANT, WAKING_SUBMISSIONS
from services.orders.settings import Settings

HANDLERS: Mapping[type[Body], Handler] = {
    OrderSubmitted: SUBMITTING,
    OrderConfirmationRequested: waiting.CONFIRMING,
    NoteSubmitted: waiting.NOTING,
    CustomerGroupChangeRequested: customers.GROUPING,
    VariantSubmitted: OFFERING,
    OrderAmendmentRequested: waiting.CHANGING,
    OrderCancellationRequested: waiting.CHANGING,
    ShortCloseRequested: waiting.CHANGING,
    PayerChangeRequested: waiting.CHANGING,
    HoldReleaseRequested: waiting.RELEASING,
    HoldRejectionRequested: waiting.RELEASING,
    OrderProgressed: PROGRESSING,
    OrderChangeAccepted: SETTLING,
    OrderChangeRefused: SETTLING,
    PriceAwaited: AWAITING,
    PricesDue: WAKING,
    PriceFound: WOKEN,
    VariantAwaited: AWAITING_VARIANT,
    VariantsDue: WAKING_SUBMISSIONS,
    SubmissionDue: DUE,
    ClockTicked: TICKING,
    WaitingDue: EXPIRING,
}
"""Every type that orders reads."""


def handler_of(message: Message) -> Handler:
    """How it is decided. A note is about an order or a customer, and the subject tells which, also when its shape is
    wrong.
    """
    if message.model is NoteSubmitted and message.subject.startswith("customer:"):
        return customers.NOTING
    return HANDLERS[message.model]


def prefetch(message: Message, settings: Settings) -> Iterable[Want]:
    """What it will ask for."""
    return handler_of(message).prefetch(message, settings)


def prefetch_related(message: Message, work: UnitOfWork, settings: Settings) -> Iterable[Want]:
    """What follows from the documents found."""
    return handler_of(message).prefetch_related(message, work, settings)


def decide(message: Message, work: UnitOfWork, settings: Settings) -> Decision:
    """What it changes and what is said."""
    return handler_of(message).decide(message, work, settings)


def weight(message: Message, settings: Settings) -> int:
    """What it may cost, in documents touched or facts said."""
    body = message.body
    if isinstance(body, OrderSubmitted):
        return 1 + len(body.items) // 10 + len(body.notes)
    if message.model is OrderSubmitted:
        lines = (message.data or {}).get("items")
        return 1 + (len(lines) // 10 if isinstance(lines, list) else 0)
    if isinstance(body, OrderAmendmentRequested):
        return 1 if body.items is None else 1 + (len(body.items.add) + len(body.items.change)) // 10
    if isinstance(body, OrderProgressed):
        return 1 + len(body.subscriptions) // 100
    if isinstance(body, PricesDue | VariantsDue):
        return settings.prices_page
    if isinstance(body, SubmissionDue):
        return 1 + settings.most_items // 10
    if isinstance(body, WaitingDue | ClockTicked):
        return settings.waiting_page
    return 1
