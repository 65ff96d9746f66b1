"""The billing service as the engine sees it: what it reads, what it keeps, how it decides."""

from functools import partial

from services.billing import reactions
from services.billing.account import Account
from services.billing.member import Member
from services.billing.payer import Defaults, Payer
from services.billing.share import Share
from services.engine.service import Collection, Service

SERVICE_NAME = "billing"

COLLECTIONS = (
    Collection("payers", Payer),
    Collection("accounts", Account),
    Collection("shares", Share),
    Collection("members", Member),
)
"""Ids: a payer; ``payer/term/currency`` (``/test``); ``payer/order``; ``account/customer``."""


def billing(*, default_term: str = "net_14", billing_day: int = 1) -> Service:
    """Billing with the deployment's settings; raises ValueError for a value that no account could have.

    ``default_term`` counts where neither order nor payer names one (a subscription that is known keeps its
    term), ``billing_day`` (1-28) for payers without a day of their own.
    """
    defaults = Defaults(term=default_term, billing_day=billing_day)
    return Service(
        name=SERVICE_NAME,
        reads=tuple(reactions.REACTIONS),
        collections=COLLECTIONS,
        needs=reactions.needs,
        needs_more=partial(reactions.needs_more, defaults=defaults),
        decide=partial(reactions.decide, defaults=defaults),
        conclude=partial(reactions.conclude, defaults=defaults),
    )
