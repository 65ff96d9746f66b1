"""The topics of an installation. One table, nothing else.

Whoever makes topics, reads or publishes takes names and types from here. Every lane has a partition of each.
"""

from typing import Final

from contracts.messages import (
    assets,
    billing,
    catalog,
    changes,
    clock,
    fulfillment,
    invoices,
    life,
    orders,
    payers,
    repairs,
    watching,
)
from contracts.wire.message import Body
from contracts.wire.topic import Carried, Party, Topic

ORDERS, FULFILLMENT, BILLING = Party.ORDERS, Party.FULFILLMENT, Party.BILLING
SHOPS, CLERKS, CATALOG, SCANNERS = Party.SHOPS, Party.CLERKS, Party.CATALOG, Party.SCANNERS
FINANCE, WATCHERS, OPERATIONS = Party.FINANCE, Party.WATCHERS, Party.OPERATIONS


def _each(writers: tuple[Party, ...], readers: tuple[Party, ...], *models: type[Body]) -> tuple[Carried, ...]:
    return tuple(Carried(model, writers, readers) for model in models)


def _internal(owner: Party, *models: type[Body]) -> Topic:
    subject = "any that the service knows, or lane:<n>"
    return Topic(f"{owner}.internal", subject, owner, (owner,), (owner,), _each((owner,), (owner,), *models))


