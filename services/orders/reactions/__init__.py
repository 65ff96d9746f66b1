"""What orders hears, and what it decides: one row for each type of message."""

from collections.abc import Iterable, Mapping

from contracts.catalog import VariantSubmitted
from contracts.changes import (
    HoldRejectionRequested,
    HoldReleaseRequested,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderChangeAccepted,
    OrderChangeRefused,
    PayerChangeRequested,
    ShortCloseRequested,
)
from contracts.clock import ClockTicked, WaitingDue
from contracts.fulfillment import OrderProgressed
from contracts.message import Body
from contracts.orders import (
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
from services.engine.message import Message
from services.engine.service import Decision, Desk, Key, Page
from services.orders.reactions import customers, waiting
from services.orders.reactions.catalog import OFFERING
from services.orders.reactions.clock import EXPIRING, TICKING
from services.orders.reactions.prices import AWAITING, WAKING, WOKEN
from services.orders.reactions.progress import PROGRESSING
from services.orders.reactions.reaction import Reaction
from services.orders.reactions.settling import SETTLING
from services.orders.reactions.submitting import DUE, SUBMITTING
from services.orders.reactions.variants import AWAITING_VARIANT, WAKING_SUBMISSIONS
from services.orders.settings import Settings

REACTIONS: Mapping[type[Body], Reaction] = {
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


def reaction_to(message: Message) -> Reaction:
    """How it is decided. A note is about an order or a customer, and the subject tells which, also when its shape is
    wrong.
    """
    if message.model is NoteSubmitted and message.subject.startswith("customer:"):
        return customers.NOTING
    return REACTIONS[message.model]


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:
    """What it will ask for."""
    return reaction_to(message).needs(message, settings)


def needs_more(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:
    """What follows from the documents found."""
    return reaction_to(message).needs_more(message, desk, settings)


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """What it changes and what is said."""
    return reaction_to(message).decide(message, desk, settings)


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
