"""An agreed price on its way through fulfillment's ledger and back."""

from contracts.messages.changes import ItemChanged, OrderAmended
from contracts.messages.orders import HoldReleased
from contracts.wire.message import Body
from services.fulfillment.service import fulfillment
from tests.orders.clerks import edit, release
from tests.orders.shop import CLOCK, item, open_shop, order, price, variant
from tests.scene import Scene, only


def forwarded(said: list[Body], to: Scene, topic: str, source: str) -> list[Body]:
    """What one service said on a topic, heard by the other."""
    return [answer for body in said if body.topic == topic for answer in to.hears(body, source=source)]


def test_a_released_price_comes_back_from_the_arbitration_as_it_was_agreed() -> None:
    shop, warehouse = open_shop(), Scene(fulfillment())
    shop.hears(variant(CLOCK, price(12, 2900)), source="catalog")
    said = shop.hears(order(item(CLOCK, 2, quoted=2500)))
    forwarded(said, warehouse, "orders.events", "leaseline/orders")
    said = shop.hears(release("quoted"))
    assert only(said, HoldReleased).order.monthly_total == 5000
    forwarded(said, warehouse, "orders.events", "leaseline/orders")
    for catalog, quantity in ((price(12, 2900), 3), (price(12, 3500), 1), (price(24, 3500), 4)):
        shop.hears(variant(CLOCK, catalog), source="catalog")
        asked = shop.hears(edit(ItemChanged(item_id="1", quantity=quantity)))
        answers = forwarded(asked, warehouse, "orders.events", "leaseline/orders")
        after = only(forwarded(answers, shop, "fulfillment.events", "leaseline/fulfillment"), OrderAmended).order
        line = after.items[0]
        assert (line.quantity, line.unit_price, line.quoted_price, line.catalog_version) == (quantity, 2500, 2500, 2)
        assert after.monthly_total == 2500 * quantity
