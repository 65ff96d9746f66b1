"""``python -m bench.tailing``: how much of history `leaseline watch` reads, how much it follows, in how much memory."""

import argparse
import asyncio
import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Final

from confluent_kafka import Producer
from rich.console import Console
from rich.table import Table

from bench.topics import fresh_topics
from contracts.registry import MESSAGES
from deploy.local import places, servers
from installation import LANES
from operations.watching.following import Following
from operations.watching.history import reach
from operations.watching.line import Lines
from operations.watching.log import Log
from operations.watching.saying import Saying
from operations.watching.wanted import Wanted
from operations.watching.watching import Asked, View, Watching

DATA: Final = places.HOME / "bench"
EXAMPLES: Final = places.PROJECT / "contracts/examples"
OFTEN: Final = (
    "leaseline.orders.OrderSubmitted.v1",
    "leaseline.orders.OrderPlaced.v1",
    "leaseline.fulfillment.ItemFulfillmentRequested.v1",
    "leaseline.fulfillment.SubscriptionCreated.v1",
    "leaseline.fulfillment.OrderProgressed.v1",
    "leaseline.orders.OrderStatusChanged.v1",
    "leaseline.billing.BillingAccountChanged.v1",
)
"""What an order says from its submission to its account."""


def records(count: int) -> Iterator[tuple[str, bytes, int]]:
    """So many records of orders of their own, with their topics and lanes."""
    examples = [(MESSAGES[name].topic, (EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) for name in OFTEN]
    examples = [(topic, json.dumps(json.loads(text), ensure_ascii=False)) for topic, text in examples]
    for number in range(count):
        topic, text = examples[number % len(examples)]
        order = number // len(examples)
        yield topic, text.replace("RETRO-1001", f"BENCH-{order}").encode(), order % LANES


def fill(kafka: str, count: int) -> float:
    """Writes them; records a second."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "linger.ms": 5, "log_level": 0})
    begun = time.monotonic()
    for topic, value, lane in records(count):
        while True:
            try:
                producer.produce(topic, value, partition=lane)
                break
            except BufferError:
                producer.poll(0.05)
    producer.flush(60)
    return count / (time.monotonic() - begun)


def history(kafka: str, wanted: Wanted) -> tuple[int, float]:
    """Lines of all that the log keeps, written to nowhere, and seconds from the first question on."""
    log = Log(kafka)
    with Path(os.devnull).open("w") as nowhere:
        watching = Watching(log, View(), Lines(json=False, coloured=True), Saying(nowhere), file=nowhere)
        begun = time.monotonic()
        watching.run(Asked(wanted, follow=False))
        seconds = time.monotonic() - begun
    log.close()
    return watching.shown, seconds


def following(kafka: str, count: int) -> tuple[float, float, float, list[int]]:
    """Records a second that were written and that were told meanwhile, seconds from the last one written to it told,
    and megabytes in memory as it went.
    """
    log = Log(kafka)
    over, _ = reach(log, Wanted(), None, None)
    lines = Lines(json=False, coloured=True)
    rates: list[float] = []
    writing = Thread(target=lambda: rates.append(fill(kafka, count)), daemon=True)
    told, memory, ended = 0, [_resident()], 0.0
    turns = Following(log, Wanted(), over.ends, frozenset(topic for topic, _ in over.ends)).turns()
    next(turns)
    begun = time.monotonic()
    writing.start()
    for turn in turns:
        for found in turn.found:
            lines.line(found.told)
        told += len(turn.found)
        if told >= len(memory) * count // 10:
            memory.append(_resident())
        if not ended and not writing.is_alive():
            ended = time.monotonic()
        if told >= count:
            break
    seconds = time.monotonic() - begun
    log.close()
    return rates[0] if rates else 0.0, told / seconds, time.monotonic() - ended if ended else 0.0, memory


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() // 1_000_000


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    count = parser.parse_args().records
    with servers.running(DATA / "tailing", fresh=True) as addresses:
        asyncio.run(fresh_topics(addresses.kafka))
        fill(addresses.kafka, 50_000)
        shown, seconds = history(addresses.kafka, Wanted())
        _, again = history(addresses.kafka, Wanted(orders=frozenset(["BENCH-77"])))
        written, told, late, memory = following(addresses.kafka, count)
    table = Table("what", "measured")
    table.add_row(f"history, {shown:,} lines, in order, coloured", f"{seconds:.2f} s, {shown / seconds:,.0f} a second")
    table.add_row("history of 50,000 records by one order", f"{again:.2f} s, {50_000 / again:,.0f} a second")
    table.add_row(
        f"following {count:,} records beside their writer",
        f"{written:,.0f} written, {told:,.0f} told a second, {late:.1f} s behind at the end",
    )
    table.add_row("memory meanwhile, MB", " ".join(map(str, memory)))
    Console().print(table)


if __name__ == "__main__":
    main()
