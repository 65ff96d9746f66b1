"""A change of the quantity alone keeps what was agreed: price, names, catalog version, a released quoted price."""

from typing import Any

import pytest

from contracts.messages.changes import ContactChange, ItemChanged, OrderAmended
from contracts.messages.order import Item
from contracts.messages.orders import HoldReleased
from contracts.values.money import Money
from contracts.values.refusals import Code
from services.orders.documents.order import PlacedOrder
from tests.orders.clerks import agreed, cancel, declined, edit, open_changes, proposed, release
from tests.orders.shop import CHAIR, CLOCK, POSTER, codes, item, kinds, open_shop, order, price, variant
from tests.scene import Scene, only

FULFILLMENT = "leaseline/fulfillment"


def units(quantity: int, item_id: str = "1", **more: Any) -> ItemChanged:
    return ItemChanged(item_id=item_id, quantity=quantity, **more)


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def quoted(at: str | None = "quoted", *more: Any) -> Scene:
    """Two clocks at 2500 where the catalog has 2900, released at one of the two; None: still on hold."""
    shop = open_shop()
    shop.hears(variant(CLOCK, price(12, 2900), price(24, 2700)), source="catalog")
    shop.hears(order(item(CLOCK, 2, quoted=2500), *more))
    if at is not None:
        only(shop.hears(release(at)), HoldReleased)
    return shop


def snapshot(line: Item) -> tuple[object, ...]:
    return (line.unit_price, line.quoted_price, line.catalog_version, line.product_name, line.variant_name, line.free)


def catalog_becomes(shop: Scene, how: str) -> None:
    match how:
        case "dearer":
            shop.hears(variant(CLOCK, price(12, 3500), product_name="New name"), source="catalog")
        case "without the length":
            shop.hears(variant(CLOCK, price(24, 2700)), source="catalog")
        case "empty":
            shop.hears(variant(CLOCK), source="catalog")
        case "inactive":
            shop.hears(variant(CLOCK, price(12, 3500), active=False), source="catalog")
        case "free":
            shop.hears(variant(CLOCK, free=True), source="catalog")
        case _:
            pass


