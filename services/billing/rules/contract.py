"""An account as people see it.

Rules: ``docs/domain.md`` section 3.
"""

from collections.abc import Iterable
from typing import Literal

from contracts.messages import billing as contract
from services.billing.documents.account import Account, AccountKey
from services.billing.documents.payer import Payer
from services.billing.rules.calendar import due_date, issue_date, period_after
from services.billing.settings import Defaults

Apart = Literal["term", "currency", "test"]


def find_reasons(key: AccountKey, others: Iterable[AccountKey]) -> tuple[Apart, ...]:
    """Why an account stands apart from the others of its payer: another term, another currency, test.

    A real account is compared with the real ones only: that somebody tries something out is no reason for it.
    """
    rest = [other for other in others if other != key and (key.test or not other.test)]
    reasons: list[Apart] = []
    if any(other.term != key.term for other in rest):
        reasons.append("term")
    if any(other.currency != key.currency for other in rest):
        reasons.append("currency")
    if any(other.test != key.test for other in rest):
        reasons.append("test")
    return tuple(reasons)


def to_contract(account: Account, payer: Payer, defaults: Defaults) -> contract.Account:
    """The account as people see it.

    The next issue date is that of the earliest contract month whose due and issued differ; what came late for the
    payer's last run goes into the next one. Where the term came from is told by the strongest source among its
    subscriptions.
    """
    issued = due = None
    if account.opens:
        period = min(account.opens)
        if payer.last_period is not None:
            period = max(period, period_after(payer.last_period))
        issued = issue_date(period, payer.billing_day or defaults.billing_day)
        due = due_date(issued, account.term)
    return contract.Account(
        account_id=account.key.id,
        payer=account.payer,
        payer_name=payer.shown_name(test=account.test),
        term=account.term,
        term_source=account.term_source,
        currency=account.currency,
        test=account.test,
        customers=account.customers,
        active_subscriptions=account.active,
        monthly_total=account.monthly_total,
        outstanding=account.outstanding,
        next_issue_date=issued,
        next_due_date=due,
        apart=find_reasons(account.key, map(AccountKey.parse, payer.accounts)),
        address_assumed=payer.address_assumed,
        customer_differs=account.differing > 0,
    )
