"""Billing runs and what they issue: invoices, their lines, credit notes. Amounts are net, in minor units.

Rules: ``docs/domain.md`` section 3. An invoice is a difference: what is due less what is issued.
"""

from typing import Annotated, ClassVar, Literal

from contracts.values.model import Model
from contracts.values.personal import ACTOR, PERSONAL
from contracts.values.places import AddressSnapshot
from contracts.values.words import CivilDate, Name, Period, Whole
from contracts.wire.message import Fact, Internal, Request


class BillingRunRequested(Request):
    """Issues for each account with something due one invoice, dated ``as_of``, for ``period`` and what came before."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.requests"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("period", "run:"),)

    period: Period
    as_of: CivilDate
    actor: Annotated[Name, ACTOR]


class Issuer(Model):
    """Who issues an invoice: a name, an address as it is to be printed, a VAT id."""

    name: str
    address: str | None = None
    vat_id: str | None = None


class InvoiceLine(Model):
    """One contract month of one subscription.

    ``amount`` is below 0 for a credit line, which names by ``credits`` the invoice that has the line it credits: the
    one with the same subscription and contract month. ``service_to`` is the last day of the month. ``period`` is the
    calendar month in which the contract month begins. What tax depends on is the customer's as its newest subscription
    of the order has it: the country of its billing address, VAT id, registration number.
    """

    subscription_id: str
    order_id: str
    item_id: str
    customer_id: str
    customer_name: Annotated[str, PERSONAL]
    sku: str
    product_name: str
    variant_name: str
    serial: str
    contract_month: Whole
    service_from: CivilDate
    service_to: CivilDate
    period: str
    amount: Whole
    credits: str | None = None
    customer_country: str | None = None
    customer_vat_id: Annotated[str | None, PERSONAL] = None
    customer_registration_number: Annotated[str | None, PERSONAL] = None


class Invoice(Model):
    """An invoice without its lines; a credit note where ``total`` is below 0.

    ``lines`` counts all of them, ``credit_lines`` those that credit; ``total`` = ``charges`` - ``credited``. It never
    mixes payers, terms, currencies, or test and real. ``run`` counts the runs of its period. Where ``total`` is 0
    nothing is to be paid, and there is no ``due_date``.

    Who issued it and who pays stand in it as they were on its day: ``issuer`` (absent where the installation names
    none), the payer's VAT id and registration number, its address with the country. ``address_assumed``: nobody gave
    the group an address, it is its first member's.
    """

    number: str
    kind: Literal["invoice", "credit_note"]
    account_id: str
    payer: str
    payer_name: Annotated[str | None, PERSONAL] = None
    address: AddressSnapshot | None = None
    term: str
    term_source: Literal["individual", "order", "payer", "deployment"]
    currency: str
    test: bool
    period: str
    run: Whole
    issue_date: CivilDate
    due_date: CivilDate | None = None
    lines: Whole
    credit_lines: Whole
    pages: Whole
    charges: Whole
    credited: Whole
    total: Whole
    issuer: Issuer | None = None
    payer_vat_id: Annotated[str | None, PERSONAL] = None
    payer_registration_number: Annotated[str | None, PERSONAL] = None
    address_assumed: bool = False


class InvoiceIssued(Fact):
    """An invoice or a credit note, final. Its lines follow in ``pages`` messages ``InvoiceLinesIssued``."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = ()

    invoice: Invoice

    def subjects(self) -> tuple[str, ...]:
        """The payer."""
        return (self.invoice.payer,)

    def chain(self) -> str:
        """The invoice: it is said once."""
        return self.invoice.number


class InvoiceLinesIssued(Fact):
    """One page of an invoice's lines, at most 500; ``page`` counts from 1."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("payer", ""),)

    payer: str
    number: str
    page: Whole
    lines: tuple[InvoiceLine, ...]

    def chain(self) -> str:
        """The page: it is said once."""
        return f"{self.number}/{self.page}"


class RunCounts(Model):
    """What a run did so far. ``not_due``: payers whose billing day had not come; ``repeated``: those that had this
    period already; ``issued_later``: those whose last invoice is dated after the run's as-of date. Test invoices and
    their notes, with their lines, count as ``test_invoices`` and nowhere else.
    """

    payers: Whole = 0
    invoices: Whole = 0
    credit_notes: Whole = 0
    lines: Whole = 0
    not_due: Whole = 0
    repeated: Whole = 0
    test_invoices: Whole = 0
    issued_later: Whole = 0


class _RunFact(Fact):
    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("period", "run:"),)

    period: str
    run: Whole
    as_of: CivilDate
    lanes: Whole
    lanes_done: Whole
    counts: RunCounts


class BillingRunProgressed(_RunFact):
    """One more lane's payers are done."""


class BillingRunCompleted(_RunFact):
    """All payers are done."""


class LaneInvoicingDue(Internal):
    """The next page of a lane's payers in a run."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    period: str
    run: Whole
    as_of: CivilDate
    after: str


class PayerInvoicingDue(Internal):
    """The next page of a payer's shares in a run; ``page`` counts from 0. ``weight`` is about what it may cost, in
    documents touched and lines said; one that does not say may cost a whole page.
    """

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("payer", ""),)

    payer: str
    lane: Whole
    period: str
    run: Whole
    as_of: CivilDate
    page: Whole
    weight: Whole = 1000


class LaneInvoiced(Internal):
    """A lane's payers are done."""

    service: ClassVar[str] = "billing"
    topic: ClassVar[str] = "billing.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("period", "run:"),)

    period: str
    run: Whole
    lane: Whole
    counts: RunCounts
