"""What an order is worth a month and over its contracts: integer minor units, nothing is ever rounded."""

from collections.abc import Iterable

from contracts.values.immutable import Immutable
from services.orders.documents.order import PlacedItem, PlacedOrder


class Totals(Immutable):
    """Minor units of the order's currency."""

    monthly_total: int
    contract_value: int


def totals(lines: Iterable[tuple[PlacedItem, int]]) -> Totals | None:
    """Over items and the units that count; None while any of them has no price: a part is not a total."""
    monthly = value = 0
    for item, units in lines:
        if item.unit_price is None:
            return None
        monthly += item.unit_price * units
        value += item.unit_price * units * item.months
    return Totals(monthly, value)


def ordered_totals(items: Iterable[PlacedItem]) -> Totals | None:
    """As it was ordered, all units counted."""
    return totals((item, item.quantity) for item in items)


def live_totals(order: PlacedOrder) -> Totals | None:
    """As it stands: units that were given up no longer count."""
    return totals((item, item.quantity - order.units(item)[1]) for item in order.items)
