"""Invariant 6: each account is rebuilt from the facts about its subscriptions and compared, once kept and once said;
what was invoiced is compared line by line (``invoices.py``).
"""

from typing import Final

from operations.verify.invariants.invoices import ISSUED, KEPT, LINES, TOTALS
from operations.verify.invariants.rule import Rule

_REBUILT: Final = """
    SELECT account, sum(active) AS active, count(DISTINCT CASE WHEN active THEN customer END) AS customers,
        sum(monthly) AS monthly, sum(outstanding) AS outstanding
    FROM parts GROUP BY account
"""

_TOTALS: Final = (
    f"""
    SELECT account, 'account ' || account || ' has ' || a.active || ' subscriptions of ' || a.customers
        || ' customers, ' || a.monthly || ' a month, ' || a.outstanding || ' outstanding; counted anew: '
        || coalesce(r.active || ', ' || r.customers || ', ' || r.monthly || ', ' || r.outstanding, 'none')
    FROM accounts a LEFT JOIN ({_REBUILT}) r USING (account)
    WHERE (a.active, a.customers, a.monthly, a.outstanding) IS NOT (r.active, r.customers, r.monthly, r.outstanding)
    """,  # noqa: S608  our own words
    """
    SELECT account, 'there is no account ' || account || ' for ' || count(*) || ' subscriptions, the first '
        || min(subscription_id)
    FROM parts LEFT JOIN accounts a USING (account) WHERE a.version IS NULL GROUP BY account
    """,
    """
    SELECT account, 'account ' || account || ' is kept as version ' || a.version || ': ' || a.active || ', '
        || a.customers || ', ' || a.monthly || ', ' || a.outstanding || '; last said: '
        || coalesce('version ' || f.version || ': ' || f.active || ', ' || f.customers || ', ' || f.monthly || ', '
            || f.outstanding, 'nothing')
    FROM accounts a JOIN whole LEFT JOIN account_facts f USING (account)
    WHERE (a.version, a.active, a.customers, a.monthly, a.outstanding)
            IS NOT (f.version, f.active, f.customers, f.monthly, f.outstanding)
        AND (whole.yes OR f.version IS NOT NULL)
    """,
    """
    SELECT account, 'account ' || account || ' was said, billing does not have it'
    FROM account_facts LEFT JOIN accounts a USING (account) WHERE a.version IS NULL
    """,
)

_OPENS: Final = (
    """
    SELECT account || ' ' || period, 'account ' || account || coalesce(' in version ' || a.version, '') || ' has '
        || sum(kept) || ' subscriptions of which ' || period || ' is to be invoiced or credited next; counted anew: '
        || sum(counted)
    FROM (
        SELECT account, period, subscriptions AS kept, 0 AS counted FROM opens
        UNION ALL SELECT account, opens, 0, 1 FROM parts WHERE opens IS NOT NULL
    ) LEFT JOIN accounts a USING (account) GROUP BY account, period HAVING sum(kept) <> sum(counted)
    """,
    """
    SELECT account, 'account ' || account || ' is said to be invoiced next on ' || coalesce(issues, 'no day')
        || ', due ' || coalesce(due, 'never') || '; counted anew, it is '
        || coalesce('in ' || following || coalesce(' on day ' || billing_day, ''), 'not') || ', due in ' || days
        || ' days'
    FROM (
        SELECT f.account, f.issues, f.due, f.days, p.billing_day, substr(date(
            max(o.period, coalesce(substr(date(p.last_period || '-01', '+1 month'), 1, 7), '')) || '-01', '+1 month'
        ), 1, 7) AS following
        FROM account_facts f JOIN accounts a ON a.account = f.account AND a.version = f.version
            LEFT JOIN payers p ON p.payer = f.payer
            LEFT JOIN (SELECT account, min(period) AS period FROM opens GROUP BY account) o ON o.account = f.account
    )
    WHERE substr(issues, 1, 7) IS NOT following OR CAST(substr(issues, 9) AS INTEGER) <> billing_day
        OR due IS NOT date(issues, '+' || days || ' days')
    """,
)
"""What is invoiced next, and when. Each look may catch another subscription between a share and its account, in the
same way: but then the account is in another version, so it is another sentence. The billing day of a payer without one
of its own is the deployment's, which is not known here.
"""

_EACH_ONCE: Final = (
    """
    SELECT subscription_id, 'subscription ' || subscription_id || ' is active in ' || coalesce(sum(p.active), 0)
        || ' accounts' || coalesce(': ' || min(p.account) || ' and ' || max(p.account), '')
    FROM (
        SELECT subscription_id FROM subscriptions WHERE state = 'active'
        UNION SELECT subscription_id FROM entries WHERE state = 'active'
    ) LEFT JOIN parts p USING (subscription_id)
    GROUP BY subscription_id HAVING coalesce(sum(p.active), 0) <> 1
    """,
    """
    SELECT h.payer || ' ' || subscription_id, h.payer || ' has version ' || h.version || ' of subscription '
        || subscription_id || ', the newest fact has ' || s.version
    FROM holdings h JOIN subscriptions s USING (subscription_id) WHERE h.version <> s.version
    """,
)

_TERMS: Final = (
    """
    SELECT h.payer || ' ' || subscription_id, h.payer || ' holds subscription ' || subscription_id || ' under '
        || h.term || ' in ' || h.currency || ' for ' || h.customer || ', its facts say ' || coalesce(s.term, 'no term')
        || ' in ' || s.currency || ' for ' || s.customer
    FROM holdings h JOIN subscriptions s USING (subscription_id)
    WHERE coalesce(s.term, h.term) <> h.term OR s.currency <> h.currency OR s.customer <> h.customer OR s.test <> h.test
    """,
)

ACCOUNTS: Final = Rule(
    number=6,
    sentence="Account totals equal the sum over their subscriptions, each active one in exactly one account; "
    "every month is invoiced once, less credits",
    counted="accounts",
    checked="SELECT count(*) FROM (SELECT account FROM accounts UNION SELECT account FROM parts)",
    offences=(*_TOTALS, *_OPENS, *_TERMS, *TOTALS, *KEPT, *LINES, *ISSUED),
    disagreements=_EACH_ONCE,
)
"""Where the topics lost their beginnings, a subscription without facts counts as billing holds it."""
