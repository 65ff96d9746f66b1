"""Status is derived from facts, never set by hand."""

from datetime import datetime

from contracts.messages.order import ItemStatus, Status
from services.orders.documents.order import PlacedItem, PlacedOrder


def order_status(
    *, cancelled_at: datetime | None, confirmed_at: datetime | None, units: int, taken: int, cancelled: int
) -> Status:
    """The status that follows; ``units`` counts all, ``taken`` those with a subscription (``docs/domain.md`` section
    1).
    """
    if cancelled_at is not None:
        return "cancelled"
    if taken and taken + cancelled >= units:
        return "fulfilled"
    if taken:
        return "partial"
    return "pending" if confirmed_at is None else "confirmed"


def item_status(*, units: int, taken: int, cancelled: int) -> ItemStatus:
    """The same for one item; cancelled when all its units are."""
    if cancelled >= units:
        return "cancelled"
    if taken and taken + cancelled >= units:
        return "fulfilled"
    return "partial" if taken else "pending"


def status_of(order: PlacedOrder) -> Status:
    """The status that follows from what the order knows."""
    taken, cancelled = totals_of_units(order)
    return order_status(
        cancelled_at=order.cancelled_at,
        confirmed_at=order.confirmed_at,
        units=sum(item.quantity for item in order.items),
        taken=taken,
        cancelled=cancelled,
    )


def status_of_item(order: PlacedOrder, item: PlacedItem) -> ItemStatus:
    """The status of one of its items."""
    taken, cancelled = order.units(item)
    return item_status(units=item.quantity, taken=taken, cancelled=cancelled)


def totals_of_units(order: PlacedOrder) -> tuple[int, int]:
    """Taken and cancelled units of the whole order."""
    taken = cancelled = 0
    if order.progress:
        ids = {item.item_id for item in order.items}
        for row in order.progress:
            if row.item_id in ids:
                taken, cancelled = taken + row.taken, cancelled + row.cancelled
    return taken, cancelled
