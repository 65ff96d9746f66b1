"""An invoice as it is kept, and the pages that its lines stand on.

Rules: ``docs/domain.md`` section 3. Its fields are those of the invoice that is said, under the same names.
"""

from datetime import date
from typing import Literal, Self

from contracts.messages import invoices as contract
from services.billing.documents.party import Address
from services.billing.rules.term import TermSource
from services.engine.core.contract import as_contract, as_document
from services.engine.core.document import Document


class Issuer(Document):
    """Who issued it, as the installation named them on its day."""

    name: str
    address: str | None = None
    vat_id: str | None = None

    @classmethod
    def from_contract(cls, said: contract.Issuer) -> Self:
        """As the installation's settings have it."""
        return as_document(said, cls)


class KeptInvoice(Document):
    """An invoice as it is kept, amounts in minor units. While it is not ``done`` its lines are being gathered, its
    totals are those so far.
    """

    number: str
    kind: Literal["invoice", "credit_note"]
    account_id: str
    payer: str
    payer_name: str | None = None
    address: Address | None = None
    term: str
    term_source: TermSource
    currency: str
    test: bool
    period: str
    run: int
    issue_date: date
    due_date: date | None = None
    lines: int
    credit_lines: int
    pages: int
    charges: int
    credited: int
    total: int
    issuer: Issuer | None = None
    payer_vat_id: str | None = None
    payer_registration_number: str | None = None
    address_assumed: bool = False
    done: bool = False

    def to_contract(self) -> contract.Invoice:
        """The invoice as its fact carries it."""
        return as_contract(self, contract.Invoice)


class Line(Document):
    """One contract month of one subscription; ``amount`` is below 0 where it ``credits`` a line of that invoice."""

    subscription_id: str
    order_id: str
    item_id: str
    customer_id: str
    customer_name: str
    sku: str
    product_name: str
    variant_name: str
    serial: str
    contract_month: int
    service_from: date
    service_to: date
    period: str
    amount: int
    credits: str | None = None
    customer_country: str | None = None
    customer_vat_id: str | None = None
    customer_registration_number: str | None = None

    def to_contract(self) -> contract.InvoiceLine:
        """The line as the fact of its page carries it."""
        return as_contract(self, contract.InvoiceLine)


class InvoicePage(Document):
    """Some of an invoice's lines; ``page`` counts from 1."""

    number: str
    page: int
    period: str
    lines: tuple[Line, ...]


def page_id(number: str, page: int) -> str:
    """The id of a page; pages sort by number."""
    return f"{number}/{page:05d}"
