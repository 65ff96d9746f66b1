"""What operations ask of billing when an account does not add up: it is counted anew from what billing itself holds."""

from typing import Annotated, ClassVar

from contracts.values.model import Model
from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.words import Identifier, LongText, Name, Whole
from contracts.wire.message import Fact, Request


class SeenAccount(Model):
    """An account that was found to be wrong, and the version in which it was seen."""

    account_id: Name
    version: Whole


class PayerRepairRequested(Request):
    """Counts the accounts of a payer anew from its subscriptions, whatever was seen: what is right stays.

    Exactly one of ``group_id`` and ``customer_id`` names the payer. ``seen`` says what led to it, and decides nothing.
    """

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("group_id", "group:"), ("customer_id", "customer:"))

    group_id: Identifier | None = None
    customer_id: Identifier | None = None
    seen: tuple[SeenAccount, ...] = ()
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


class AccountTotals(Model):
    """What an account adds up to, amounts in minor units."""

    customers: Whole
    active_subscriptions: Whole
    monthly_total: Whole
    outstanding: Whole


class RepairedAccount(Model):
    """An account as it stood, and as it was counted anew."""

    account_id: str
    stood: AccountTotals
    stands: AccountTotals


class PayerRepaired(Fact):
    """Accounts of a payer were wrong, and are counted anew; each is said again. ``accounts`` are those whose totals
    are other ones (at most 100 are named), ``customers`` how many customers in them were counted wrong.
    """

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("payer", ""),)

    payer: str
    accounts: tuple[RepairedAccount, ...] = ()
    customers: Whole = 0
    actor: Annotated[str, ACTOR]
    reason: Annotated[str, PERSONAL]
