"""Who gets an invoice in a run, and what it would say: the same for the run, and for whoever wants to know before.

Rules: ``docs/domain.md`` section 3.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from contracts.values.immutable import Immutable
from services.billing.documents.account import Account, AccountKey
from services.billing.documents.number import invoice_number
from services.billing.documents.payer import Payer
from services.billing.documents.share import Share
from services.billing.rules.calendar import issue_date
from services.billing.rules.invoice import find_differences
from services.engine.core.document import replace

WhyNot = Literal["repeated", "not_due", "issued_later"]
"""The period was invoiced already; its billing day has not come; its last invoice is dated after the run."""


class Foreseen(Immutable):
    """What a run would put on one account's invoice, amounts in minor units."""

    key: AccountKey
    lines: int = 0
    charges: int = 0
    credited: int = 0


def has_due(accounts: Iterable[Account], period: str) -> bool:
    """Whether a run of this period looks at the payer of these accounts."""
    return any(account.opens and min(account.opens) <= period for account in accounts)


def why_not_invoiced(
    last_period: str | None, period: str, as_of: date, billing_day: int, last_issued: date | None
) -> WhyNot | None:
    """Why a payer gets no invoice in a run; None: it gets one. ``last_period`` is that of the last run it was in."""
    if last_period is not None and last_period >= period:
        return "repeated"
    if issue_date(period, billing_day) > as_of:
        return "not_due"
    if last_issued is not None and last_issued > as_of:
        return "issued_later"
    return None


def last_numbers(payer: Payer) -> Iterator[str]:
    """The numbers of its last invoices, real and test, by which one of before knows when it was invoiced last."""
    if payer.short_code is None:
        return
    for test, running in ((False, payer.numbers), (True, payer.test_numbers)):
        if running:
            yield invoice_number(payer.short_code, running, test=test)


def foresee(shares: Iterable[Share], period: str) -> Mapping[str, Foreseen]:
    """What these shares would add to the invoices of a run, by account."""
    found: dict[str, Foreseen] = {}
    for share in shares:
        for held in share.subscriptions:
            key = AccountKey(share.payer, held.term, share.currency, share.test)
            for each in find_differences(share, held, period):
                was = found.get(key.id) or Foreseen(key)
                found[key.id] = replace(
                    was,
                    lines=was.lines + 1,
                    charges=was.charges + max(each.amount, 0),
                    credited=was.credited - min(each.amount, 0),
                )
    return found
