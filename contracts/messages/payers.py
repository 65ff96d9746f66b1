"""A payer's settings: what finance gives a billing group or a customer who pays."""

from typing import Annotated, ClassVar, Literal

from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.places import Address, AddressSnapshot
from contracts.values.words import BillingDay, Identifier, LongTextIfAny, Name, Term
from contracts.wire.message import Fact, Request


class PayerSettingsSubmitted(Request):
    """Sets what is given and empties what ``clear`` names; the rest stays. The newest message time wins.

    Exactly one of ``group_id`` and ``customer_id`` names the payer. A new default term counts for subscriptions that
    the payer hears of from then on, and moves no issued due date; individuals pay at once all the same.
    """

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("group_id", "group:"), ("customer_id", "customer:"))

    group_id: Identifier | None = None
    customer_id: Identifier | None = None
    name: Annotated[Name | None, PERSONAL] = None
    address: Address | None = None
    billing_day: BillingDay | None = None
    default_term: Term | None = None
    vat_id: Annotated[Name | None, PERSONAL] = None
    registration_number: Annotated[Name | None, PERSONAL] = None
    clear: tuple[Literal["name", "address", "billing_day", "default_term", "vat_id", "registration_number"], ...] = ()
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongTextIfAny, PERSONAL] = None


class PayerSettingsChanged(Fact):
    """The payer's own settings as they stand now; what is absent follows from its newest subscription or the
    deployment.
    """

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("payer", ""),)

    payer: str
    name: Annotated[str | None, PERSONAL] = None
    address: AddressSnapshot | None = None
    billing_day: int | None = None
    default_term: str | None = None
    vat_id: Annotated[str | None, PERSONAL] = None
    registration_number: Annotated[str | None, PERSONAL] = None
    actor: Annotated[str, ACTOR]
