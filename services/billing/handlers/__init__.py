"""What billing hears, and what it decides: one row for each type of message.

Every fact about a subscription is the same to it: it reacts to the difference between the state that a payer held and
the state that the fact carries, never to the fact's name.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from contracts.messages.billing import BillingAccountChanged
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import BillingRunRequested, LaneInvoiced, LaneInvoicingDue, PayerInvoicingDue
from contracts.messages.life import (
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
from contracts.messages.payers import PayerSettingsSubmitted
from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.billing.documents.account import Account, shown
from services.billing.documents.payer import Defaults, Payer
from services.billing.handlers import invoicing, runs, settings, subscriptions, weighing
from services.engine.core.document import replace
from services.engine.core.message import Message
from services.engine.core.service import NOTHING, Change, Decision, Emit, UnitOfWork, Want


def _nothing_more(message: Message, work: UnitOfWork) -> Iterable[Want]:  # noqa: ARG001
    """What is asked for does not depend on what is found."""
    return ()


class Handler(Immutable):
    """How one type of message is decided. ``prefetch`` and ``prefetch_related`` only save round trips."""

    prefetch: Callable[[Message], Iterable[Want]]
    decide: Callable[[Message, UnitOfWork, Defaults], Decision]
    prefetch_related: Callable[[Message, UnitOfWork], Iterable[Want]] = _nothing_more


_HEARD: Final = Handler(subscriptions.prefetch, subscriptions.subscription_heard)
HANDLERS: Final[Mapping[type[Body], Handler]] = {
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
    PayerSettingsSubmitted: Handler(settings.prefetch, settings.settings_submitted, settings.prefetch_related),
    BillingRunRequested: Handler(runs.prefetch_run, runs.run_requested),
    LaneInvoicingDue: Handler(runs.prefetch_lane, runs.lane_due, runs.prefetch_accounts),
    PayerInvoicingDue: Handler(invoicing.prefetch, invoicing.payer_due, invoicing.prefetch_related),
    LaneInvoiced: Handler(runs.prefetch_run, runs.lane_invoiced),
}
"""The whole of what billing hears."""


def decide(message: Message, work: UnitOfWork, defaults: Defaults) -> Decision:
    """What a message does. Raises ValueError for a fact that contradicts the rules or what is held: it has no sender to
    tell.
    """
    return HANDLERS[message.model].decide(message, work, defaults)


def prefetch(message: Message) -> Iterable[Want]:
    """What it will ask for."""
    return HANDLERS[message.model].prefetch(message)


def prefetch_related(message: Message, work: UnitOfWork, defaults: Defaults) -> Iterable[Want]:
    """What follows from the documents found."""
    reaction = HANDLERS[message.model]
    if reaction is _HEARD:
        return subscriptions.prefetch_related(message, work, defaults)
    return reaction.prefetch_related(message, work)


def weight(message: Message) -> int:
    """What it may cost, in documents touched or lines said."""
    body = message.body
    if isinstance(body, PayerInvoicingDue):
        return min(max(body.weight, 1), weighing.LINES)
    return runs.PAYERS if isinstance(body, LaneInvoicingDue) else 1


def on_batch_end(_message: Message, change: Change, work: UnitOfWork, defaults: Defaults) -> Decision:
    """Says a changed account, once for each batch, under its next version."""
    account = change.document
    if not isinstance(account, Account) or not account.unsaid:
        return NOTHING
    payer = work.get(Payer, account.payer)
    assert payer is not None, "an account comes into being with its payer, in one decision"
    account = replace(account, version=account.version + 1, unsaid=False)
    fact = BillingAccountChanged(version=account.version, account=shown(account, payer, defaults))
    return Decision((Change(Account, change.id, account),), (Emit(fact),))
