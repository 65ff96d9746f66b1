"""The billing service as the engine sees it: what it reads, what it keeps, how it decides."""

from functools import partial

from contracts.billing import RequestRefused
from contracts.invoices import Issuer
from services.billing import reactions
from services.billing.account import Account
from services.billing.invoice import InvoicePage, KeptInvoice
from services.billing.member import Member
from services.billing.number import ShortCode
from services.billing.payer import Defaults, Payer
from services.billing.run import LaneRun, Run
from services.billing.share import Share
from services.engine.inbox import DecidedRequests
from services.engine.service import Collection, Service

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
        reads=tuple(reactions.REACTIONS),
        collections=COLLECTIONS,
        needs=reactions.needs,
        needs_more=partial(reactions.needs_more, defaults=defaults),
        decide=partial(reactions.decide, defaults=defaults),
        conclude=partial(reactions.conclude, defaults=defaults),
        concluded=(Account,),
        weight=reactions.weight,
        refused=RequestRefused,
    )
