"""An invoice as it is kept, and the pages that its lines stand on.

Rules: ``docs/domain.md`` section 3. An invoice is a message of the wire that is kept as it is said.
"""

from contracts.messages.invoices import Invoice, InvoiceLine
from services.engine.core.document import Document


class KeptInvoice(Invoice):
    """An invoice as it is kept. While it is not ``done`` its lines are being gathered, its totals are those so far."""

    done: bool = False

    def to_contract(self) -> Invoice:
        """The invoice as its fact carries it."""
        return Invoice(**{name: getattr(self, name) for name in Invoice.model_fields})


class InvoicePage(Document):
    """Some of an invoice's lines; ``page`` counts from 1."""

    number: str
    page: int
    period: str
    lines: tuple[InvoiceLine, ...]


def page_id(number: str, page: int) -> str:
    """The id of a page; pages sort by number."""
    return f"{number}/{page:05d}"
