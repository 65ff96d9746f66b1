"""Orders and searches by chance, from few names, ids and values: many meet."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from contracts.messages.order import HoldReason
from services.engine.core.document import replace, stored_form
from services.engine.core.memory import Processed
from services.orders.documents.findable import ROWS, row_id
from services.orders.documents.order import Hold, PlacedOrder
from services.orders.rules.searching import Wanted
from services.orders.search import Database
from tests.orders.shop import ACME, group, open_shop, order

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = ("Müller", "Mueller", "Muller", "Mulligan", "Möllemann", "O'Neill", "Jean-Luc", "Li", "Lia", "Wolkenstein")
GOODS = ("Retro-Clock 27", "T-Shirt", "Laptop Wolkenbruch", "Laptop Pro", "Löwe", "A*b.c", "$where")
SOURCES = ("/shops/one", "/shops/two", "shop$ne")
TYPED: Final[tuple[str, ...]] = (
    *(*NAMES, *GOODS, "mul", "mueller", "mu", "li", "wolkenst", "wolkenb", "laptop", "shirt", "tshirt", "27", "retro"),
    *("so-00", "so-000", "so-0000", "so-00001", "SO-00002", "mail1@shop.example", "mail1", "shop.example", "@shop.exa"),
    *("acme.example", "SN1", "sn000", "SN00001", "SN00002", ".*", "^", "$ne", "-", "@", "{", "x" * 300),
)
HOLDS: Final[tuple[tuple[HoldReason, ...], ...]] = ((), (), ("price_missing",), ("price_missing", "price_mismatch"))


def placed(random: Random, number: int) -> PlacedOrder:
    """One order."""
    business = random.random() < 0.5
    pattern = BUSINESS if business else INDIVIDUAL
    customer = replace(
        pattern.customer,
        first_name=random.choice(("", *NAMES)),
        last_name=random.choice(NAMES),
        company_name=random.choice(NAMES) if business else None,
        email=random.choice((f"mail{number}@shop.example", "Mail1@Shop.example", "a.b@acme.example")),
    )
    goods = random.sample(GOODS, random.choice((1, 2)))
    holds = random.choice(HOLDS)
    source = random.choice(SOURCES)
    return replace(
        pattern,
        order_id=f"SO-{number:05}",
        customer=customer,
        items=tuple(replace(pattern.items[0], item_id=str(n), product_name=name) for n, name in enumerate(goods)),
        status=random.choice(("pending", "confirmed", "partial", "fulfilled", "cancelled")),
        group=replace(GROUP, id=random.choice(("g1", "g2"))) if business and random.random() < 0.5 else None,
        term=random.choice((None, "net_7", "net_30")) if business else "at_once",
        channel=random.choice(("shop", "phone", "api")),
        test=random.random() < 0.3,
        holds=tuple(Hold(reason=reason, item_id="0") for reason in holds),
        placed_at=BEGIN + timedelta(hours=random.randrange(100)),
        serials=tuple(random.choice((f"SN{number:05}", "SN1", "SN00001", "")) for _ in range(random.choice((0, 1, 2)))),
        heard=(Processed(who=b"w", what=b"c", source=source, id="1", outcome="OrderPlaced"),),
    )


def _store(seed: int, count: int) -> tuple[PlacedOrder, ...]:
    random = Random(seed)
    return tuple(placed(random, number) for number in range(count))


STORES = st.builds(_store, st.integers(0, 10_000), st.integers(0, 120))
"""Up to 120 orders."""


def _if_any(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), st.sampled_from(values))


SEARCHES = st.builds(
    Wanted,
    text=st.one_of(st.just(""), st.lists(st.sampled_from(TYPED), max_size=3).map(" ".join), st.text(max_size=6)),
    status=_if_any(("pending", "confirmed", "partial", "fulfilled", "cancelled")),
    customer_type=_if_any(("individual", "business")),
    group=_if_any(("g1", "g2", "$ne")),
    term=_if_any(("net_7", "at_once")),
    hold=_if_any(("any", "none", "price_missing", "price_mismatch")),
    channel=_if_any(("shop", "phone")),
    test=_if_any((True, False)),
    source=_if_any(SOURCES),
    created_from=_if_any([BEGIN + timedelta(hours=n) for n in (0, 20, 50)]),
    created_before=_if_any([BEGIN + timedelta(hours=n) for n in (20, 60, 101)]),
    limit=st.sampled_from((1, 3, 7, 50)),
)


async def keep(database: Database, orders: Sequence[PlacedOrder]) -> None:
    """Writes the orders and their rows, nothing else is there then."""
    for name in ("orders", "findable"):
        await database[name].delete_many({})
    await add(database, orders)


async def add(database: Database, orders: Sequence[PlacedOrder]) -> None:
    """Writes them beside what is there."""
    if orders:
        await database["orders"].insert_many([{"_id": each.order_id, **stored_form(each)} for each in orders])
        await database["findable"].insert_many([{"_id": row_id(each), **ROWS.row(each)} for each in orders])


def _pattern(**more: Any) -> PlacedOrder:
    shop = open_shop()
    shop.hears(order(**more))
    return shop.document(PlacedOrder, "o-1")


INDIVIDUAL, BUSINESS = _pattern(), _pattern(customer=ACME, group=group("g1"))
assert BUSINESS.group is not None
GROUP = BUSINESS.group