HOWS = ["as it was", "dearer", "without the length", "empty", "inactive", "free"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(("at", "agreed_price"), [("quoted", 2500), ("catalog", 2900)])
@pytest.mark.parametrize("quantity", [1, 3, 500])
def test_more_or_fewer_units_keep_the_agreed_price_whatever_the_catalog_has_today(
    how: str, at: str, agreed_price: int, quantity: int
) -> None:
    shop = quoted(at)
    before = shop.document(PlacedOrder, "o-1").items[0]
    catalog_becomes(shop, how)
    after = only(agreed(shop, edit(units(quantity))), OrderAmended).order
    assert after.items[0].quantity == quantity
    assert snapshot(after.items[0]) == snapshot(before.to_contract())
    assert (after.items[0].unit_price, after.holds) == (agreed_price, ())
    assert after.monthly_total == agreed_price * quantity


def test_three_changes_one_after_another_keep_it() -> None:
    shop = quoted()
    prices = []
    for version, (how, quantity) in enumerate((("as it was", 3), ("dearer", 1), ("without the length", 4)), 1):
        catalog_becomes(shop, how)
        fact = only(agreed(shop, edit(units(quantity)), version=version), OrderAmended)
        prices.append(fact.order.items[0].unit_price)
    assert prices == [2500, 2500, 2500]


def test_of_several_items_each_keeps_its_own_and_only_new_ones_are_priced_by_todays_catalog() -> None:
    shop = quoted("quoted", item(CHAIR, 1), item(POSTER, 1))
    catalog_becomes(shop, "dearer")
    shop.hears(variant(CHAIR, price(12, 4000)), source="catalog")
    shop.hears(variant(POSTER, price(12, 700)), source="catalog")
    change = edit(units(5), units(2, "2"), units(3, "3"), add=(item(CLOCK, 1), item(CHAIR, 1)))
    after = only(agreed(shop, change), OrderAmended).order
    assert [line.unit_price for line in after.items] == [2500, 2500, 0, 3500, 4000]
    assert [line.quantity for line in after.items] == [5, 2, 3, 1, 1]
    assert after.items[2].free


def test_contact_data_and_quantity_in_one_request_keep_it() -> None:
    shop = quoted()
    catalog_becomes(shop, "empty")
    after = only(agreed(shop, edit(units(3), contact=ContactChange(phone="1"))), OrderAmended).order
    assert (after.customer.phone, after.items[0].unit_price, after.items[0].quoted_price) == ("1", 2500, 2500)


def test_naming_the_sku_that_it_has_or_quoting_its_own_price_is_no_other_variant_and_no_other_price() -> None:
    shop = quoted()
    catalog_becomes(shop, "inactive")
    after = only(agreed(shop, edit(units(3, sku=CLOCK, quoted_price=euros(2500)))), OrderAmended).order
    assert (after.items[0].unit_price, after.items[0].catalog_version) == (2500, 2)


def test_another_quoted_price_is_judged_by_todays_catalog() -> None:
    shop = quoted()
    catalog_becomes(shop, "dearer")
    assert codes(shop.hears(edit(units(3, quoted_price=euros(2400))))) == ["price_mismatch"]
    after = only(agreed(shop, edit(units(3, quoted_price=euros(3500)))), OrderAmended).order
    assert (after.items[0].unit_price, after.items[0].quoted_price) == (3500, 3500)


def test_another_variant_is_priced_by_todays_catalog_and_what_was_quoted_for_the_first_no_longer_counts() -> None:
    shop = quoted()
    after = only(agreed(shop, edit(units(3, sku=CHAIR))), OrderAmended).order
    assert (after.items[0].unit_price, after.items[0].quoted_price) == (2500, None)
    again = only(agreed(shop, edit(ItemChanged(item_id="1", sku=CLOCK)), version=2), OrderAmended).order
    assert (again.items[0].unit_price, again.items[0].quoted_price) == (2900, None)


def test_a_change_that_waited_in_the_line_keeps_it_too() -> None:
    shop = quoted()
    first = proposed(shop.hears(cancel()))
    shop.hears(edit(units(7)), id="waits")
    catalog_becomes(shop, "empty")
    said = shop.hears(declined(first, Code.ORDER_HAS_SUBSCRIPTIONS), source=FULFILLMENT)
    assert proposed(said).items[0].unit_price == 2500


def test_more_units_decide_nothing_about_a_price_that_waits_for_a_person() -> None:
    shop = quoted(None)
    after = only(shop.hears(edit(units(3))), OrderAmended).order
    assert [(h.reason, h.expected, h.found) for h in after.holds] == [("price_mismatch", 2900, 2500)]
    assert (after.items[0].quantity, after.original_monthly_total) == (3, 8700)
    fact = only(shop.hears(release("quoted")), HoldReleased)
    assert (fact.order.items[0].unit_price, fact.order.monthly_total) == (2500, 7500)


def test_more_units_of_what_has_no_price_yet_wait_for_it_with_the_others() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, 1, months=36)))
    after = only(shop.hears(edit(units(4))), OrderAmended).order
    assert [h.reason for h in after.holds] == ["price_missing"]
    assert after.monthly_total is None
    said = shop.hears(variant(CLOCK, price(36, 800)), source="catalog")
    assert only(said, HoldReleased).order.monthly_total == 3200


def test_an_item_that_is_removed_and_ordered_anew_is_new() -> None:
    shop = quoted()
    catalog_becomes(shop, "dearer")
    after = only(agreed(shop, edit(add=(item(CLOCK, 2),), remove=("1",))), OrderAmended).order
    assert [(line.item_id, line.unit_price) for line in after.items] == [("2", 3500)]
    assert open_changes(shop) == []
    assert kinds(shop.hears(edit(units(1, "1")))) == ["RequestRefused"]
