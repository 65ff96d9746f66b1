from datetime import timedelta

from contracts.messages.orders import HoldReleased, OrderPlaced, PriceAwaited, PriceFound
from services.engine.core.document import replace
from services.orders.documents.awaited_price import AwaitedPrice
from services.orders.documents.order import PlacedOrder
from services.orders.settings import Settings
from tests.orders.shop import (
    CHAIR,
    CLOCK,
    POSTER,
    codes,
    confirm,
    item,
    kinds,
    open_shop,
    order,
    price,
    variant,
)
from tests.scene import NOON, Scene, only


def waiting(shop: Scene) -> list[str]:
    return sorted(id_ for name, id_ in shop.documents if name == "awaited_prices")


def test_a_known_variant_without_a_price_puts_the_order_on_hold_and_it_shows_no_totals() -> None:
    shop = open_shop()
    said = shop.hears(order(item(CLOCK, months=36), item(CHAIR)))
    placed = only(said, OrderPlaced).order
    assert [(h.reason, h.item_id) for h in placed.holds] == [("price_missing", "1")]
    assert [i.unit_price for i in placed.items] == [None, 2500]
    assert placed.monthly_total is None
    assert placed.contract_value is None
    assert placed.original_monthly_total is None
    assert only(said, PriceAwaited) == PriceAwaited(sku=CLOCK, order_id="o-1", months=36, currency="EUR")
    assert waiting(shop) == [f"{CLOCK}/o-1/36/EUR"]


def test_an_order_waits_once_for_the_same_price() -> None:
    shop = open_shop()
    said = shop.hears(order(item(CLOCK, months=36), item(CLOCK, months=36), item(CLOCK, months=6)))
    assert kinds(said) == ["OrderPlaced", "PriceAwaited", "PriceAwaited"]


def test_the_arrival_of_the_price_releases_the_order_and_gives_it_its_totals() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, 2, months=36), item(CHAIR)))
    said = shop.hears(variant(CLOCK, price(36, 800), price(24, 900), price(12, 1000)))
    assert kinds(said) == ["VariantChanged", "PricesDue", "PriceFound", "HoldReleased"]
    released = only(said, HoldReleased)
    assert (released.version, released.released, released.order.holds) == (2, "price_missing", ())
    assert released.order.monthly_total == 2 * 800 + 2500
    assert released.order.original_contract_value == 36 * 2 * 800 + 12 * 2500
    assert released.order.items[0].catalog_version == 2
    assert waiting(shop) == []


def test_a_release_fills_only_what_has_no_price() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36), item(CLOCK, months=12)))
    said = shop.hears(variant(CLOCK, price(36, 800), price(12, 5555), product_name="Renamed"))
    first, second = only(said, HoldReleased).order.items
    assert (first.unit_price, first.product_name) == (800, "Retro-Clock")
    assert (second.unit_price, second.catalog_version) == (1000, 1)


def test_an_order_that_waits_for_two_prices_is_released_step_by_step() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36), item(CHAIR, months=36)))
    first = only(shop.hears(variant(CLOCK, price(36, 800))), HoldReleased)
    assert [h.item_id for h in first.order.holds] == ["2"]
    assert first.order.monthly_total is None
    second = only(shop.hears(variant(CHAIR, price(36, 2000))), HoldReleased)
    assert (second.version, second.order.holds, second.order.monthly_total) == (3, (), 2800)


def test_the_hold_is_derived_anew_when_the_price_comes_and_may_have_become_a_mismatch() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(item(CLOCK, months=36, quoted=700), confirmed=True)), OrderPlaced).order
    assert [(h.reason, h.found) for h in placed.holds] == [("price_missing", 700)]
    released = only(shop.hears(variant(CLOCK, price(36, 800))), HoldReleased).order
    assert [(h.reason, h.expected, h.found) for h in released.holds] == [("price_mismatch", 800, 700)]
    assert (released.status, released.confirmed_at) == ("pending", None)
    assert released.monthly_total == 800


def test_a_variant_that_becomes_free_releases_those_who_wait_for_it() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36)))
    filled = only(shop.hears(variant(CLOCK, free=True)), HoldReleased).order.items[0]
    assert (filled.unit_price, filled.free) == (0, True)


def test_a_held_order_submitted_as_confirmed_is_pending_until_the_last_hold_goes() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(item(CLOCK, months=36), confirmed=True)), OrderPlaced).order
    assert (placed.status, placed.confirmed_at) == ("pending", None)
    released = only(shop.hears(variant(CLOCK, price(36, 800))), HoldReleased).order
    assert (released.status, released.confirmed_at) == ("confirmed", NOON)
    assert kinds(shop.hears(confirm())) == ["RequestRepeated"]


def test_a_price_dated_long_before_the_order_does_not_date_its_confirmation() -> None:
    shop = open_shop()
    placed, came = NOON + timedelta(days=200), NOON + timedelta(days=201)
    shop.hears(order(item(CLOCK, months=36), confirmed=True), time=placed)
    said = shop.hears(variant(CLOCK, price(36, 800)), source="catalog", time=NOON, recorded=came)
    assert only(said, HoldReleased).order.confirmed_at == came


