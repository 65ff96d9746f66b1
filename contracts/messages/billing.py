"""What billing says about its accounts, and its answers."""

from typing import Annotated, ClassVar, Literal

from contracts.messages.answers import Refused, Repeated
from contracts.values.model import Model
from contracts.values.personal import PERSONAL
from contracts.values.words import CivilDate, Whole
from contracts.wire.message import Fact


class Account(Model):
    """What one payer owes under one term in one currency: totals over the set of its subscriptions, in minor units.

    ``outstanding`` is the contract value not yet invoiced. ``apart`` says why the account stands apart from the
    rest of its payer (another term, another currency, test); empty when it is the payer's only one.
    ``term_source`` says where the term came from: the order, the payer or the deployment. ``address_assumed``: nobody
    gave the group an address, so its invoices go to its first member's. ``customer_differs``: a subscription in it is
    of an order whose customer was known as somebody else: perhaps two people are invoiced as one.
    """

    account_id: str
    payer: str
    payer_name: Annotated[str | None, PERSONAL] = None
    term: str
    term_source: Literal["individual", "order", "payer", "deployment"]
    currency: str
    test: bool
    customers: Whole
    active_subscriptions: Whole
    monthly_total: Whole
    outstanding: Whole
    next_issue_date: CivilDate | None = None
    next_due_date: CivilDate | None = None
    apart: tuple[Literal["term", "currency", "test"], ...] = ()
    address_assumed: bool = False
    customer_differs: bool = False


class BillingAccountChanged(Fact):
    """The account's totals after a batch; at most one for each account and batch."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    account: Account

    def subjects(self) -> tuple[str, ...]:
        """The payer."""
        return (self.account.payer,)

    def chain(self) -> str:
        """The account: its versions count on their own."""
        return self.account.account_id


class RequestRefused(Refused):
    """Billing refused a request."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"


class RequestRepeated(Repeated):
    """Billing was asked this before."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
