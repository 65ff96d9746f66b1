"""The search on the real database: against a naive one, within its bounds, page by page while orders come in."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.engine.core.document import replace
from services.orders import search as searching
from services.orders.documents.order import PlacedOrder
from services.orders.search import Count, Database, Page, Wanted, WrongCursor, count_by_status, search
from tests.searching import naive
from tests.searching.strange import BEGIN, INDIVIDUAL, SEARCHES, STORES, add, keep

SAME_STORE = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def pages(database: Database, wanted: Wanted, most: int = 200) -> list[Page]:
    """All pages of a search."""
    found = []
    while True:
        page = await search(database, wanted)
        assert isinstance(page, Page)
        found.append(page)
        assert len(found) <= most
        if page.cursor is None:
            return found
        wanted = replace(wanted, cursor=page.cursor)


def ids(found: Sequence[Page]) -> list[str]:
    return [each.order_id for page in found for each in page.orders]


@SAME_STORE
@given(STORES, st.lists(SEARCHES, min_size=1, max_size=12))
async def test_it_finds_what_a_naive_search_finds(
    kept: Database, orders: tuple[PlacedOrder, ...], searches: list[Wanted]
) -> None:
    await keep(kept, orders)
    for wanted in searches:
        found = await pages(kept, wanted)
        assert ids(found) == naive.found(orders, wanted)
        assert all(len(page.orders) == wanted.limit for page in found[:-1])


@SAME_STORE
@given(STORES, st.lists(SEARCHES, min_size=1, max_size=8), st.integers(4, 9), st.integers(1, 3))
async def test_a_page_that_meets_its_bound_says_how_far_it_looked_and_the_next_goes_on_there(
    kept: Database, orders: tuple[PlacedOrder, ...], searches: list[Wanted], most: int, counted: int
) -> None:
    await keep(kept, orders)
    by_id = {each.order_id: each for each in orders}
    with patch.object(searching, "MOST_READ", most), patch.object(searching, "COUNTED", counted):
        for wanted in (replace(each, limit=1) for each in searches):
            found = await pages(kept, wanted)
            assert ids(found) == naive.found(orders, wanted)
            for page in found:
                if page.looked_back_to is not None:
                    assert page.cursor is not None
                    assert all(by_id[each.order_id].placed_at >= page.looked_back_to for each in page.orders)


@SAME_STORE
@given(STORES, st.lists(SEARCHES, min_size=1, max_size=6))
async def test_counts_are_those_of_a_naive_search(
    kept: Database, orders: tuple[PlacedOrder, ...], searches: list[Wanted]
) -> None:
    await keep(kept, orders)
    by_id = {each.order_id: each for each in orders}
    for wanted in searches:
        if wanted.text or wanted.source or wanted.channel:
            every = naive.found(orders, replace(wanted, status=None))
            counts = Counter(by_id[id_].status for id_ in every)
            assert await count_by_status(kept, wanted) == {
                status: Count(counts[status])
                for status in ("pending", "confirmed", "partial", "fulfilled", "cancelled")
            }


async def test_all_orders_are_counted_by_the_lanes_tallies(kept: Database) -> None:
    await kept["tallies"].insert_many([{"_id": "0", "pending": 2, "fulfilled": 5000}, {"_id": "3", "pending": 1}])
    counts = await count_by_status(kept, Wanted(status="pending"))
    assert (counts["pending"], counts["fulfilled"], counts["cancelled"]) == (Count(3), Count(5000), Count(0))


async def test_counting_stops_at_a_thousand(kept: Database) -> None:
    await keep(kept, [numbered(n) for n in range(1200)])
    counts = await count_by_status(kept, Wanted(text="ada"))
    assert counts["pending"] == Count(1000, more=True)
    assert counts["fulfilled"] == Count(0)


def numbered(number: int) -> PlacedOrder:
    return replace(INDIVIDUAL, order_id=f"N-{number:06}", placed_at=BEGIN + timedelta(minutes=number))


async def test_a_list_that_is_read_while_orders_come_in_shows_each_of_before_once(kept: Database) -> None:
    first = [numbered(n) for n in range(100)]
    await keep(kept, first)
    wanted, seen = Wanted(text="ada", limit=7), []
    while True:
        page = await search(kept, wanted)
        assert isinstance(page, Page)
        seen += [each.order_id for each in page.orders]
        late = [replace(numbered(1000 + len(seen)), placed_at=BEGIN + timedelta(minutes=m)) for m in (500 + len(seen),)]
        await add(kept, late)
        if page.cursor is None:
            break
        wanted = replace(wanted, cursor=page.cursor)
    assert seen == [each.order_id for each in reversed(first)]


async def test_a_cursor_of_another_search_is_told_and_not_followed(kept: Database) -> None:
    await keep(kept, [numbered(n) for n in range(5)])
    page = await search(kept, Wanted(limit=2))
    assert isinstance(page, Page)
    assert page.cursor is not None
    assert await search(kept, Wanted(status="pending", cursor=page.cursor)) == WrongCursor("other_search")
    assert await search(kept, Wanted(cursor="nonsense")) == WrongCursor("unreadable")
    other_size = await search(kept, Wanted(limit=50, cursor=page.cursor))
    assert isinstance(other_size, Page)
    assert [each.order_id for each in other_size.orders] == ["N-000002", "N-000001", "N-000000"]


@pytest.mark.parametrize("text", ["mail1@shop.example", "shop.example", "Shop.Example"])
async def test_an_address_or_domain_of_many_orders_is_found_by_itself(kept: Database, text: str) -> None:
    customer = replace(INDIVIDUAL.customer, email="mail1@shop.example")
    await keep(kept, [replace(numbered(n), customer=customer) for n in range(60)] + [numbered(99)])
    assert len(ids(await pages(kept, Wanted(text=text)))) == 60


def submitted_by(source: str, number: int) -> PlacedOrder:
    customer = replace(INDIVIDUAL.customer, email="ada@foreign.example")
    order = replace(numbered(number), serials=(f"DEV-{number:03}",), customer=customer)
    return replace(order, heard=tuple(replace(each, source=source) for each in order.heard))


@pytest.mark.parametrize("text", ["N-0000", "n-000099", "ada@foreign.example", "DEV-0", "dev-099"])
async def test_no_number_of_foreign_orders_hides_ones_own(kept: Database, text: str) -> None:
    """Ids, addresses and serials that begin alike are up to 50 orders for who sees all; a shop finds its own."""
    foreign = [submitted_by("theirs", number) for number in range(70)]
    own = replace(submitted_by("mine", 99), placed_at=BEGIN - timedelta(days=9))
    await keep(kept, [*foreign, own])
    assert ids(await pages(kept, Wanted(text=text, sources=("mine",)))) == ["N-000099"]
    assert ids(await pages(kept, Wanted(text=text, sources=("nobody",)))) == []


async def test_an_exact_serial_is_found_among_many_that_begin_so(kept: Database) -> None:
    await keep(kept, [replace(numbered(n), serials=(f"SN-100{n or ''}",)) for n in range(60)])
    assert ids(await pages(kept, Wanted(text="SN-100"))) == ["N-000000"]