def test_an_order_on_hold_cannot_be_confirmed_until_it_is_released() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36)))
    assert codes(shop.hears(confirm())) == ["order_on_hold"]
    shop.hears(variant(CLOCK, price(36, 800)))
    assert kinds(shop.hears(confirm())) == ["OrderConfirmed"]


def test_a_quoted_price_that_differs_puts_the_order_on_hold_at_the_catalogs_price() -> None:
    shop = open_shop()
    placed = only(shop.hears(order(item(CLOCK, quoted=999), item(CHAIR, quoted=2500), confirmed=True)), OrderPlaced)
    assert [(h.reason, h.item_id, h.expected, h.found) for h in placed.order.holds] == [
        ("price_mismatch", "1", 1000, 999)
    ]
    assert (placed.order.status, placed.order.monthly_total) == ("pending", 3500)


def test_a_price_quoted_for_a_free_variant_is_a_mismatch() -> None:
    placed = only(open_shop().hears(order(item(POSTER, quoted=1))), OrderPlaced).order
    assert [(h.reason, h.expected) for h in placed.holds] == [("price_mismatch", 0)]


def test_the_price_of_another_item_does_not_touch_a_mismatch() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, quoted=999), item(CHAIR, months=36), item(CLOCK, months=24, quoted=1)))
    released = only(shop.hears(variant(CHAIR, price(36, 2000))), HoldReleased).order
    assert [(h.reason, h.item_id) for h in released.holds] == [("price_mismatch", "1"), ("price_mismatch", "3")]


def test_a_price_that_came_meanwhile_is_answered_at_once() -> None:
    shop = open_shop()
    said = shop.hears(PriceAwaited(sku=CLOCK, order_id="o-1", months=12, currency="EUR"))
    assert kinds(said) == ["PriceFound"]
    assert waiting(shop) == []


def test_an_order_in_another_currency_keeps_waiting_when_another_price_comes() -> None:
    shop = open_shop()
    shop.hears(order(currency="USD"))
    said = shop.hears(variant(CLOCK, price(12, 1000), price(36, 800)))
    assert kinds(said) == ["VariantChanged", "PricesDue"]
    assert waiting(shop) == [f"{CLOCK}/o-1/12/USD"]
    assert kinds(shop.hears(variant(CLOCK, price(12, 1100, "USD"))))[-1] == "HoldReleased"


def test_a_price_that_many_orders_wait_for_wakes_them_in_bounded_pages() -> None:
    shop = open_shop(Settings(prices_page=2))
    for n in range(5):
        shop.hears(order(item(CLOCK, months=36), id=f"o-{n}"))
    said = shop.hears(variant(CLOCK, price(36, 800)))
    assert kinds(said).count("PricesDue") == 3
    assert kinds(said).count("HoldReleased") == 5
    assert waiting(shop) == []


def test_a_changed_amount_wakes_nobody() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36)))
    assert kinds(shop.hears(variant(CLOCK, price(12, 1001), price(24, 901)))) == ["VariantChanged"]


def test_what_was_free_before_was_waited_for_by_nobody() -> None:
    shop = open_shop()
    assert kinds(shop.hears(variant(POSTER, price(12, 100)))) == ["VariantChanged"]


def test_an_order_woken_for_a_price_that_is_gone_again_waits_again() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36), item(CHAIR, months=36)))
    shop.documents.pop(("awaited_prices", f"{CLOCK}/o-1/36/EUR"))
    said = shop.hears(PriceFound(order_id="o-1", sku=CLOCK))
    assert only(said, PriceAwaited).sku == CLOCK
    assert waiting(shop) == [f"{CHAIR}/o-1/36/EUR", f"{CLOCK}/o-1/36/EUR"]
    assert shop.document(PlacedOrder, "o-1").version == 1


def test_waking_an_order_that_waits_for_nothing_changes_nothing() -> None:
    shop = open_shop()
    shop.hears(order())
    before = dict(shop.documents)
    assert shop.hears(PriceFound(order_id="o-1", sku=CLOCK)) == []
    assert shop.hears(PriceFound(order_id="unknown", sku=CLOCK)) == []
    assert shop.documents == before


def test_a_cancelled_order_waits_for_no_price() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36)))
    held = shop.document(PlacedOrder, "o-1")
    shop.keep(PlacedOrder, "o-1", replace(held, cancelled_at=NOON, status="cancelled"))
    assert kinds(shop.hears(variant(CLOCK, price(36, 800)))) == ["VariantChanged", "PricesDue", "PriceFound"]


def test_a_price_awaited_of_a_variant_that_is_gone_is_kept_in_mind() -> None:
    shop = open_shop()
    shop.hears(PriceAwaited(sku="GONE", order_id="o-1", months=12, currency="EUR"))
    assert shop.document(AwaitedPrice, "GONE/o-1/12/EUR").order_id == "o-1"


def test_an_item_whose_variant_is_gone_keeps_waiting_while_another_is_filled() -> None:
    shop = open_shop()
    shop.hears(order(item(CLOCK, months=36), item(CHAIR, months=36)))
    shop.documents.pop(("catalog", CHAIR))
    released = only(shop.hears(variant(CLOCK, price(36, 800))), HoldReleased).order
    assert [h.item_id for h in released.holds] == ["2"]
