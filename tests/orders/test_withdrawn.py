"""An order in a currency, from a country, for a length that was taken off its list goes on; a new one is refused."""

from datetime import timedelta

import pytest

from contracts.messages.changes import ItemChanged, OrderAmended, OrderChangeProposed
from contracts.messages.orders import HoldReleased, OrderConfirmed, OrderPlaced
from contracts.values import money, places
from contracts.values import words as values
from services.engine.core.document import replace
from services.orders.documents.order import PlacedOrder
from services.orders.documents.variant import Variant
from tests.orders.clerks import accepted, billing, cancel, edit, proposed, release
from tests.orders.shop import ACME, CLOCK, codes, confirm, item, note, open_shop, order, price, raw, variant
from tests.scene import NOON, Scene, only

BRNO = places.Address(street="Hlavní 1", city="Brno", postal_code="60200", country="CZ")


def withdraw(patch: pytest.MonkeyPatch) -> None:
    """As after an update of the packages, or of our own lists."""
    patch.delitem(money.CURRENCY_EXPONENTS, "CZK")
    patch.setattr(places, "COUNTRIES", places.COUNTRIES - {"CZ"})
    patch.setattr(values, "LENGTHS", (6, 12))
    patch.setattr(values, "TERMS", ("net_7", "net_14"))


def shop_with_an_order(*, quoted: int | None = None) -> Scene:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(24, 2900, "CZK"), price(12, 900)), time=NOON)
    submitted = order(
        item(CLOCK, 2, 24, quoted, quoted_in="CZK"),
        customer=ACME, currency="CZK", billing_address=BRNO, term="net_30",
    )  # fmt: skip
    only(shop.hears(submitted, time=NOON), OrderPlaced)
    return shop


def test_a_new_order_is_refused_with_each_code(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    data = raw(order(item(CLOCK, 1, 24), customer=ACME, currency="CZK", billing_address=BRNO, term="net_30"))
    withdraw(monkeypatch)

    said = shop.hears(data, kind=type(order()))

    assert sorted(codes(said)) == ["contract_length_invalid", "country_unknown", "currency_unknown", "term_unknown"]


def test_what_was_ordered_before_is_confirmed_changed_and_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_with_an_order()
    withdraw(monkeypatch)

    assert only(shop.hears(confirm()), OrderConfirmed).order.currency == "CZK"
    change = proposed(shop.hears(edit(ItemChanged(item_id="1", quantity=1))))
    assert only(shop.hears(accepted(change, version=1)), OrderAmended).order.monthly_total == 2900
    shop.hears(note("still here"))
    only(shop.hears(cancel()), OrderChangeProposed)


def test_a_quoted_price_in_it_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_with_an_order(quoted=2500)
    withdraw(monkeypatch)

    assert only(shop.hears(release("quoted")), HoldReleased).order.monthly_total == 5000


def test_a_request_that_waited_for_its_order_is_decided_as_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    shop.hears(variant(CLOCK, price(24, 2900, "CZK")), time=NOON)
    shop.hears(billing(billing_address=BRNO, term="net_30"), id="waits")
    submitted = order(item(CLOCK, 1, 24), customer=ACME, currency="CZK", term="net_30")
    withdraw(monkeypatch)
    with pytest.MonkeyPatch.context() as before:
        before.setitem(money.CURRENCY_EXPONENTS, "CZK", 2)
        before.setattr(values, "LENGTHS", (6, 12, 24))
        before.setattr(values, "TERMS", ("net_7", "net_14", "net_30"))
        said = shop.hears(submitted, time=NOON + timedelta(minutes=1))

    change = only(said, OrderChangeProposed)
    assert change.billing.billing_address.country == "CZ"
    assert shop.document(PlacedOrder, "o-1").currency == "CZK"


def test_a_price_in_the_catalog_of_before_above_todays_bound_is_none_for_a_new_order() -> None:
    shop = open_shop()
    known = shop.document(Variant, CLOCK)
    shop.keep(Variant, CLOCK, replace(known, prices={**known.prices, "36:EUR": 100 * money.MAX_PRICE}))

    held = only(shop.hears(order(item(CLOCK, 1, 36))), OrderPlaced).order
    assert [hold.reason for hold in held.holds] == ["price_missing"]

    said = shop.hears(variant(CLOCK, price(36, money.MAX_PRICE)), time=NOON + timedelta(hours=1))
    assert only(said, HoldReleased).order.monthly_total == money.MAX_PRICE
