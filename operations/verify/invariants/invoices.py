"""Invariant 6, its second half: what was issued, line by line, against what billing holds as issued.

A line belongs to one month of one subscription; it is credited before it may be issued again, and a credit names a
line that there is. Where the topics lost their beginnings, only what they still hold is compared.
"""

from typing import Final

TOTALS: Final = (
    """
    SELECT i.number, 'invoice ' || i.number || ' says ' || i.lines || ' lines, ' || i.credit_lines
        || ' of them credits, on ' || i.pages || ' pages, ' || i.charges || ' - ' || i.credited || ' = ' || i.total
        || '; its pages hold '
        || coalesce(l.lines || ', ' || l.credit_lines || ', ' || l.pages || ', ' || l.charges || ' - ' || l.credited,
            'none')
    FROM invoices i JOIN whole LEFT JOIN (
        SELECT number, count(*) AS lines, sum(credits IS NOT NULL) AS credit_lines, count(DISTINCT page) AS pages,
            sum(max(amount, 0)) AS charges, -sum(min(amount, 0)) AS credited
        FROM invoice_lines GROUP BY number
    ) l USING (number)
    WHERE whole.yes AND (i.lines, i.credit_lines, i.pages, i.charges, i.credited, i.total)
        IS NOT (l.lines, l.credit_lines, l.pages, l.charges, l.credited, l.charges - l.credited)
    """,
    """
    SELECT payer || ' ' || test, payer || CASE WHEN test THEN ' (test)' ELSE '' END || ' has ' || count(*)
        || ' invoices with the numbers ' || min(running) || ' to ' || max(running)
    FROM invoices JOIN whole WHERE whole.yes
    GROUP BY payer, test HAVING min(running) <> 1 OR max(running) <> count(*) OR count(DISTINCT running) <> count(*)
    """,
)

KEPT: Final = (
    """
    SELECT i.number, 'invoice ' || i.number || ' was said, billing does not have it'
    FROM invoices i LEFT JOIN kept_invoices k USING (number) WHERE k.number IS NULL
    """,
    """
    SELECT k.number, 'billing has issued invoice ' || k.number || ' of ' || k.payer || ', nobody said it'
    FROM kept_invoices k JOIN whole LEFT JOIN invoices i USING (number)
    WHERE whole.yes AND k.done AND i.number IS NULL
    """,
    """
    SELECT i.number, 'invoice ' || i.number || ' is kept as ' || k.lines || ' lines, ' || k.credit_lines
        || ' of them credits, on ' || k.pages || ' pages, ' || k.charges || ' - ' || k.credited || ' = ' || k.total
        || '; it was said as ' || i.lines || ', ' || i.credit_lines || ', ' || i.pages || ', ' || i.charges || ' - '
        || i.credited || ' = ' || i.total
    FROM invoices i JOIN kept_invoices k USING (number)
    WHERE (i.lines, i.credit_lines, i.pages, i.charges, i.credited, i.total)
        IS NOT (k.lines, k.credit_lines, k.pages, k.charges, k.credited, k.total)
    """,
    """
    SELECT number || ' ' || page, 'page ' || page || ' of invoice ' || number || ' is kept with ' || p.lines
        || ' lines of ' || p.amount || ' together, it was said with '
        || coalesce(s.lines || ' lines of ' || s.amount, 'none')
    FROM kept_pages p JOIN kept_invoices k USING (number) JOIN whole LEFT JOIN (
        SELECT number, page, count(*) AS lines, sum(amount) AS amount FROM invoice_lines GROUP BY number, page
    ) s USING (number, page)
    WHERE whole.yes AND k.done AND (p.lines, p.amount) IS NOT (s.lines, s.amount)
    """,
)
"""Documents, export and statement come from what is kept, the accounting system hears what is said."""

LINES: Final = (
    """
    SELECT DISTINCT payer || ' ' || subscription_id || ' ' || month, payer || ' was invoiced for month ' || month
        || ' of subscription ' || subscription_id || CASE WHEN standing > 1 THEN ' again' ELSE ' less than nothing' END
        || ' by ' || number
    FROM (
        SELECT l.payer, subscription_id, month, number, sum(CASE WHEN credits IS NULL THEN 1 ELSE -1 END) OVER (
            PARTITION BY l.payer, subscription_id, month ORDER BY running, page, place
        ) AS standing
        FROM invoice_lines l JOIN whole WHERE whole.yes
    ) WHERE standing NOT IN (0, 1)
    """,
    """
    SELECT c.number || ' ' || c.subscription_id || ' ' || c.month, 'invoice ' || c.number || ' credits month '
        || c.month || ' of subscription ' || c.subscription_id || ' in ' || c.credits || ', which has no such line'
    FROM invoice_lines c JOIN whole
        LEFT JOIN invoice_lines l ON l.number = c.credits AND l.payer = c.payer
            AND l.subscription_id = c.subscription_id AND l.month = c.month AND l.amount = -c.amount
    WHERE whole.yes AND c.credits IS NOT NULL AND l.number IS NULL
    """,
    """
    SELECT DISTINCT l.number || ' ' || l.subscription_id, 'invoice ' || l.number || ' of account ' || i.account
        || ' has a line of subscription ' || l.subscription_id || ', which is not in its account'
    FROM invoice_lines l JOIN invoices i USING (number)
        LEFT JOIN parts p ON p.subscription_id = l.subscription_id AND p.account = i.account
    WHERE p.account IS NULL
    """,
    """
    SELECT l.number || ' ' || l.subscription_id || ' ' || l.month, 'invoice ' || l.number || ' of the run of '
        || i.period || ' has month ' || l.month || ' of subscription ' || l.subscription_id || ', which begins in '
        || l.period
    FROM invoice_lines l JOIN invoices i USING (number) WHERE l.credits IS NULL AND l.period > i.period
    """,
    """
    SELECT i.payer || ' ' || subscription_id || ' ' || month, i.payer || ' was invoiced for month ' || month
        || ' of subscription ' || subscription_id || ', which it never owed: nothing has changed since it was created'
    FROM issued i JOIN subscriptions s USING (subscription_id, version)
        JOIN accepted a ON a.subject = s.order_id AND a.version = s.version
    WHERE NOT i.owed
    """,
)

ISSUED: Final = (
    """
    SELECT payer || ' ' || subscription_id || ' ' || month, payer || ' holds month ' || month || ' of subscription '
        || subscription_id || ' as ' || coalesce('issued at ' || held, 'not issued')
        || ', its invoices less credits say ' || coalesce(told, 'nothing') || ' in ' || lines || ' lines'
    FROM (
        SELECT payer, subscription_id, month, sum(held) AS held, nullif(sum(told), 0) AS told, sum(lines) AS lines
        FROM (
            SELECT payer, subscription_id, month, amount AS held, 0 AS told, 0 AS lines FROM issued
            UNION ALL
            SELECT payer, subscription_id, month, NULL, sum(amount), count(*) FROM invoice_lines
            GROUP BY payer, subscription_id, month
        ) GROUP BY payer, subscription_id, month
    ) JOIN whole
    WHERE whole.yes AND held IS NOT told AND payer NOT IN (SELECT payer FROM kept_invoices WHERE NOT done)
    """,
)
"""An invoice that is being prepared has marked months whose page is not said yet: its payer is compared later. How many
lines were heard is part of the sentence: a month that was issued before one look and credited before the next one looks
alike in both, and is no offence.
"""
