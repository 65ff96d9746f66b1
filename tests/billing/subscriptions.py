"""Subscriptions to tell billing about: a Dutch group with two members, and somebody who pays alone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from contracts.messages.customers import CustomerSnapshot, Group
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import (
    BillingRunCompleted,
    BillingRunRequested,
    Invoice,
    InvoiceIssued,
    InvoiceLine,
    InvoiceLinesIssued,
)
from contracts.messages.subscription import PayerFrom, PriceStretch, State, Subscription
from contracts.values.calendar import month_begin
from contracts.values.places import AddressSnapshot
from contracts.wire.message import Body
from services.billing.rules.calendar import issue_date
from tests.scene import Scene

CREATED = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
MAY = date(2024, 5, 20)
TULIP = "group:tulip"
POLDER = "group:polder"
KEIZERSGRACHT = AddressSnapshot(street="Keizersgracht 12", city="Amsterdam", postal_code="1015 CR", country="NL")
COOLSINGEL = AddressSnapshot(street="Coolsingel 40", city="Rotterdam", postal_code="3011 AD", country="NL")


def business(id_: str, company: str = "Windmill BV") -> CustomerSnapshot:
    return CustomerSnapshot(
        id=id_,
        email=f"{id_}@windmill.example",
        first_name="Saskia",
        last_name="van Rijn",
        type="business",
        company_name=company,
    )


def individual(id_: str, last_name: str = "Vermeer") -> CustomerSnapshot:
    return CustomerSnapshot(
        id=id_, email=f"{id_}@delft.example", first_name="Johannes", last_name=last_name, type="individual"
    )


WINDMILL = business("windmill")
CANAL = business("canal", "Canal Works")
JOHANNES = individual("johannes")


def created(
    id_: str = "o1/1",
    *,
    version: int = 1,
    payers: str | Sequence[tuple[str, date | None]] = TULIP,
    customer: CustomerSnapshot = WINDMILL,
    group_name: str | None = None,
    term: str | None = None,
    currency: str = "EUR",
    prices: Sequence[tuple[int, int]] = ((12, 5000),),
    start: date = MAY,
    ends_before: date | None = None,
    state: State = "active",
    test: bool = False,
    address: AddressSnapshot = KEIZERSGRACHT,
    minutes: int = 0,
) -> SubscriptionCreated:
    """A fact about a subscription, created ``minutes`` after noon; ``prices`` are (months, minor units)."""
    order_id, _, number = id_.partition("/")
    timeline = ((payers, None),) if isinstance(payers, str) else tuple(payers)
    months = sum(stretch[0] for stretch in prices)
    last = timeline[-1][0]
    subscription = Subscription(
        subscription_id=id_,
        order_id=order_id,
        item_id="1",
        sku="BIKE-1",
        product_name="Bike",
        variant_name="Green",
        serial=f"SN-{number}",
        raw_serial=f"sn-{number}",
        state=state,
        customer=customer,
        billing_address=address,
        group=Group(id=last.removeprefix("group:"), name=group_name) if last.startswith("group:") else None,
        payers=tuple(PayerFrom(payer=payer, from_date=day) for payer, day in timeline),
        term="at_once" if customer.type == "individual" else term,
        currency=currency,
        prices=tuple(PriceStretch(months=stretch, amount=amount) for stretch, amount in prices),
        start_date=start,
        months=months,
        ends_before=ends_before or month_begin(start, months + 1),
        test=test,
        created_at=CREATED + timedelta(minutes=minutes),
    )
    return SubscriptionCreated(version=version, subscription=subscription)


def run(scene: Scene, period: str, *, day: int = 1, id_: str | None = None, as_of: date | None = None) -> list[Body]:
    """A billing run on its day of the following month: everything that is said until it is done."""
    on = as_of or issue_date(period, day)
    request = BillingRunRequested(period=period, as_of=on, actor="Hedy")
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return scene.hears(request, source="finance", id=id_ or f"run-{period}-{scene.offset}", time=at)


def invoices(said: Sequence[Body]) -> list[Invoice]:
    """The invoices that were issued, in order."""
    return [body.invoice for body in said if isinstance(body, InvoiceIssued)]


def lines(said: Sequence[Body]) -> list[InvoiceLine]:
    """Their lines, in order."""
    return [line for body in said if isinstance(body, InvoiceLinesIssued) for line in body.lines]


def months(said: Sequence[Body]) -> list[tuple[str, int, int]]:
    """The lines as subscription, contract month and amount."""
    return [(line.subscription_id, line.contract_month, line.amount) for line in lines(said)]


def completed(said: Sequence[Body]) -> BillingRunCompleted:
    """The end of the run."""
    (end,) = (body for body in said if isinstance(body, BillingRunCompleted))
    return end