def _dead_letters(owner: Party) -> Topic:
    return Topic(f"{owner}.dead-letters", "as on the source topic", owner, (owner,), (OPERATIONS,))


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "orders.requests",
        "an order id, or customer:<id>",
        ORDERS,
        writers=(SHOPS, CLERKS),
        readers=(ORDERS,),
        carries=(
            *_each(
                (SHOPS, CLERKS),
                (ORDERS,),
                orders.OrderSubmitted,
                changes.OrderAmendmentRequested,
                changes.OrderCancellationRequested,
            ),
            *_each(
                (CLERKS,),
                (ORDERS,),
                orders.OrderConfirmationRequested,
                orders.NoteSubmitted,
                orders.CustomerGroupChangeRequested,
                changes.ShortCloseRequested,
                changes.PayerChangeRequested,
                changes.HoldReleaseRequested,
                changes.HoldRejectionRequested,
            ),
        ),
    ),
    Topic(
        "catalog.requests",
        "sku:<SKU>",
        ORDERS,
        writers=(CATALOG,),
        readers=(ORDERS,),
        carries=_each((CATALOG,), (ORDERS,), catalog.VariantSubmitted),
    ),
    Topic(
        "fulfillment.requests",
        "an order id, or serial:<serial>",
        FULFILLMENT,
        writers=(SCANNERS, CLERKS),
        readers=(FULFILLMENT,),
        carries=(
            *_each(
                (SCANNERS,),
                (FULFILLMENT,),
                fulfillment.ItemFulfillmentRequested,
                life.ReturnSubmitted,
                life.ShipmentSubmitted,
                assets.AssetReceived,
            ),
            *_each(
                (CLERKS,),
                (FULFILLMENT,),
                life.SubscriptionCancellationRequested,
                life.CancellationWithdrawalRequested,
                life.ReturnWithdrawalRequested,
                life.ExtensionRequested,
                life.SerialCorrectionRequested,
                life.ReplacementRequested,
                life.ReversalRequested,
                assets.AssetCorrectionRequested,
                assets.AssetStateRequested,
            ),
        ),
    ),
    Topic(
        "billing.requests",
        "a payer (group:<id> or customer:<id>), or run:<period>",
        BILLING,
        writers=(FINANCE, OPERATIONS),
        readers=(BILLING,),
        carries=(
            *_each((FINANCE,), (BILLING,), payers.PayerSettingsSubmitted, invoices.BillingRunRequested),
            *_each((OPERATIONS,), (BILLING,), repairs.PayerRepairRequested),
        ),
    ),
    Topic(
        "orders.events",
        "an order id, customer:<id>, sku:<SKU> or lane:<n>",
        ORDERS,
        writers=(ORDERS,),
        readers=(FULFILLMENT, WATCHERS, SHOPS, CLERKS, CATALOG),
        carries=(
            *_each(
                (ORDERS,),
                (FULFILLMENT, WATCHERS),
                orders.OrderPlaced,
                orders.OrderConfirmed,
                orders.HoldReleased,
                changes.OrderAmended,
                changes.OrderCancelled,
            ),
            *_each((ORDERS,), (FULFILLMENT,), clock.ClockPassed, changes.OrderChangeProposed),
            *_each(
                (ORDERS,),
                (WATCHERS,),
                orders.OrderStatusChanged,
                orders.NoteAdded,
                orders.CustomerGroupChanged,
                catalog.VariantChanged,
            ),
            *_each((ORDERS,), (SHOPS, CLERKS), orders.RequestParked),
            *_each((ORDERS,), (SHOPS, CLERKS, CATALOG), orders.RequestRefused, orders.RequestRepeated),
        ),
    ),
    Topic(
        "fulfillment.events",
        "an order id, or serial:<serial>",
        FULFILLMENT,
        writers=(FULFILLMENT,),
        readers=(ORDERS, SCANNERS, CLERKS, WATCHERS),
        carries=(
            *_each(
                (FULFILLMENT,),
                (ORDERS,),
                fulfillment.OrderProgressed,
                changes.OrderChangeAccepted,
                changes.OrderChangeRefused,
            ),
            *_each(
                (FULFILLMENT,),
                (WATCHERS,),
                assets.AssetAnnounced,
                assets.AssetCorrected,
                assets.AssetStateChanged,
            ),
            *_each(
                (FULFILLMENT,),
                (SCANNERS,),
                fulfillment.ItemFulfillmentParked,
                fulfillment.ItemFulfillmentRefused,
            ),
            *_each(
                (FULFILLMENT,),
                (SCANNERS, CLERKS),
                fulfillment.RequestParked,
                fulfillment.RequestRefused,
                fulfillment.RequestRepeated,
            ),
        ),
    ),
    Topic(
        "subscriptions.events",
        "a payer (group:<id> or customer:<id>)",
        FULFILLMENT,
        writers=(FULFILLMENT,),
        readers=(BILLING, SCANNERS, CLERKS),
        carries=_each(
            (FULFILLMENT,),
            (BILLING, SCANNERS, CLERKS),
            fulfillment.SubscriptionCreated,
            life.SubscriptionCancelled,
            life.CancellationWithdrawn,
            life.SubscriptionExtended,
            life.SubscriptionEnded,
            life.SubscriptionReversed,
            life.SubscriptionPayerChanged,
            life.SerialCorrected,
            life.DeviceReplaced,
            life.AssetReturned,
            life.ReturnWithdrawn,
            life.ShipmentTracked,
        ),
    ),
    Topic(
        "billing.events",
        "a payer (group:<id> or customer:<id>), or run:<period>",
        BILLING,
        writers=(BILLING,),
        readers=(WATCHERS, FINANCE),
        carries=(
            *_each(
                (BILLING,),
                (WATCHERS,),
                billing.BillingAccountChanged,
                payers.PayerSettingsChanged,
                repairs.PayerRepaired,
            ),
            *_each(
                (BILLING,),
                (FINANCE,),
                invoices.InvoiceIssued,
                invoices.InvoiceLinesIssued,
                invoices.BillingRunProgressed,
                invoices.BillingRunCompleted,
                billing.RequestRefused,
                billing.RequestRepeated,
            ),
        ),
    ),
    Topic(
        "watch.events",
        "where a record first stood, or what was looked at",
        Party.WATCH,
        writers=(OPERATIONS,),
        readers=(OPERATIONS, WATCHERS),
        carries=_each(
            (OPERATIONS,),
            (OPERATIONS, WATCHERS),
            watching.DeadLetterReplayed,
            watching.DeadLetterDiscarded,
            watching.PersonalDataShown,
        ),
    ),
    _internal(
        ORDERS,
        clock.ClockTicked,
        orders.PriceAwaited,
        orders.PriceFound,
        orders.PricesDue,
        orders.VariantAwaited,
        orders.VariantsDue,
        orders.SubmissionDue,
        clock.WaitingDue,
    ),
    _internal(FULFILLMENT, fulfillment.ParkedDue, fulfillment.ContractsDue, fulfillment.SentOn),
    _internal(BILLING, invoices.LaneInvoicingDue, invoices.PayerInvoicingDue, invoices.LaneInvoiced),
    _dead_letters(ORDERS),
    _dead_letters(FULFILLMENT),
    _dead_letters(BILLING),
)
"""Every topic of an installation."""
