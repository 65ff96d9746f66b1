"""What billing hears, and what it decides: one row for each type of message.

Every fact about a subscription is the same to it: it reacts to the difference between the state that a payer held and
the state that the fact carries, never to the fact's name.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from contracts.billing import BillingAccountChanged
from contracts.fulfillment import SubscriptionCreated
from contracts.immutable import Immutable
from contracts.invoices import BillingRunRequested, LaneInvoiced, LaneInvoicingDue, PayerInvoicingDue
from contracts.life import (
    AssetReturned,
    CancellationWithdrawn,
    DeviceReplaced,
    ReturnWithdrawn,
    SerialCorrected,
    ShipmentTracked,
    SubscriptionCancelled,
    SubscriptionEnded,
    SubscriptionExtended,
    SubscriptionPayerChanged,
    SubscriptionReversed,
)
from contracts.message import Body
from contracts.payers import PayerSettingsSubmitted
from services.billing.account import Account, shown
from services.billing.payer import Defaults, Payer
from services.billing.reactions import invoicing, runs, settings, subscriptions, weighing
from services.engine.kept import revised
from services.engine.message import Message
from services.engine.service import NOTHING, Change, Decision, Desk, Key, Page, Say


def _nothing_more(message: Message, desk: Desk) -> Iterable[Key | Page]:  # noqa: ARG001
    """What is asked for does not depend on what is found."""
    return ()


class Reaction(Immutable):
    """How one type of message is decided. ``needs`` and ``needs_more`` only save round trips."""

    needs: Callable[[Message], Iterable[Key | Page]]
    decide: Callable[[Message, Desk, Defaults], Decision]
    needs_more: Callable[[Message, Desk], Iterable[Key | Page]] = _nothing_more


_HEARD: Final = Reaction(subscriptions.needs, subscriptions.subscription_heard)
REACTIONS: Final[Mapping[type[Body], Reaction]] = {
    SubscriptionCreated: _HEARD,
    SubscriptionCancelled: _HEARD,
    CancellationWithdrawn: _HEARD,
    SubscriptionExtended: _HEARD,
    SubscriptionEnded: _HEARD,
    SubscriptionReversed: _HEARD,
    SubscriptionPayerChanged: _HEARD,
    SerialCorrected: _HEARD,
    DeviceReplaced: _HEARD,
    AssetReturned: _HEARD,
    ReturnWithdrawn: _HEARD,
    ShipmentTracked: _HEARD,
    PayerSettingsSubmitted: Reaction(settings.needs, settings.settings_submitted, settings.needs_more),
    BillingRunRequested: Reaction(runs.needs_run, runs.run_requested),
    LaneInvoicingDue: Reaction(runs.needs_lane, runs.lane_due, runs.needs_accounts),
    PayerInvoicingDue: Reaction(invoicing.needs, invoicing.payer_due, invoicing.needs_more),
    LaneInvoiced: Reaction(runs.needs_run, runs.lane_invoiced),
}
"""The whole of what billing hears."""


def decide(message: Message, desk: Desk, defaults: Defaults) -> Decision:
    """What a message does. Raises ValueError for a fact that contradicts the rules or what is held: it has no sender to
    tell.
    """
    return REACTIONS[message.model].decide(message, desk, defaults)


def needs(message: Message) -> Iterable[Key | Page]:
    """What it will ask for."""
    return REACTIONS[message.model].needs(message)


def needs_more(message: Message, desk: Desk, defaults: Defaults) -> Iterable[Key | Page]:
    """What follows from the documents found."""
    reaction = REACTIONS[message.model]
    if reaction is _HEARD:
        return subscriptions.needs_more(message, desk, defaults)
    return reaction.needs_more(message, desk)


def weight(message: Message) -> int:
    """What it may cost, in documents touched or lines said."""
    body = message.body
    if isinstance(body, PayerInvoicingDue):
        return min(max(body.weight, 1), weighing.LINES)
    return runs.PAYERS if isinstance(body, LaneInvoicingDue) else 1


def conclude(_message: Message, change: Change, desk: Desk, defaults: Defaults) -> Decision:
    """Says a changed account, once for each batch, under its next version."""
    account = change.document
    if not isinstance(account, Account) or not account.unsaid:
        return NOTHING
    payer = desk.get(Payer, account.payer)
    assert payer is not None, "an account comes into being with its payer, in one decision"
    account = revised(account, version=account.version + 1, unsaid=False)
    fact = BillingAccountChanged(version=account.version, account=shown(account, payer, defaults))
    return Decision((Change(Account, change.id, account),), (Say(fact),))
