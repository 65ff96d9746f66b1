"""The row of an order and the tally of its lane follow from the order, whatever became of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.messages.changes import ItemChanged
from services.engine.core.document import read_from
from services.orders.documents.findable import (
    MOST_KEYS,
    ROWS,
    TALLY,
    Findable,
    StatusTally,
    moment_of,
    placed_at,
    row_id,
    row_id_of,
)
from services.orders.documents.order import PlacedOrder
from tests.orders.clerks import agreed, billing, cancel, close, contact, edit, reject, release
from tests.orders.shop import ACME, CHAIR, confirm, group, item, open_shop, order, progressed, variant
from tests.scene import Scene

INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC is given


def assert_all_follow(shop: Scene) -> None:
    orders = shop.all_of(PlacedOrder)
    rows = {id_: stored for (name, id_), stored in shop.documents.items() if name == "findable"}
    assert {id_: {**row, "_id": id_} for id_, row in rows.items()} == {
        row_id(each): {**ROWS.row(each), "_id": row_id(each)} for each in orders.values()
    }
    counts = Counter(each.status for each in orders.values() if not each.test)
    tally = shop.all_of(StatusTally).get("0", StatusTally())
    assert {name: getattr(tally, name) for name in tally.__struct_fields__ if getattr(tally, name)} == dict(counts)


STEPS = (
    lambda shop, n: shop.hears(order(id=f"o-{n}")),
    lambda shop, n: shop.hears(order(item(CHAIR), id=f"o-{n}", customer=ACME, group=group("acme"), term="net_30")),
    lambda shop, n: shop.hears(order(id=f"o-{n}", test=True, confirmed=True)),
    lambda shop, n: shop.hears(order(item(quoted=1), id=f"o-{n}")),
    lambda shop, n: shop.hears(order(item("LATER"), id=f"o-{n}")),
    lambda shop, _: shop.hears(variant("LATER", product_name="A Späte Lampe")),
    lambda shop, n: shop.hears(confirm(f"o-{n}")),
    lambda shop, n: shop.hears(progressed(n + 1, ("1", 1, 0), subscriptions=((1, "active"),), order_id=f"o-{n}")),
    lambda shop, n: shop.hears(progressed(n + 2, ("1", 0, 1), order_id=f"o-{n}")),
    lambda shop, _: shop.hears(contact(first_name="Björn", email="bjorn@other.example")),
    lambda shop, _: shop.hears(reject()),
    lambda shop, _: shop.hears(release()),
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 3)), max_size=12))
def test_rows_and_tallies_follow_from_the_orders_whatever_comes(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    shop = open_shop()
    for step, number in steps:
        step(shop, number)
    assert_all_follow(shop)


def test_rows_follow_through_changes_that_fulfillment_agrees_to() -> None:
    shop = open_shop()
    shop.hears(order(item(quantity=3), customer=ACME))
    agreed(shop, billing(company_name="Roadrunner"))
    assert_all_follow(shop)
    agreed(shop, edit(ItemChanged(item_id="1", quantity=2), add=(item(CHAIR),)), version=2)
    assert_all_follow(shop)
    shop.hears(progressed(3, ("1", 1, 0)))
    agreed(shop, close(), version=4, counts={"1": (1, 1), "2": (0, 1)})
    assert_all_follow(shop)
    shop.hears(order(id="o-2"))
    agreed(shop, cancel("o-2"))
    assert_all_follow(shop)


def test_the_parts_of_a_row_make_a_findable_and_none_makes_a_field_twice() -> None:
    shop = open_shop()
    shop.hears(order(item(quoted=1), customer=ACME, group=group("acme"), term="net_30", test=True))
    made = [name for part in ROWS.parts for name in part.fields(shop.document(PlacedOrder, "o-1"))]
    assert sorted(made) == sorted(set(made))
    assert set(made) == set(Findable.__struct_fields__)
    assert msgspec.convert(ROWS.row(shop.document(PlacedOrder, "o-1")), Findable).test


def test_each_part_names_the_fields_of_an_order_that_it_follows_from() -> None:
    fields = set(PlacedOrder.__struct_fields__)
    assert {name for part in ROWS.parts for name in part.follows_from} <= fields
    assert set(TALLY.follows_from) <= fields


def test_a_scan_that_leaves_the_status_writes_nothing_to_the_row() -> None:
    shop = open_shop()
    shop.hears(order(item(quantity=5)))
    shop.hears(progressed(1, ("1", 1, 0), subscriptions=((1, "active"),)))
    was = shop.document(PlacedOrder, "o-1")
    shop.hears(progressed(2, ("1", 2, 0), subscriptions=((2, "active"),)))
    assert ROWS.changes(was, shop.document(PlacedOrder, "o-1")) == ({}, ())


def test_an_order_of_hundreds_of_products_has_a_bound_of_keys_and_its_customer_among_them() -> None:
    shop = open_shop()
    goods = [f"P{n}" for n in range(200)]
    for n, sku in enumerate(goods):
        shop.hears(variant(sku, product_name=" ".join(f"word{n}x{m}y" for m in range(8)), free=True))
    shop.hears(order(*(item(sku) for sku in goods)))
    found = read_from(ROWS.row(shop.document(PlacedOrder, "o-1")), Findable)
    assert len(found.keys) <= MOST_KEYS + 10
    assert {"lovel", "ada", "@ada@example.com", "@example.com", "#o-1"} <= set(found.keys)


@given(INSTANTS, INSTANTS, st.text("ab-1", min_size=1), st.text("ab-1", min_size=1))
def test_rows_sort_by_when_their_orders_were_placed(one: datetime, other: datetime, id_: str, second: str) -> None:
    first, then = row_id_of(id_, one), row_id_of(second, other)
    if other - one >= timedelta(milliseconds=1):
        assert first < then
    assert len(first) == 24
    assert timedelta(0) <= one - placed_at(first) < timedelta(milliseconds=1)
    assert first.startswith(moment_of(one))
    assert (row_id_of(id_, one) == row_id_of(second, one)) == (id_ == second)
