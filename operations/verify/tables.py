"""The tables of the books: what the topics say and what the databases keep, side by side.

``at_offset`` is NULL for what a checkpoint still has to say and the log does not have yet. ``at`` is the broker's time
of the record in ms. ``address`` is where a request first stood: ``topic/lane/offset``.
"""

from collections.abc import Mapping
from typing import Final

LOG: Final[Mapping[str, str]] = {
    "log": "topic, lane, begins, upto, first_at, PRIMARY KEY (topic, lane)",
    "requests": "address PRIMARY KEY, service, topic, lane, at_offset, at, type, subject, source, id",
    "scanned": "address, place, serial, PRIMARY KEY (address, place)",
    "said": (
        "service, topic, lane, at_offset, at, type, kind, subject, version, address, id, cause_source, cause_id, digest"
    ),
    "accepted": "subject, version, cause_source, cause_id, serial, PRIMARY KEY (subject, version)",
    "declined": "address, place, serial, accepted, PRIMARY KEY (address, place)",
    "repeats": "address PRIMARY KEY, service, subject, first_source, first_id, outcome, refused",
    "passed": "address, service, topic, lane, at_offset, at",
    "dead": "service, address, topic, incarnation, lane, at_offset, reason, PRIMARY KEY (service, address)",
    "subscriptions": (
        "subscription_id PRIMARY KEY, version, order_id, item_id, serial, state, customer, term, currency, test, priced"
    ),
    "order_facts": "order_id PRIMARY KEY, version, status",
    "account_facts": "account PRIMARY KEY, version, active, customers, monthly, outstanding, payer, days, issues, due",
    "unreadable": "place PRIMARY KEY, why",
    "invoices": (
        "number PRIMARY KEY, payer, account, test, period, running,"
        " lines, credit_lines, pages, charges, credited, total"
    ),
    "invoice_lines": (
        "number, page, place, running, payer, subscription_id, month, amount, credits, period,"
        " PRIMARY KEY (number, page, place)"
    ),
}
"""What was read in the topics; read on, never read again. ``subscriptions`` and the two tables of facts hold the
newest version of each only. ``priced`` is JSON: payers, prices, dates (``parts.py``). ``days`` are those of an
account's term, ``issues`` and ``due`` its next dates. ``unreadable``: records (but requests) and documents of which
nothing could be entered, and why; ``place`` begins with ``record``, ``document`` or ``saved``."""

KEPT: Final[Mapping[str, str]] = {
    "checkpoints": "service, topic, lane, next, incarnation, PRIMARY KEY (service, topic, lane)",
    "orders": "order_id PRIMARY KEY, version, status, held, confirmed, cancelled, payer, test",
    "tallies": "lane, status, orders",
    "items": "order_id, item_id, units, taken, cancelled",
    "ledgers": "order_id PRIMARY KEY, version, opened, cancelled, payer",
    "lines": "order_id, item_id, units, taken, cancelled",
    "entries": "subscription_id PRIMARY KEY, order_id, item_id, serial, state",
    "assets": "serial PRIMARY KEY, holder",
    "waits": "address PRIMARY KEY, kind, subject",
    "holdings": "payer, subscription_id, version, customer, term, currency, test, state, issued, priced",
    "accounts": "account, version, active, customers, monthly, outstanding",
    "payers": "payer PRIMARY KEY, billing_day, last_period",
    "opens": "account, period, subscriptions",
    "kept_invoices": "number PRIMARY KEY, payer, done, lines, credit_lines, pages, charges, credited, total",
    "kept_pages": "number, page, lines, amount, PRIMARY KEY (number, page)",
}
"""What the databases keep; read anew for each look. ``holder`` is the subscription that a device in use is in;
``opens`` says how many subscriptions of an account wait for a period to be invoiced, ``amount`` what a page's lines add
up to."""

FOUND: Final[Mapping[str, str]] = {
    "effects": "request, fact",
    "fates": "address PRIMARY KEY, fate",
    "parts": "account, subscription_id, customer, active, monthly, outstanding, opens",
    "issued": "payer, subscription_id, version, month, amount, owed",
    "offenders": "look, number, key, sentence",
}
"""What follows: which fact is the effect of which request, what became of each request, what each subscription adds to
its account, which of its months a payer holds as issued, and what looked wrong, look by look."""

INDEXES: Final = (
    "CREATE INDEX said_by_id ON said (service, id)",
    "CREATE INDEX said_by_cause ON said (cause_source, cause_id)",
    "CREATE INDEX said_by_address ON said (address) WHERE address IS NOT NULL",
    "CREATE INDEX said_by_chain ON said (service, subject, version) WHERE version IS NOT NULL",
    "CREATE INDEX requests_by_identity ON requests (source, id)",
    "CREATE INDEX requests_by_place ON requests (topic, lane, at_offset)",
    "CREATE INDEX passed_by_address ON passed (address)",
    "CREATE INDEX accepted_by_cause ON accepted (cause_source, cause_id)",
    "CREATE INDEX subscriptions_by_serial ON subscriptions (serial)",
    "CREATE INDEX entries_by_serial ON entries (serial)",
    "CREATE INDEX entries_by_item ON entries (order_id, item_id)",
    "CREATE INDEX items_by_order ON items (order_id, item_id)",
    "CREATE INDEX lines_by_order ON lines (order_id, item_id)",
    "CREATE INDEX holdings_by_subscription ON holdings (subscription_id)",
    "CREATE INDEX accounts_by_name ON accounts (account)",
    "CREATE INDEX parts_by_subscription ON parts (subscription_id)",
    "CREATE INDEX invoice_lines_by_month ON invoice_lines (payer, subscription_id, month)",
    "CREATE INDEX offenders_by_key ON offenders (number, key, look)",
)

VIEWS: Final = (
    # Whether the event topics still have their beginnings: if not, what is missing in them proves nothing.
    "CREATE VIEW whole AS SELECT NOT EXISTS (SELECT 1 FROM log WHERE topic LIKE '%.events' AND begins > 0) AS yes",
    # Requests whose answers the event topics must still hold: answers are younger than what they answer.
    """
    CREATE VIEW judged AS SELECT * FROM requests WHERE at > (
        SELECT coalesce(max(first_at), -1) FROM log WHERE topic LIKE '%.events' AND begins > 0
    )
    """,
    """
    CREATE VIEW cancelled AS SELECT order_id FROM orders WHERE cancelled
    UNION SELECT order_id FROM ledgers WHERE cancelled
    UNION SELECT order_id FROM order_facts WHERE status = 'cancelled'
    """,
    # What no service has read yet; without a checkpoint nothing is.
    """
    CREATE VIEW unread AS SELECT r.address FROM requests r LEFT JOIN checkpoints c USING (service, topic, lane)
    WHERE c.next IS NULL OR r.at_offset >= c.next
    """,
)

NEWEST: Final = ("subscriptions", "order_facts", "account_facts")
"""Tables in which only a higher version takes the place of what is there."""

ONCE: Final = ("unreadable", "accepted", "declined", "repeats", "dead", "waits", "invoices", "invoice_lines")
"""Tables whose rows may come twice: a record that stands twice in the log says the same again."""
