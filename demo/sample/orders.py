"""An order of the sample, whichever data it comes from, and the times that it and its scans carry."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from contracts.messages.orders import ItemSubmitted, OrderSubmitted
from demo.sample.hashes import below, choice
from demo.sample.rates import MONTHLY_PER_MILLE

BEGIN = date(2018, 5, 15)
"""The first day of the bike shop's orders, on which the companies' orders are made to begin too."""
END = date(2018, 9, 14)
"""The last day of both."""


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """An order as it is submitted: its body, the message's source and time (UTC)."""

    body: OrderSubmitted
    source: str
    time: datetime

    @property
    def order_id(self) -> str:
        """The order's id."""
        return self.body.order_id

    @property
    def message_id(self) -> str:
        """The id of the message that submits it; unique within the source."""
        return f"order-{self.body.order_id}"

    @property
    def units(self) -> int:
        """Units of all its items."""
        return sum(item.quantity for item in self.body.items)

    def item_id(self, position: int) -> str:
        """The id of the item at a position from 0: its own, else its position from 1."""
        return self.body.items[position].item_id or str(position + 1)

    def positions(self, sku: str) -> tuple[int, ...]:
        """Where a SKU stands among the items, from 0."""
        return tuple(at for at, item in enumerate(self.body.items) if item.sku == sku)

    def twice(self, item: ItemSubmitted) -> bool:
        """Whether the order holds the item's SKU more than once: then a scan must name the item."""
        return len(self.positions(item.sku)) > 1


def working_hour(day: date, *names: object) -> datetime:
    """A moment of the day between 7 and 18 o'clock UTC: the data know days only."""
    return datetime.combine(day, time(7), UTC) + timedelta(seconds=below(11 * 3600, "hour", *names))


def contract_length(order_id: str, line: object) -> int:
    """The contract length of an order's line in months."""
    return choice(tuple(MONTHLY_PER_MILLE), "length", order_id, line)
