"""The billing service as the engine sees it: what it reads, what it keeps, how it decides."""

from functools import partial

from contracts.messages.billing import RequestRefused
from contracts.messages.invoices import Issuer
from services.billing import handlers
from services.billing.documents.account import Account
from services.billing.documents.member import Member
from services.billing.documents.number import ShortCode
from services.billing.documents.payer import Defaults, Payer
from services.billing.documents.run import LaneRun, Run
from services.billing.documents.share import Share
from services.billing.rules.invoice import InvoicePage, KeptInvoice
from services.engine.core.inbox import DecidedRequests
from services.engine.core.service import Collection, Service

SERVICE_NAME = "billing"

COLLECTIONS = (
    Collection("payers", Payer, indexes=(("lane",),)),
    Collection("accounts", Account),
    Collection("shares", Share),
    Collection("members", Member),
    Collection("invoices", KeptInvoice),
    Collection("invoice_pages", InvoicePage),
    Collection("runs", Run),
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
    return Service(
        name=SERVICE_NAME,
        reads=tuple(handlers.HANDLERS),
        collections=COLLECTIONS,
        prefetch=handlers.prefetch,
        prefetch_related=partial(handlers.prefetch_related, defaults=defaults),
        decide=partial(handlers.decide, defaults=defaults),
        on_batch_end=partial(handlers.on_batch_end, defaults=defaults),
        batch_end_kinds=(Account,),
        weight=handlers.weight,
        refused=RequestRefused,
    )
