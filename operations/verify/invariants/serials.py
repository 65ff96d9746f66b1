"""Invariant 2, by the facts, by fulfillment's ledgers, and by the documents of its devices."""

from typing import Final

from operations.verify.invariants.rule import Rule

SERIALS: Final = Rule(
    number=2,
    sentence="No serial is in two active subscriptions",
    counted="active serials",
    checked="""
        SELECT count(*) FROM (
            SELECT serial FROM entries WHERE state = 'active'
            UNION SELECT serial FROM subscriptions WHERE state = 'active'
        )
    """,
    offences=(
        """
        SELECT serial, 'by the facts, serial ' || serial || ' is active in ' || count(*) || ' subscriptions: '
            || min(subscription_id) || ' and ' || max(subscription_id)
        FROM subscriptions WHERE state = 'active' GROUP BY serial HAVING count(*) > 1
        """,
        """
        SELECT serial, 'by the ledgers, serial ' || serial || ' is active in ' || count(*) || ' subscriptions: '
            || min(subscription_id) || ' and ' || max(subscription_id)
        FROM entries WHERE state = 'active' GROUP BY serial HAVING count(*) > 1
        """,
        """
        SELECT e.subscription_id, 'subscription ' || e.subscription_id || ' has serial ' || e.serial || ' and is '
            || e.state || ' by the ledger, ' || s.serial || ' and ' || s.state || ' by its newest fact'
        FROM entries e JOIN subscriptions s USING (subscription_id)
        WHERE e.serial <> s.serial OR e.state <> s.state
        """,
        """
        SELECT e.subscription_id, 'serial ' || e.serial || ' is active in ' || e.subscription_id
            || ', its device says: ' || coalesce(a.holder, 'not in use')
        FROM entries e LEFT JOIN assets a USING (serial)
        WHERE e.state = 'active' AND a.holder IS NOT e.subscription_id
        """,
        """
        SELECT a.serial, 'device ' || a.serial || ' is in use by ' || a.holder || ', which is not active with it'
        FROM assets a LEFT JOIN entries e ON e.subscription_id = a.holder
        WHERE a.holder IS NOT NULL AND (e.state IS NOT 'active' OR e.serial IS NOT a.serial)
        """,
    ),
)
