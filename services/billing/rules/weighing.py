"""How much one message of a billing run takes, and about what it costs: so that a batch takes many small payers."""

from collections.abc import Sequence
from typing import Final

from services.billing.documents.account import Account
from services.billing.rules.calendar import periods_through

SHARES: Final = 100
LINES: Final = 1000
"""What one message takes: so many shares, and no more lines than these."""
OWN: Final = 4
"""Documents that are written for a payer, and for each of its accounts: settings, account, invoice, page."""


def weigh(accounts: Sequence[Account], period: str) -> int:
    """About what a page of a payer costs in a run of this period: its own documents, the shares that are loaded, the
    lines that are due (one for each month from the first that is open). At most a whole page's.
    """
    shares = min(SHARES, sum(sum(account.sources.values()) for account in accounts))
    lines = sum(
        subscriptions * periods_through(opens, period)
        for account in accounts
        for opens, subscriptions in account.opens.items()
        if opens <= period
    )
    return min(OWN * (1 + len(accounts)) + shares + lines, LINES)
