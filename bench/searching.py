"""``python -m bench.searching``: how fast orders are found among few and among many.

Orders and their rows are written straight into the store, as the service would have written them. Each search is made
again and again, with other names and values each time. Printed are milliseconds (p50, p95) and the size of indexes.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Final

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.write_concern import WriteConcern
from rich.console import Console
from rich.table import Table

from bench.many_orders import BEGIN, FIRST, goods, orders, surname
from deploy.local import places, servers
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_indexes import indexes_of, only_where
from services.engine.core.document import stored_form
from services.orders.documents.findable import ROWS, row_id
from services.orders.search import Page, Wanted, search
from services.orders.service import COLLECTIONS

DATA: Final = places.HOME / "bench" / "searching"
TIMES: Final = 40
"""How often each search is made."""
AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of search: its name, and one of them by chance."""

    name: str
    wanted: Callable[[Random, int], Wanted]


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of each search of a kind, how many orders a page had, and whether it met its bound."""

    name: str
    milliseconds: tuple[float, ...]
    shown: float
    bounded: int

    def quantile(self, part: float) -> float:
        """So many of them were no slower."""
        found = sorted(self.milliseconds)
        return found[min(len(found) - 1, int(part * len(found)))]


def _month(random: Random, count: int) -> Wanted:
    begin = BEGIN + timedelta(minutes=random.randrange(max(1, count - 1000)))
    return Wanted(text=random.choice(FIRST), created_from=begin, created_before=begin + timedelta(days=30))


KINDS_OF_SEARCH: Final = (
    Kind("all, newest first", lambda _random, _count: Wanted()),
    Kind("a surname", lambda random, _count: Wanted(text=surname(random))),
    Kind("the beginning of a surname", lambda random, _count: Wanted(text=surname(random)[:4])),
    Kind("first name and surname", lambda random, _count: Wanted(text=f"{random.choice(FIRST)} {surname(random)}")),
    Kind("a common first name", lambda random, _count: Wanted(text=random.choice(FIRST))),
    Kind("a product", lambda random, _count: Wanted(text=goods(random))),
    Kind(
        "two common words that rarely meet", lambda random, _count: Wanted(text=f"{random.choice(FIRST)} drone ultra 7")
    ),
    Kind("an order's id", lambda random, count: Wanted(text=f"so-{random.randrange(count):07}")),
    Kind("the beginning of an id", lambda random, count: Wanted(text=f"so-{random.randrange(count):07}"[:-1])),
    Kind("an e-mail address", lambda random, count: Wanted(text=f"mail{random.randrange(count // 2)}@shop.example")),
    Kind("a company's domain", lambda random, _count: Wanted(text=f"company{random.randrange(2000)}.example")),
    Kind("a serial", lambda random, count: Wanted(text=f"SN{random.randrange(count):08}")),
    Kind("pending", lambda _random, _count: Wanted(status="pending")),
    Kind("fulfilled", lambda _random, _count: Wanted(status="fulfilled")),
    Kind("held", lambda _random, _count: Wanted(hold="any")),
    Kind("a group", lambda random, _count: Wanted(group=f"g{random.randrange(2000)}")),
    Kind(
        "business by phone, pending", lambda _r, _c: Wanted(status="pending", channel="phone", customer_type="business")
    ),
    Kind("a name, cancelled", lambda random, _count: Wanted(text=random.choice(FIRST), status="cancelled")),
    Kind("a small shop's", lambda _random, _count: Wanted(source="/shops/small")),
    Kind("a month of last year", _month),
)


async def fill(database: AsyncDatabase[dict[str, Any]], count: int) -> float:
    """Writes so many orders with their rows, and makes the indexes. Seconds."""
    begun = time.monotonic()
    plain = database.with_options(write_concern=WriteConcern(w=1))
    rows: list[RawBSONDocument] = []
    documents: list[RawBSONDocument] = []
    for order in orders(count):
        rows.append(_raw({"_id": row_id(order), **ROWS.row(order)}))
        documents.append(_raw({"_id": order.order_id, **stored_form(order)}))
        if len(rows) == AT_ONCE:
            await asyncio.gather(
                plain["findable"].insert_many(rows, ordered=False),
                plain["orders"].insert_many(documents, ordered=False),
            )
            rows, documents = [], []
    if rows:
        await plain["findable"].insert_many(rows, ordered=False)
        await plain["orders"].insert_many(documents, ordered=False)
    await database.create_collection("subscription_rows")
    for collection in COLLECTIONS:
        if collection.name in ("findable", "orders", "subscription_rows"):
            made = [
                IndexModel([(field, 1) for field in fields], partialFilterExpression=only_where(fields))
                for fields in indexes_of(collection)
            ]
            await database[collection.name].create_indexes(made)
    return time.monotonic() - begun


def _raw(document: Mapping[str, Any]) -> RawBSONDocument:
    return RawBSONDocument(bson.encode(document))


async def measure(database: AsyncDatabase[dict[str, Any]], count: int) -> Sequence[Measured]:
    """Each kind of search, one after another."""
    found = []
    for kind in KINDS_OF_SEARCH:
        random = Random(11)
        await search(database, kind.wanted(Random(5), count))
        milliseconds, shown, bounded = [], 0, 0
        for _ in range(TIMES):
            wanted = kind.wanted(random, count)
            begun = time.perf_counter()
            page = await search(database, wanted)
            milliseconds.append((time.perf_counter() - begun) * 1000)
            assert isinstance(page, Page)
            shown += len(page.orders)
            bounded += page.looked_back_to is not None
        found.append(Measured(kind.name, tuple(milliseconds), shown / TIMES, bounded))
    return found


async def sizes(database: AsyncDatabase[dict[str, Any]]) -> Mapping[str, tuple[int, Mapping[str, int]]]:
    """Bytes of the rows and of each index."""
    found = {}
    for name in ("findable", "orders"):
        stats = await database.command("collStats", name)
        found[name] = (int(stats["storageSize"]), dict(stats["indexSizes"]))
    return found


async def _run(address: str, counts: Sequence[int], console: Console) -> None:
    async with connect(address) as client:
        results: dict[int, Sequence[Measured]] = {}
        for count in counts:
            database = client[f"searching_{count}"]
            seconds = await fill(database, count)
            console.print(f"{count:,} orders written and indexed in {seconds:.0f} s")
            results[count] = await measure(database, count)
            for name, (data, indexes) in (await sizes(database)).items():
                listed = ", ".join(f"{index} {size / 1e6:,.0f}" for index, size in indexes.items())
                console.print(f"  {name}: {data / 1e6:,.0f} MB, indexes (MB): {listed}")
        show(results, console)


def show(results: Mapping[int, Sequence[Measured]], console: Console) -> None:
    """A row for each kind of search, p50 and p95 for each number of orders."""
    table = Table(
        title="Searches, milliseconds (p50, p95); orders on a page; pages that met the bound", title_justify="left"
    )
    table.add_column("")
    for count in results:
        for column in (f"{count:,}", "orders", "bound"):
            table.add_column(column, justify="right")
    for rows in zip(*results.values(), strict=True):
        cells = [rows[0].name]
        for row in rows:
            cells += [f"{row.quantile(0.5):.1f}, {row.quantile(0.95):.1f}", f"{row.shown:.0f}", f"{row.bounded}"]
        table.add_row(*cells)
    for count, measured in results.items():
        every = Measured("", tuple(each for row in measured for each in row.milliseconds), 0, 0)
        table.caption = (
            f"{table.caption or ''} all at {count:,}: {every.quantile(0.5):.1f}, {every.quantile(0.95):.1f};"
        )
    console.print(table)


def main() -> None:
    """Fills two stores and searches in each."""
    parser = argparse.ArgumentParser(prog="bench.searching", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000, help="orders in the large store")
    parser.add_argument("--few", type=int, default=10_000, help="orders in the small one")
    asked = parser.parse_args()
    console = Console(highlight=False)
    with servers.running(DATA, fresh=True) as addresses:
        asyncio.run(_run(addresses.mongo, (asked.few, asked.orders), console))


if __name__ == "__main__":
    main()
