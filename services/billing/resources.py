"""What of billing is told over HTTP: accounts, payers, invoices, runs. Amounts are net, in minor units."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from contracts.messages.billing import Account as AccountContract
from contracts.messages.invoices import Invoice, RunCounts
from contracts.values.places import AddressSnapshot
from services.billing.documents.account import Account
from services.billing.documents.invoice import KeptInvoice
from services.billing.documents.payer import Payer
from services.billing.queries import ForeseenPage, FoundRun
from services.billing.rules.contract import to_contract
from services.billing.rules.due import WhyNot
from services.billing.settings import Defaults


class AccountResource(AccountContract):
    """An account as it stands: as its facts carry it."""

    version: int = Field(description="Counts the facts about the account.")


class PayerResource(BaseModel):
    """Who pays: a billing group, or a customer. What is its own was set by finance; else what follows counts."""

    payer: str = Field(description="group:<id> or customer:<id>.")
    kind: Literal["group", "customer"]
    name: str | None = Field(default=None, description="As its invoices name it.")
    own_name: str | None = None
    address: AddressSnapshot | None = Field(default=None, description="Where its invoices go.")
    address_own: bool = Field(description="Whether the address was set; else it is that of a subscription.")
    billing_day: int = Field(description="Its own, else the deployment's.")
    billing_day_own: bool
    default_term: str = Field(description="Its own, else the deployment's.")
    default_term_own: bool
    vat_id: str | None = None
    registration_number: str | None = None
    accounts: tuple[str, ...]
    last_period: str | None = Field(default=None, description="That of the last run in which it had a part.")
    last_issued: date | None = Field(default=None, description="The date of its last invoice.")
    version: int = Field(description="Counts the facts about its settings.")


class InvoiceResource(Invoice):
    """An invoice or a credit note, final; its lines are at `/invoices/<number>/lines`."""


class RunResource(BaseModel):
    """One run of a period, as far as it has come."""

    run: int
    as_of: date
    lanes: int
    lanes_done: int
    done: bool
    counts: RunCounts = Field(description="What the lanes did so far.")


class PeriodResource(BaseModel):
    """The runs of a period, the newest first, at most ten."""

    period: str
    runs: tuple[RunResource, ...]


class ForeseenResource(BaseModel):
    """What a run would do with a payer: an invoice or a credit note to one of its accounts, or none, and why."""

    payer: str
    skipped: WhyNot | None = Field(
        default=None,
        description="repeated: it has this period already; not_due: its billing day has not come; "
        "issued_later: its last invoice is dated after the run.",
    )
    account_id: str | None = None
    currency: str | None = None
    test: bool | None = None
    lines: int = 0
    charges: int = 0
    credited: int = 0
    total: int = 0


def foreseen_of(page: ForeseenPage) -> list[ForeseenResource]:
    """The resources of a page of a preview."""
    return [
        *(ForeseenResource(payer=payer, skipped=why) for payer, why in page.skipped.items()),
        *(
            ForeseenResource(
                payer=each.key.payer,
                account_id=each.key.id,
                currency=each.key.currency,
                test=each.key.test,
                lines=each.lines,
                charges=each.charges,
                credited=each.credited,
                total=each.charges - each.credited,
            )
            for each in page.invoices
        ),
    ]


def account_of(account: Account, payer: Payer, defaults: Defaults) -> AccountResource:
    """The resource of an account."""
    told = to_contract(account, payer, defaults)
    fields = {name: getattr(told, name) for name in type(told).model_fields}
    return AccountResource.model_construct(**fields, version=account.version)


def payer_of(payer_id: str, payer: Payer, defaults: Defaults) -> PayerResource:
    """The resource of a payer. What was tried out with test orders is not in it, unless there is nothing else."""
    real = payer.newest is not None or payer.newest_test is None
    name = payer.shown_name(test=False)
    address = payer.billing_address(test=not real)
    vat_id, registration_number = payer.tax_ids(test=not real)
    return PayerResource(
        payer=payer_id,
        kind=payer.kind,
        name=payer.shown_name(test=not real) if name is None else name,
        own_name=payer.name,
        address=None if address is None else address.to_contract(),
        address_own=payer.address is not None,
        billing_day=payer.billing_day or defaults.billing_day,
        billing_day_own=payer.billing_day is not None,
        default_term=payer.default_term or defaults.term,
        default_term_own=payer.default_term is not None,
        vat_id=vat_id,
        registration_number=registration_number,
        accounts=payer.accounts,
        last_period=payer.last_period,
        last_issued=payer.last_issued,
        version=payer.version,
    )


def invoice_of(invoice: KeptInvoice) -> InvoiceResource:
    """The resource of an invoice."""
    told = invoice.to_contract()
    return InvoiceResource.model_construct(**{name: getattr(told, name) for name in type(told).model_fields})


def period_of(period: str, runs: Iterable[FoundRun], lanes: int) -> PeriodResource:
    """The resource of a period's runs."""
    return PeriodResource(
        period=period,
        runs=tuple(
            RunResource(
                run=each.run,
                as_of=each.as_of,
                lanes=lanes,
                lanes_done=each.lanes_done,
                done=each.lanes_done == lanes,
                counts=each.counts.to_contract(),
            )
            for each in runs
        ),
    )
