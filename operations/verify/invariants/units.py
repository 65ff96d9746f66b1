"""Invariant 3: units, and with them the agreement about each order: of orders, the ledger and the facts."""

from typing import Final

from operations.verify.invariants.rule import Rule

_LEDGER: Final = (
    """
    SELECT order_id || ' ' || item_id, 'item ' || item_id || ' of order ' || order_id || ' has ' || units || ' units, '
        || taken || ' taken and ' || cancelled || ' cancelled'
    FROM lines WHERE taken < 0 OR cancelled < 0 OR taken + cancelled > units
    """,
    """
    SELECT l.order_id || ' ' || l.item_id, 'item ' || l.item_id || ' of order ' || l.order_id || ' has ' || l.taken
        || ' taken units and ' || count(e.subscription_id) || ' subscriptions'
    FROM lines l LEFT JOIN entries e ON e.order_id = l.order_id AND e.item_id = l.item_id AND e.state <> 'reversed'
    GROUP BY l.order_id, l.item_id HAVING count(e.subscription_id) <> l.taken
    """,
    """
    SELECT e.subscription_id, 'subscription ' || e.subscription_id || ' is for the item ' || e.item_id
        || ', which its order does not have'
    FROM entries e LEFT JOIN lines l USING (order_id, item_id)
    WHERE l.units IS NULL AND e.state <> 'reversed'
    """,
)

_FACTS: Final = (
    """
    SELECT e.subscription_id, 'subscription ' || e.subscription_id || ' stands in the ledger, no fact tells of it'
    FROM entries e LEFT JOIN subscriptions s USING (subscription_id), whole
    WHERE s.version IS NULL AND whole.yes
    """,
    """
    SELECT s.subscription_id, 'subscription ' || s.subscription_id || ' was said, the ledger does not have it'
        || CASE WHEN e.state IS NULL THEN '' ELSE ' for the item ' || s.item_id END
    FROM subscriptions s LEFT JOIN entries e USING (subscription_id)
    WHERE e.item_id IS NOT s.item_id
    """,
    """
    SELECT k.order_id, k.service || ' has version ' || k.version || ' of order ' || k.order_id
        || ', the last fact has ' || coalesce(max(s.version), 'none')
    FROM (
        SELECT 'orders' AS service, order_id, version FROM orders
        UNION ALL SELECT 'fulfillment', order_id, version FROM ledgers WHERE version > 0
    ) k
    JOIN whole
    LEFT JOIN said s ON s.service = k.service AND s.subject = k.order_id AND s.version IS NOT NULL
    GROUP BY k.service, k.order_id
    HAVING CASE WHEN whole.yes THEN max(s.version) IS NOT k.version ELSE max(s.version) > k.version END
    """,
    """
    SELECT f.order_id, 'facts tell of order ' || f.order_id || ', orders does not have it'
    FROM order_facts f LEFT JOIN orders o USING (order_id) WHERE o.version IS NULL
    """,
)

_ORDERS: Final = (
    """
    SELECT o.order_id, 'order ' || o.order_id || ' has no hold, and fulfillment has not opened its ledger'
    FROM orders o LEFT JOIN ledgers l USING (order_id)
    WHERE NOT o.held AND NOT o.cancelled AND coalesce(l.opened, 0) = 0
    """,
    """
    SELECT l.order_id, 'fulfillment has a ledger of order ' || l.order_id || ', orders does not have it'
    FROM ledgers l LEFT JOIN orders o USING (order_id) WHERE l.opened AND o.version IS NULL
    """,
    """
    SELECT order_id || ' ' || item_id, 'item ' || item_id || ' of order ' || order_id || ': orders counts ' || i.units
        || ' units, ' || i.taken || ' taken, ' || i.cancelled || ' cancelled; the ledger '
        || coalesce(l.units || ', ' || l.taken || ', ' || l.cancelled, 'has none')
    FROM orders o JOIN items i USING (order_id) JOIN ledgers g USING (order_id)
        LEFT JOIN lines l USING (order_id, item_id)
    WHERE g.opened AND NOT o.cancelled
        AND (l.units IS NOT i.units OR l.taken IS NOT i.taken OR l.cancelled IS NOT i.cancelled)
    """,
)

_PAYERS: Final = (
    """
    SELECT order_id, 'order ' || order_id || ' is paid by ' || o.payer || ', by the ledger ' || l.payer || ' pays'
    FROM orders o JOIN ledgers l USING (order_id) WHERE l.opened AND NOT o.cancelled AND l.payer IS NOT o.payer
    """,
    """
    SELECT order_id, 'order ' || order_id || ' is cancelled by '
        || CASE WHEN o.cancelled THEN 'orders, its ledger is open' ELSE 'its ledger, orders has it open' END
    FROM orders o JOIN ledgers l USING (order_id) WHERE l.opened AND l.cancelled <> o.cancelled
    """,
)

_STATUS: Final = (
    """
    SELECT order_id, 'order ' || order_id || ' is ' || status || ', by its units and times it is ' || derived
    FROM (
        SELECT o.order_id, o.status, CASE
            WHEN o.cancelled THEN 'cancelled'
            WHEN sum(i.taken) > 0 AND sum(i.taken) + sum(i.cancelled) >= sum(i.units) THEN 'fulfilled'
            WHEN sum(i.taken) > 0 THEN 'partial'
            WHEN o.confirmed THEN 'confirmed'
            ELSE 'pending' END AS derived
        FROM orders o JOIN items i USING (order_id) GROUP BY o.order_id
    ) WHERE status <> derived
    """,
    """
    SELECT o.order_id, 'order ' || o.order_id || ' is ' || o.status || ', its newest fact says ' || f.status
    FROM orders o JOIN order_facts f USING (order_id) WHERE o.status <> f.status
    """,
)

_TALLIES: Final = (
    """
    SELECT status, sum(orders) || ' orders are ' || status || ', the tallies of the search count ' || sum(counted)
        || ': run `leaseline orders index`, which counts the rest anew'
    FROM (
        SELECT status, count(*) AS orders, 0 AS counted FROM orders WHERE NOT test GROUP BY status
        UNION ALL SELECT status, 0, sum(orders) FROM tallies GROUP BY status
    ) GROUP BY status HAVING sum(orders) <> sum(counted)
    """,
)
"""Orders that are no test, by status. What a tally counts follows from its lane's orders in the very transaction that
writes them; which lane's is wrong cannot be told from the numbers.
"""

UNITS: Final = Rule(
    number=3,
    sentence="No item has more subscriptions than units; orders, ledgers and facts agree",
    counted="items",
    checked="SELECT count(*) FROM (SELECT order_id, item_id FROM items UNION SELECT order_id, item_id FROM lines)",
    offences=(*_LEDGER, *_FACTS, *_STATUS, *_TALLIES),
    disagreements=(*_ORDERS, *_PAYERS),
)
"""Units are open + taken + cancelled, and taken ones are those with a subscription that was not reversed."""
