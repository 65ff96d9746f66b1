"""One order through the three services without broker and database, each weighed: bytes loaded, written and kept."""

from dataclasses import dataclass, field

from contracts.messages.fulfillment import ItemFulfillmentRequested, OrderProgressed
from contracts.messages.orders import OrderSubmitted
from contracts.messages.subscription import SubscriptionFact
from contracts.wire.message import Body
from services.billing.service import billing
from services.engine.core.service import Service
from services.fulfillment.service import fulfillment
from services.orders.service import orders
from tests.orders.shop import ACME, CLOCK, item, order, price, variant
from tests.weighing import Weighing

MOST_ON_A_LINE = 500


@dataclass
class Flow:
    """What one service says the others hear at once."""

    orders: Weighing = field(default_factory=lambda: _scene(orders()))
    fulfillment: Weighing = field(default_factory=lambda: _scene(fulfillment()))
    billing: Weighing = field(default_factory=lambda: _scene(billing()))

    def places(self, *lines: int) -> None:
        """An order with so many units on each line."""
        self.orders.hears(variant(CLOCK, price(12, 1000)), source="catalog")
        self.hears(order(*(item(quantity=units) for units in lines), customer=ACME))

    def scans(self, line: int, serial: str) -> None:
        """One device for a line, from 1."""
        self.hears(ItemFulfillmentRequested(order_id="o-1", item_id=str(line), serials=(serial,)))

    def hears(self, body: Body) -> list[Body]:
        """The service that the message is for decides it, and the others what follows; returns all that was said."""
        said: list[Body] = []
        if isinstance(body, SubscriptionFact):
            said += self.billing.hears(body)
        elif isinstance(body, OrderSubmitted | OrderProgressed):
            said += self.orders.hears(body)
        elif type(body) in self.fulfillment.service.reads:
            said += self.fulfillment.hears(body)
        return [each for one in said for each in (one, *self.hears(one))]

    def weighed(self) -> dict[str, tuple[int, int, int]]:
        """Loaded, written and kept so far, by service."""
        scenes = {"orders": self.orders, "fulfillment": self.fulfillment, "billing": self.billing}
        return {name: (scene.loaded, scene.written, scene.stored) for name, scene in scenes.items()}


def lines_of(units: int) -> tuple[int, ...]:
    """Full lines, as few as it takes."""
    full, rest = divmod(units, MOST_ON_A_LINE)
    return (*(MOST_ON_A_LINE,) * full, *((rest,) if rest else ()))


def _scene(service: Service) -> Weighing:
    return Weighing(service)
