"""An account statement: what was issued less credits, by the month in which it is due; an invoice of 0 is never due and
stands in the month in which it was issued. Payments are not known here, so nothing is called open or overdue.
"""

from collections.abc import Iterable

from contracts.messages.invoices import Invoice
from contracts.values.immutable import Immutable
from services.billing.rules.calendar import period_of


class DueMonth(Immutable):
    """What is due in one calendar month under one account, in minor units of its currency."""

    account_id: str
    currency: str
    month: str
    invoices: int
    charges: int
    credited: int

    @property
    def net(self) -> int:
        """Charges less credits."""
        return self.charges - self.credited


def statement(invoices: Iterable[Invoice]) -> tuple[DueMonth, ...]:
    """The rows, by account and month."""
    rows: dict[tuple[str, str], DueMonth] = {}
    for invoice in invoices:
        key = (invoice.account_id, period_of(invoice.due_date or invoice.issue_date))
        row = rows.get(key) or DueMonth(*key[:1], invoice.currency, key[1], 0, 0, 0)
        rows[key] = DueMonth(
            row.account_id,
            row.currency,
            row.month,
            row.invoices + 1,
            row.charges + invoice.charges,
            row.credited + invoice.credited,
        )
    return tuple(rows[key] for key in sorted(rows))
