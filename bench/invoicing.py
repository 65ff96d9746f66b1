"""A billing run over many small payers and over few large ones: lines a second, CPU a line.

Billing alone: the facts about subscriptions are written into its topic as fulfillment would say them. Both shapes have
the same orders, seven subscriptions each; they differ in how many payers there are. ``python -m bench.invoicing``
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console
from rich.table import Table

from bench.contestants import Cost, Processes
from bench.topics import fresh_topics
from contracts.messages.customers import CustomerSnapshot, Group
from contracts.messages.fulfillment import SubscriptionCreated
from contracts.messages.invoices import BillingRunCompleted, BillingRunRequested
from contracts.messages.subscription import PayerFrom, PriceStretch, Subscription
from contracts.values.places import AddressSnapshot
from contracts.wire.encoding import encoded
from contracts.wire.message import Body
from deploy.local import places, processes, servers
from installation import LANES
from installation.addresses import Addresses
from services.engine.adapters.mongo_client import connect

PERIOD: Final = "2018-06"
NOON: Final = datetime(2018, 6, 1, 12, tzinfo=UTC)
UNITS: Final = 7
"""Subscriptions of an order: each has one line due."""
PATIENCE: Final = 900.0
DATA: Final = places.HOME / "bench-invoicing"
STREET: Final = AddressSnapshot(street="1 Main Street", city="Berlin", postal_code="10115", country="DE")


@dataclass(frozen=True, slots=True)
class Shape:
    """How many payers, and how many orders each has."""

    name: str
    payers: int
    orders: int

    @property
    def lines(self) -> int:
        """What is due altogether."""
        return self.payers * self.orders * UNITS


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A run over one shape."""

    shape: Shape
    seconds: float
    costs: tuple[Cost, ...]

    @property
    def rate(self) -> float:
        """Lines a second."""
        return self.shape.lines / self.seconds

    def cpu(self, name: str) -> float:
        """Microseconds of a process for a line."""
        return sum(cost.cpu for cost in self.costs if cost.name == name) * 1e6 / self.shape.lines


def shapes(payers: int) -> tuple[Shape, Shape]:
    """``payers`` with one order each, and a thousandth of them with a thousand."""
    return Shape("small", payers, 1), Shape("large", max(1, payers // 1000), min(payers, 1000))


async def invoicing(shape: Shape, addresses: Addresses) -> Invoiced:
    """Lets billing hear of all subscriptions, then measures one run. Raises TimeoutError."""
    databases = f"invoicing-{shape.name}-{int(time.time())}"
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    mongo = connect(addresses.mongo)
    with processes.started(
        addresses, DATA / "logs" / databases, services=("billing",), environment=environment
    ) as services:
        await asyncio.to_thread(services.until_ready)
        try:
            await _heard(shape, addresses.kafka, mongo[f"{databases}_billing"].accounts)
            await asyncio.sleep(1.0)
            used = Processes(services, addresses)
            begun = time.monotonic()
            done = await _run(addresses.kafka)
            seconds = time.monotonic() - begun
            assert done["counts"]["lines"] == shape.lines, done
            return Invoiced(shape, seconds, used.costs())
        finally:
            await mongo.close()


async def _heard(shape: Shape, kafka: str, accounts: Any) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5, max_batch_size=64 * 1024)
    await producer.start()
    try:
        for fact in _facts(shape):
            await producer.send(fact.topic, _said(fact), fact.subjects()[0].encode())
        await producer.flush()
    finally:
        await producer.stop()
    total = [{"$group": {"_id": None, "active": {"$sum": "$active"}}}]
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found: list[dict[str, Any]] = await (await accounts.aggregate(total)).to_list(1)
        if found and found[0]["active"] >= shape.lines:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"billing did not hear of all {shape.lines} subscriptions")


async def _run(kafka: str) -> dict[str, Any]:
    """Asks for the run, and waits for its answer."""
    topic = BillingRunCompleted.topic
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="latest", fetch_max_wait_ms=50)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await consumer.start()
    await producer.start()
    try:
        partitions = [TopicPartition(topic, lane) for lane in range(LANES)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        request = BillingRunRequested(period=PERIOD, as_of=date(2018, 7, 1), actor="bench")
        await producer.send_and_wait(request.topic, _said(request), request.subjects()[0].encode())
        name = f'"{BillingRunCompleted.type_name()}"'.encode()
        async with asyncio.timeout(PATIENCE):
            async for record in consumer:
                if record.value is not None and name in record.value:
                    found: dict[str, Any] = json.loads(record.value)["data"]
                    return found
        raise AssertionError("a consumer has no end")
    finally:
        await producer.stop()
        await consumer.stop()


def _said(body: Body) -> bytes:
    subject = body.chain() if isinstance(body, SubscriptionCreated) else PERIOD
    return encoded(body, id=f"{subject}@{getattr(body, 'version', 0)}", source="bench", time=NOON)


def _facts(shape: Shape) -> Iterator[SubscriptionCreated]:
    for order in range(shape.orders):
        for payer in range(shape.payers):
            for unit in range(1, UNITS + 1):
                yield SubscriptionCreated(version=unit, subscription=_subscription(f"{payer}.{order}", payer, unit))


def _subscription(order_id: str, payer: int, unit: int) -> Subscription:
    customer = CustomerSnapshot(
        id=f"c-{order_id}", email="a@bench.example", first_name="Ada", last_name="Byron", type="business",
        company_name=f"Company {order_id}",
    )  # fmt: skip
    return Subscription(
        subscription_id=f"{order_id}/{unit}", order_id=order_id, item_id="1", sku="BIKE-1", product_name="Bike",
        variant_name="Size 1", serial=f"S-{order_id}-{unit}", raw_serial=f"S-{order_id}-{unit}", customer=customer,
        billing_address=STREET, group=Group(id=f"g{payer}"), payers=(PayerFrom(payer=f"group:g{payer}"),),
        currency="EUR", prices=(PriceStretch(months=12, amount=5000),), start_date=date(2018, 6, 2), months=12,
        ends_before=date(2019, 6, 2), test=False, created_at=NOON,
    )  # fmt: skip


def show(found: list[Invoiced], console: Console) -> None:
    """Both shapes in one table, with the ratio that counts."""
    table = Table(title="A billing run, billing alone", title_justify="left")
    for column in ("payers", "lines of each", "lines/s", "CPU us a line: billing", "mongod", "kafka"):
        table.add_column(column, justify="right")
    for each in found:
        cpu = [f"{each.cpu(name):,.0f}" for name in ("billing", "mongod", "kafka")]
        table.add_row(f"{each.shape.payers:,}", f"{each.shape.orders * UNITS:,}", f"{each.rate:,.0f}", *cpu)
    console.print(table)
    small, large = (each.rate for each in found)
    console.print(f"The small payers' lines come at {small / large:.2f} x the speed of the large ones'.")


def main() -> None:
    """Runs both shapes on servers of their own."""
    parser = argparse.ArgumentParser(prog="bench.invoicing", description=__doc__)
    parser.add_argument("--payers", type=int, default=10_000, help="small payers; a thousandth of them are the large")
    asked = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    with servers.running(DATA / "servers", fresh=True) as addresses:
        found = [asyncio.run(invoicing(shape, addresses)) for shape in shapes(asked.payers)]
    show(found, Console(highlight=False))


if __name__ == "__main__":
    main()
