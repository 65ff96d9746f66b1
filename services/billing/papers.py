"""An invoice in the forms that people and accounting systems take away. Billing knows that there are such, and not how
they are made: whoever starts its HTTP side brings them (``docs/decisions/0094``).
"""

from collections.abc import AsyncIterator
from typing import Protocol

from contracts.messages.invoices import Invoice, InvoiceLine

Lines = AsyncIterator[InvoiceLine]


class Papers(Protocol):
    """Makes them, away from the loop that answers requests. ``lines`` are those of the invoice, still to be read."""

    async def html(self, invoice: Invoice, lines: Lines) -> bytes:
        """A page that needs nothing else, UTF-8."""

    async def pdf(self, invoice: Invoice, lines: Lines) -> bytes:
        """The same printed on A4."""

    def csv(self, invoice: Invoice, lines: Lines) -> AsyncIterator[str]:
        """A header and a row for each line, piece by piece."""
