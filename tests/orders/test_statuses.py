"""The table of statuses: what may be changed in which, and who decides it. Held orders are orders' own affair."""

from typing import Any

import pytest

from contracts.messages.changes import ItemChanged, OrderAmended
from contracts.messages.orders import RequestRefused, RequestRepeated
from contracts.values.refusals import Code
from tests.orders.clerks import agreed, billing, cancel, close, contact, declined, edit, move, open_changes, proposed
from tests.orders.shop import ACME, CLOCK, codes, confirm, item, kinds, open_shop, order, progressed
from tests.scene import Scene, only

FULFILLMENT = "leaseline/fulfillment"
ITEMS = edit(ItemChanged(item_id="1", quantity=3))
BILLING = billing(vat_id="NL9")
CONTACT = contact(phone="+31 1")
CANCEL = cancel()
LIVING = ("pending", "confirmed", "partial", "fulfilled")


def in_status(status: str) -> Scene:
    """An order of two clocks for a business."""
    shop = open_shop()
    shop.hears(order(item(CLOCK, 2), customer=ACME), id="first")
    if status == "confirmed":
        shop.hears(confirm())
    elif status in ("partial", "fulfilled"):
        shop.hears(progressed(1, ("1", 1 if status == "partial" else 2, 0), subscriptions=((1, "active"),)))
    elif status == "cancelled":
        agreed(shop, cancel())
    return shop


def held() -> Scene:
    shop = open_shop()
    shop.hears(order(item(CLOCK, 2, quoted=999), customer=ACME))
    return shop


@pytest.mark.parametrize("status", LIVING)
def test_contact_data_are_editable_in_every_status_but_cancelled(status: str) -> None:
    said = in_status(status).hears(CONTACT)
    assert kinds(said) == ["OrderAmended"]
    assert only(said, OrderAmended).order.status == status


@pytest.mark.parametrize("status", ["pending", "confirmed"])
@pytest.mark.parametrize("request_", [ITEMS, BILLING, CANCEL])
def test_before_any_subscription_items_billing_data_and_the_order_itself_can_change(status: str, request_: Any) -> None:
    said = agreed(in_status(status), request_)
    if request_ is CANCEL:
        assert kinds(said) == ["OrderCancelled"]
    else:
        assert only(said, OrderAmended).order.status == status


@pytest.mark.parametrize(
    ("status", "request_", "code"),
    [
        ("partial", ITEMS, Code.ITEM_LOCKED),
        ("partial", BILLING, Code.ORDER_HAS_SUBSCRIPTIONS),
        ("partial", CANCEL, Code.ORDER_HAS_SUBSCRIPTIONS),
        ("fulfilled", edit(add=(item(CLOCK),)), Code.ORDER_FULFILLED),
        ("fulfilled", BILLING, Code.ORDER_HAS_SUBSCRIPTIONS),
        ("fulfilled", CANCEL, Code.ORDER_HAS_SUBSCRIPTIONS),
        ("fulfilled", close(), Code.NOTHING_OPEN),
        ("pending", close(), Code.NO_SUBSCRIPTION_YET),
    ],
)
def test_with_subscriptions_fulfillment_decides_and_its_code_reaches_the_clerk(
    status: str, request_: Any, code: Code
) -> None:
    shop = in_status(status)
    said = shop.hears(declined(proposed(shop.hears(request_)), code), source=FULFILLMENT)
    assert codes(said) == [code.value]
    assert open_changes(shop) == []


def test_another_item_can_be_added_to_a_partial_order() -> None:
    said = agreed(in_status("partial"), edit(add=(item(CLOCK, 4),)), version=2, counts={"1": (1, 0)})
    after = only(said, OrderAmended).order
    assert [(i.item_id, i.quantity, i.status) for i in after.items] == [("1", 2, "partial"), ("2", 4, "pending")]


@pytest.mark.parametrize("request_", [ITEMS, BILLING, CONTACT, close(), move(None), confirm()])
def test_nothing_can_be_changed_on_a_cancelled_order(request_: Any) -> None:
    shop = in_status("cancelled")
    assert [r.code for r in only(shop.hears(request_), RequestRefused).refusals] == [Code.ORDER_CANCELLED]
    assert open_changes(shop) == []


def test_a_cancelled_order_is_cancelled_already() -> None:
    assert only(in_status("cancelled").hears(CANCEL), RequestRepeated).outcome == "OrderCancelled"


@pytest.mark.parametrize("request_", [ITEMS, BILLING, CONTACT, CANCEL, move(None)])
def test_while_an_order_is_held_orders_decides_alone(request_: Any) -> None:
    shop = held()
    said = shop.hears(request_)
    assert kinds(said) == ["OrderCancelled" if request_ is CANCEL else "OrderAmended"]
    assert open_changes(shop) == []


@pytest.mark.parametrize("status", LIVING)
def test_the_payer_can_change_in_every_status_but_cancelled(status: str) -> None:
    assert proposed(in_status(status).hears(move(None))).change == "payer"
