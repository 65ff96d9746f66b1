"""What fulfillment told of an order: counts of its items, states of its subscriptions, each with its own version.

A part is taken only from a higher version than the one it has, so a repeat, a late duplicate or a fact replayed from
the dead letters changes nothing that is newer. One mark for the whole order would lose the replayed one.
"""

from collections.abc import Mapping
from typing import Final

from contracts.fulfillment import OrderProgressed, SubscriptionRow
from contracts.order import Item
from contracts.subscription import State
from services.engine.kept import revised
from services.orders.order import ItemProgress, PlacedOrder

STATES: Final[tuple[State, ...]] = ("active", "ended", "cancelled", "reversed")
"""Stored by position: append, never reorder."""
_ROOM: Final = 8


def adopted(order: PlacedOrder, fact: OrderProgressed) -> PlacedOrder:
    """The order with every part of the fact that is newer than what it has; the same object if none is."""
    rows = {row.item_id: row for row in order.progress}
    for counts in fact.items:
        row = rows.get(counts.item_id)
        if row is None or fact.version > row.seen:
            rows[counts.item_id] = ItemProgress(
                item_id=counts.item_id, taken=counts.taken, cancelled=counts.cancelled, seen=fact.version
            )
    progress = tuple(rows[item_id] for item_id in sorted(rows))
    news = _news(order, fact)
    if progress == order.progress and not news:
        return order
    return revised(order, progress=progress, subscriptions={**order.subscriptions, **news})


def with_counts(order: PlacedOrder, items: tuple[Item, ...], version: int) -> PlacedOrder:
    """The order with the counts that an accepted change carries, of items for which they are newer."""
    seen = {row.item_id: row.seen for row in order.progress}
    newer = {
        item.item_id: ItemProgress(item_id=item.item_id, taken=item.taken, cancelled=item.cancelled, seen=version)
        for item in items
        if version > seen.get(item.item_id, 0)
    }
    rows = {row.item_id: row for row in order.progress} | newer
    return revised(order, progress=tuple(rows[item_id] for item_id in sorted(rows)))


def _news(order: PlacedOrder, fact: OrderProgressed) -> dict[str, int]:
    found = {}
    for row in fact.subscriptions:
        number = row.subscription_id.removeprefix(f"{order.order_id}/")
        if fact.version > order.subscriptions.get(number, 0) // _ROOM:
            found[number] = marked(fact.version, row)
    return found


def marked(version: int, row: SubscriptionRow) -> int:
    """A subscription as one number, version x 8 + state: an order of 2,000 units stays at 30 kB."""
    return version * _ROOM + STATES.index(row.state)


def active_and_ended(subscriptions: Mapping[str, int]) -> tuple[int, int]:
    """How many are active, and how many are over (ended by date or cancelled). Reversed ones were never created."""
    states = [STATES[mark % _ROOM] for mark in subscriptions.values()]
    return states.count("active"), states.count("ended") + states.count("cancelled")
