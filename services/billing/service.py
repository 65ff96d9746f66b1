"""The billing service as the engine sees it: what it reads, what it keeps, who decides."""

from typing import Final

from contracts.messages.billing import RequestRefused
from contracts.messages.invoices import Issuer
from services.billing.documents.account import Account
from services.billing.documents.invoice import InvoicePage, KeptInvoice
from services.billing.documents.member import Member
from services.billing.documents.number import ShortCode
from services.billing.documents.payer import Payer
from services.billing.documents.run import LaneRun, Run
from services.billing.documents.share import Share
from services.billing.handlers.accounts import AnnouncingAccounts
from services.billing.handlers.invoicing import InvoicingPayer
from services.billing.handlers.lanes import InvoicingLane
from services.billing.handlers.repairing import RepairingPayer
from services.billing.handlers.runs import FinishingLane, StartingRun
from services.billing.handlers.settings import ChangingSettings
from services.billing.handlers.subscriptions import CreatingSubscription, FollowingSubscription
from services.billing.settings import Defaults
from services.engine.core.handler import Registry
from services.engine.core.inbox import DecidedRequests
from services.engine.core.service import Collection, HomeField, Service

SERVICE_NAME: Final = "billing"

COLLECTIONS: Final = (
    Collection("payers", Payer, indexes=(("lane",),), homes=(HomeField("lane"),)),
    Collection("accounts", Account),
    Collection("shares", Share),
    Collection("members", Member),
    Collection("invoices", KeptInvoice, indexes=(("account_id",), ("payer",), ("period",))),
    Collection("invoice_pages", InvoicePage),
    Collection("runs", Run, over_lanes="open"),
    Collection("lane_runs", LaneRun),
    Collection("short_codes", ShortCode),
    Collection("decided_requests", DecidedRequests),
)
"""Ids: a payer; ``payer/term/currency`` (``/test``); ``payer/order`` (``/place``); ``account/customer``; an
invoice's number; ``number/page``; ``run:period``; ``period/run/lane``; a code; a payer or ``run:period``."""


def billing(*, default_term: str = "net_14", billing_day: int = 1, issuer: Issuer | None = None) -> Service:
    """Billing with the deployment's settings; raises ValueError for a value that no account could have.

    ``default_term`` counts where neither order nor payer names one (a subscription that is known keeps its
    term), ``billing_day`` (1-28) for payers without a day of their own. ``issuer`` stands in every invoice from now on;
    None: it says nothing of who issued it.
    """
    defaults = Defaults(term=default_term, billing_day=billing_day, issuer=issuer)
    handlers = registry(defaults)
    return Service(
        name=SERVICE_NAME,
        reads=handlers.reads,
        collections=COLLECTIONS,
        prefetch=handlers.prefetch,
        prefetch_related=handlers.prefetch_related,
        decide=handlers.decide,
        on_batch_end=AnnouncingAccounts(defaults).on_batch_end,
        batch_end_kinds=(Account,),
        weight=handlers.weight,
        refused=RequestRefused,
    )


def registry(defaults: Defaults) -> Registry:
    """Who decides what billing reads."""
    return Registry(
        (
            CreatingSubscription(defaults),
            FollowingSubscription(defaults),
            ChangingSettings(),
            RepairingPayer(),
            StartingRun(),
            InvoicingLane(),
            InvoicingPayer(defaults),
            FinishingLane(),
        )
    )
