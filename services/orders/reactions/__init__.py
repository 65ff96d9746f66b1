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
from contracts.fulfillment import OrderProgressed
from contracts.message import Body, Kind
from contracts.orders import (
    ClockTicked,
    CustomerGroupChangeRequested,
    NoteSubmitted,
    OrderConfirmationRequested,
    OrderSubmitted,
    PriceAwaited,
    PriceFound,
    PricesDue,
    WaitingDue,
)
from services.engine.message import Message
from services.engine.service import Decision, Desk, Key, Page
from services.orders.answers import refused
from services.orders.reactions import customers, waiting
from services.orders.reactions.catalog import OFFERING
from services.orders.reactions.clock import EXPIRING, TICKING
from services.orders.reactions.prices import AWAITING, WAKING, WOKEN
from services.orders.reactions.progress import PROGRESSING
from services.orders.reactions.reaction import Reaction
from services.orders.reactions.settling import SETTLING
from services.orders.reactions.submitting import SUBMITTING
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
    ClockTicked: TICKING,
    WaitingDue: EXPIRING,
}
"""Every type that orders reads."""

_REFUSED_BY_THEIR_OWN = tuple(model for model in REACTIONS if model.kind is Kind.REQUEST)


def reaction_to(message: Message) -> Reaction | None:
    """How it is decided; None for what no sender of ours can have meant: a fact or continuation of the wrong shape.

    A note is about an order or a customer, and the subject tells which, also when its shape is wrong.
    """
    if message.body is None and message.model not in _REFUSED_BY_THEIR_OWN:
        return None
    if message.model is NoteSubmitted and message.subject.startswith("customer:"):
        return customers.NOTING
    return REACTIONS[message.model]


def needs(message: Message, settings: Settings) -> Iterable[Key | Page]:
    """What it will ask for."""
    reaction = reaction_to(message)
    return () if reaction is None else reaction.needs(message, settings)


def needs_more(message: Message, desk: Desk, settings: Settings) -> Iterable[Key | Page]:
    """What follows from the documents found."""
    reaction = reaction_to(message)
    return () if reaction is None else reaction.needs_more(message, desk, settings)


def decide(message: Message, desk: Desk, settings: Settings) -> Decision:
    """What it changes and what is said. A wrong shape is answered whoever sent it, so that it does not vanish."""
    reaction = reaction_to(message)
    if reaction is None:
        return Decision(says=(refused(message, message.refusals),))
    return reaction.decide(message, desk, settings)


def weight(message: Message, settings: Settings) -> int:
    """What it may cost, in documents touched or facts said."""
    body = message.body
    if isinstance(body, OrderSubmitted):
        return 1 + len(body.items) // 10 + len(body.notes)
    if isinstance(body, OrderAmendmentRequested):
        return 1 if body.items is None else 1 + (len(body.items.add) + len(body.items.change)) // 10
    if isinstance(body, OrderProgressed):
        return 1 + len(body.subscriptions) // 100
    if isinstance(body, PricesDue):
        return settings.prices_page
    if isinstance(body, WaitingDue | ClockTicked):
        return settings.waiting_page
    return 1
