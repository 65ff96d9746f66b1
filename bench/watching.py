"""``python -m bench.watching``: what the watch room costs, and how fast it tells.

How many records a second the index is built from (real records of the whole flow, read from Kafka); how long a story
takes among many orders, whose rows are written straight into the store as the service would have written them; what
rows and indexes cost. With ``--flow``: the whole flow with the service beside it and without, in turn.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.write_concern import WriteConcern
from rich.console import Console
from rich.table import Table

from bench.contestants import whole_flow
from bench.told_orders import AN_ORDER, order_id, told_orders
from bench.topics import fresh_topics
from bench.verifying import all_read
from deploy.local import places, processes, servers
from installation import LANES, SERVICES
from installation.addresses import Addresses
from services.engine.adapters.mongo_client import connect
from services.watch.documents.row import ENTRIES, to_row
from services.watch.figures import WatchFigures
from services.watch.index import ROWS, Index, read_state
from services.watch.indexing import NAMES, Indexing
from services.watch.queries import find_story
from services.watch.rules.tree import plant
from services.watch.settings import MOST_DAYS
from services.watch.telling.tell import tell

DATA: Final = places.HOME / "bench" / "watching"
TIMES: Final = 300
"""How often a story is asked for."""
AT_ONCE: Final = 2_000
WATCH: Final = "watch"
Database = AsyncDatabase[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Built:
    """How an index was built from the topics."""

    records: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Stories:
    """How long stories took, milliseconds, and what the rows cost, bytes."""

    orders: int
    rows: int
    times: Sequence[float]
    stored: int
    indexes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Beside:
    """The whole flow without the service and with it, orders a second; and how long it read on afterwards."""

    without: Sequence[float]
    beside: Sequence[float]
    catching_up: Sequence[float]


async def build(addresses: Addresses, orders: int) -> Built:
    """Lets the services decide so many orders, and reads what they said into an index."""
    databases = f"built-{int(time.time())}"
    await fresh_topics(addresses.kafka)
    environment = _environment(databases)
    with processes.started(addresses, DATA / "logs" / databases, environment=environment) as services:
        await asyncio.to_thread(services.until_ready)
        await whole_flow("leaseline", orders, addresses, services, databases)
        await all_read(addresses, databases, services)
    async with connect(addresses.mongo) as client:
        indexing = Indexing(Index(client[f"{databases}_watch"], 400), addresses.kafka, tell, WatchFigures())
        begun = time.monotonic()
        await indexing.run(until_read=True)
        seconds = time.monotonic() - begun
        records = await client[f"{databases}_watch"][ROWS].count_documents({})
        for service in (*SERVICES, WATCH):
            await client.drop_database(f"{databases}_{service}")
    return Built(records, seconds)


async def tell_stories(addresses: Addresses, orders: int) -> Stories:
    """Writes the rows of so many orders, and asks for the stories of some."""
    async with connect(addresses.mongo) as client:
        database = client[f"stories-{orders}_watch"]
        await client.drop_database(database.name)
        index = Index(database, MOST_DAYS)
        await index.open(NAMES)
        await database[ROWS].drop_index([(ENTRIES, ASCENDING)])  # built at the end, as a restore would
        await _fill(database, orders)
        await database[ROWS].create_index([(ENTRIES, ASCENDING)])
        random, times = Random(11), []
        for _ in range(TIMES):
            wanted = order_id(random.randrange(orders))
            begun = time.perf_counter()
            story = await find_story(database, wanted)
            steps = plant(story.rows)
            times.append((time.perf_counter() - begun) * 1000)
            if len(steps) != AN_ORDER:
                raise RuntimeError(f"the story of {wanted} has {len(steps)} records")
        sizes = await database.command("collStats", ROWS)
        await client.drop_database(database.name)
    return Stories(orders, sizes["count"], times, sizes["storageSize"], dict(sizes["indexSizes"]))


async def _fill(database: Database, orders: int) -> None:
    names = {name: number for number, name in (await read_state(database)).names.items()}
    rows = database.get_collection(
        ROWS, bson.CodecOptions(document_class=RawBSONDocument), write_concern=WriteConcern(w=1)
    )
    told = told_orders(orders)
    while some := [RawBSONDocument(bson.encode(to_row(each, names[each.topic]))) for each in islice(told, AT_ONCE)]:
        await rows.insert_many(some, ordered=False)


async def flow(addresses: Addresses, orders: int, rounds: int) -> Beside:
    """The whole flow, without and with the service, in turn."""
    without, beside, catching_up = [], [], []
    for number in range(rounds):
        rate, _ = await _flow(addresses, orders, f"f{number}a", watched=False)
        without.append(rate)
        rate, seconds = await _flow(addresses, orders, f"f{number}b", watched=True)
        beside.append(rate)
        catching_up.append(seconds)
        print(f"without {without[-1]:,.0f} orders/s, with {rate:,.0f}, then it read on for {seconds:.1f} s", flush=True)
    return Beside(without, beside, catching_up)


async def _flow(addresses: Addresses, orders: int, databases: str, *, watched: bool) -> tuple[float, float]:
    await fresh_topics(addresses.kafka)
    logs, environment = DATA / "logs" / databases, _environment(databases)
    with processes.started(addresses, logs, environment=environment) as services:
        if watched:
            looking = processes.started(
                addresses, logs, services=(WATCH,), environment=environment, module="services.watch"
            )
            services.processes += looking.processes
        await asyncio.to_thread(services.until_ready)
        run = await whole_flow("leaseline", orders, addresses, services, databases)
        begun = time.monotonic()
        if watched:
            await _caught_up(addresses, databases)
        return run.rate, time.monotonic() - begun


async def _caught_up(addresses: Addresses, databases: str) -> None:
    async with connect(addresses.mongo) as client:
        begun = time.time()
        while True:
            state = await read_state(client[f"{databases}_watch"])
            if state.behind == 0 and state.seen is not None and state.seen.timestamp() > begun:
                return
            await asyncio.sleep(0.2)


def _environment(databases: str) -> dict[str, str]:
    return {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}


def show(built: Built, stories: Sequence[Stories], console: Console) -> None:
    """Tables."""
    rate = built.records / built.seconds
    console.print(f"Built from the topics: {built.records:,} records in {built.seconds:.1f} s, {rate:,.0f} a second")
    table = Table(title="The story of an order, milliseconds, and what its rows cost", title_justify="left")
    for column in ("orders", "rows", "p50", "p95", "most", "bytes a row", "of entries", "of times", "of places"):
        table.add_column(column, justify="right")
    for each in stories:
        ordered = sorted(each.times)
        at = [ordered[int(len(ordered) * share)] for share in (0.5, 0.95)]
        bytes_ = [each.stored, *(each.indexes.get(name, 0) for name in ("k_1", "a_1", "_id_"))]
        table.add_row(
            f"{each.orders:,}",
            f"{each.rows:,}",
            *(f"{milliseconds:.1f}" for milliseconds in (*at, ordered[-1])),
            *(f"{size / each.rows:.0f}" for size in bytes_),
        )
    console.print(table)


def show_flow(found: Beside, console: Console) -> None:
    """One row."""
    table = Table(title="The whole flow with the watch service beside it, medians", title_justify="left")
    for column in ("rounds", "without, orders/s", "with, orders/s", "ratio", "then it read on, seconds"):
        table.add_column(column, justify="right")
    without, beside = statistics.median(found.without), statistics.median(found.beside)
    table.add_row(
        str(len(found.without)),
        f"{without:,.0f}",
        f"{beside:,.0f}",
        f"{beside / without:.2f}",
        f"{statistics.median(found.catching_up):.1f}",
    )
    console.print(table)
    pairs = ", ".join(f"{b / a:.2f}" for a, b in zip(found.without, found.beside, strict=True))
    console.print(f"Round by round: {pairs}")


def main() -> None:
    """Measures on servers of its own, and cleans up."""
    parser = argparse.ArgumentParser(prog="bench.watching", description=__doc__)
    parser.add_argument(
        "--orders", type=int, nargs="+", default=[10_000, 1_000_000], help="orders among which one is told"
    )
    parser.add_argument("--built", type=int, default=10_000, help="orders whose records are read from Kafka")
    parser.add_argument("--flow", action="store_true", help="only the flow with the service and without")
    parser.add_argument("--flow-orders", type=int, default=20_000, help="orders of a round of the flow")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the flow, each without and with")
    asked = parser.parse_args()
    console = Console(highlight=False)
    Path(DATA).mkdir(parents=True, exist_ok=True)
    with servers.running(DATA / "servers", fresh=True) as addresses:
        if asked.flow:
            show_flow(asyncio.run(flow(addresses, asked.flow_orders, asked.rounds)), console)
            return
        built = asyncio.run(build(addresses, asked.built))
        stories = [asyncio.run(tell_stories(addresses, each)) for each in asked.orders]
    show(built, stories, console)


if __name__ == "__main__":
    main()
