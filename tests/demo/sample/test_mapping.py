"""The mapping from the real data to messages."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from contracts.messages.orders import OrderSubmitted
from contracts.values.words import TERMS
from demo.sample import bikes, catalog, northwind, shopify
from demo.sample.files import rows
from demo.sample.hashes import below, chance, drawn
from demo.sample.orders import SampleOrder
from demo.sample.rates import COUNTRIES, RATES, monthly_price, prices
from demo.sample.serials import Serials, as_scanned

Orders = tuple[SampleOrder, ...]


@pytest.fixture(scope="module")
def orders() -> Orders:
    return (*bikes.orders(), *northwind.orders(), *shopify.orders())


def test_every_order_of_the_data_becomes_an_order_that_the_contract_accepts(orders: Orders) -> None:
    assert [len(bikes.orders()), len(northwind.orders()), len(shopify.orders())] == [3266, 830, 2]
    for order in orders:
        assert OrderSubmitted.model_validate_json(order.body.model_dump_json(exclude_none=True)) == order.body
    assert len({order.order_id for order in orders}) == len(orders)


def test_no_unit_of_the_data_is_lost(orders: Orders) -> None:
    shop = sum(int(row["quantity"]) for row in rows("bikes/order_lines.csv"))
    importers = sum(int(row["Quantity"]) for row in rows("northwind/order_details.csv"))
    assert sum(order.units for order in orders) == shop + importers + 4 == 62_517


def test_the_orders_use_fourteen_currencies_and_every_rate_is_used(orders: Orders) -> None:
    used = {order.body.currency for order in orders}
    assert len(used) == 14
    assert used == set(RATES) == {country.currency for country in COUNTRIES}


def test_thirty_orders_hold_a_sku_twice(orders: Orders) -> None:
    twice = [order for order in orders if any(map(order.twice, order.body.items))]
    assert len(twice) == 30
    assert {order.source for order in twice} == {northwind.SOURCE}


def test_forty_bikes_stand_for_the_products_of_northwind() -> None:
    assert len({item.sku for order in northwind.orders() for item in order.body.items}) == 40


def test_half_of_the_companies_name_their_group_and_the_others_never_do() -> None:
    defaults = northwind.default_groups()
    assert len(defaults) == 45
    for order in northwind.orders():
        customer, named = order.body.customer.id, order.body.group
        assert (named is None) == (customer in defaults)


def test_a_company_has_one_term_and_its_country_for_a_group() -> None:
    terms: dict[str | None, set[str | None]] = {}
    for order in northwind.orders():
        terms.setdefault(order.body.customer.id, set()).add(order.body.term)
        if order.body.group is not None:
            assert order.body.group.id == order.body.billing_address.country
    assert all(len(found) == 1 for found in terms.values())
    assert {term for found in terms.values() for term in found} == set(TERMS)


def test_northwinds_dates_are_scaled_evenly_into_the_bike_shops_months() -> None:
    days = [order.time.date() for order in northwind.orders()]
    assert (min(days), max(days)) == (date(2018, 5, 15), date(2018, 9, 14))
    assert days == sorted(days)
    assert len({order.time.date() for order in bikes.orders()} - set(days)) < 10


def test_the_first_word_of_a_contacts_name_is_the_first_name() -> None:
    (order,) = [o for o in northwind.orders() if o.order_id == "10248"]
    assert (order.body.customer.first_name, order.body.customer.last_name) == ("Paul", "Henriot")
    assert order.body.customer.email == "vinet@northwind.example"


def test_the_irish_company_has_no_postal_code() -> None:
    found = {o.body.billing_address.postal_code for o in northwind.orders() if o.body.customer.id == "HUNGO"}
    assert found == {""}


def test_three_of_the_shopify_orders_lack_what_is_required() -> None:
    assert sorted(s.order_id for s in shopify.incomplete()) == ["1073459966", "1073459976", "1073459983"]
    assert not any(item.quoted_price for order in shopify.orders() for item in order.body.items)


@pytest.mark.parametrize(
    ("list_price", "months", "currency", "minor_units"),
    [
        ("3578.27", 12, "USD", 21470),
        ("3578.27", 12, "EUR", 18500),
        ("3578.27", 36, "VES", 665600),
        ("2.29", 36, "USD", 7),
        ("2.29", 36, "GBP", 100),
        ("33.6442", 6, "USD", 320),
    ],
)
def test_a_months_price_is_a_share_of_the_list_price(
    list_price: str, months: int, currency: str, minor_units: int
) -> None:
    assert monthly_price(Decimal(list_price), months, currency) == minor_units


def test_prices_in_other_currencies_are_whole_units_above_zero() -> None:
    for variant in catalog.variants():
        assert all(p.amount > 0 and (p.currency == "USD" or p.amount % 100 == 0) for p in variant.prices)
        assert len(variant.prices) == (0 if variant.sku in catalog.UNPRICED else 56)
    assert len(prices(Decimal(1))) == 56


def test_a_longer_contract_is_cheaper_by_the_month() -> None:
    found = {p.months: p.amount for p in prices(Decimal(1000)) if p.currency == "USD"}
    assert found[6] > found[12] > found[24] > found[36]


def test_all_ordered_skus_are_offered_and_priced(orders: Orders) -> None:
    listed = catalog.price_list()
    withheld = {*catalog.INACTIVE, *catalog.UNPRICED}
    for order in orders:
        for item in order.body.items:
            assert (item.sku, item.months, order.body.currency) in listed
            assert item.sku not in withheld


def test_a_draw_depends_on_nothing_but_its_names() -> None:
    assert below(1000, "a", 1) == below(1000, "a", 1) != below(1000, "a", 2)
    assert drawn("abcdef", 3, "salt") == drawn("fedcba", 3, "salt")
    shares = Counter(chance(250, "share", n) for n in range(4000))
    assert 900 < shares[True] < 1100


def test_serials_are_given_once_and_read_in_more_than_one_form() -> None:
    serials = Serials()
    given = [*serials.take("A", 2), *serials.take("B"), *serials.take("A")]
    assert given == ["A-000001", "A-000002", "B-000001", "A-000003"]
    read = [as_scanned(f"A-{n:06d}") for n in range(2000)]
    assert 5 < sum(form != form.strip() for form in read) < 50
    assert {"".join(form.split()).upper() for form in read} == {f"A-{n:06d}" for n in range(2000)}
