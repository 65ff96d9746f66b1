"""Invariant 1. A reversed subscription counts as never created."""

from typing import Final

from operations.verify.invariants.rule import Rule

CANCELLED: Final = Rule(
    number=1,
    sentence="No order is cancelled and has a subscription",
    counted="cancelled orders",
    checked="SELECT count(*) FROM cancelled",
    offences=(
        """
        SELECT order_id, 'order ' || order_id || ' is cancelled and has ' || count(*) || ' subscriptions, the first '
            || min(subscription_id)
        FROM (
            SELECT order_id, subscription_id FROM entries WHERE state <> 'reversed'
            UNION SELECT order_id, subscription_id FROM subscriptions WHERE state <> 'reversed'
        ) JOIN cancelled USING (order_id)
        GROUP BY order_id
        """,
    ),
)
