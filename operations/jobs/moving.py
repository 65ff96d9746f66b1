"""A customer moves to another billing group: the default for orders to come, and one request for each that there is.

It can be run again: what stands where it is to be is not asked about, and what was not moved, or was moved away since,
is asked under an id of its own, so that no service takes it for the request of an earlier run.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.messages.changes import OrderAmended, PayerChangeRequested
from contracts.messages.customers import Group
from contracts.messages.orders import CustomerGroupChangeRequested, RequestRefused
from contracts.wire.encoding import CONTENT_TYPE, encoded
from contracts.wire.message import Body
from installation.errors import InstallationError, kafka_answers, mongo_answers
from operations.jobs.hearing import listen_from_now
from operations.terminal.near import LOOKED_AT, no_such
from services.engine.adapters.mongo_client import connect
from services.orders.queries import CustomerOrders, find_customer_orders, list_customer_ids

SOURCE: Final = "leaseline/customers-move"
EVENTS: Final = "orders.events"
AT_ONCE: Final = 100
"""Requests that are on their way at a time: the answers come back as fast as they are sent."""


def _this_run() -> str:
    return uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class Move:
    """Which customer goes to which group, by whom and why. ``run`` tells the requests of one run from any other's."""

    customer_id: str
    group: Group
    actor: str
    reason: str
    run: str = field(default_factory=_this_run)

    def requests(self, theirs: CustomerOrders) -> tuple[tuple[str, Body], ...]:
        """The messages that are needed, with their ids: the default first."""
        to = f"{self.customer_id}>{self.group.id}"
        default = CustomerGroupChangeRequested(customer_id=self.customer_id, group=self.group, **self._who())
        orders = (
            (f"{to}/{order_id}@{self.run}", PayerChangeRequested(order_id=order_id, group=self.group, **self._who()))
            for order_id, payer in theirs.payers.items()
            if payer != f"group:{self.group.id}"
        )
        return (*([] if theirs.default_group == self.group.id else [(f"{to}@{self.run}", default)]), *orders)

    def _who(self) -> Mapping[str, Any]:
        return {"actor": self.actor, "reason": self.reason}


@dataclass(slots=True)
class Moved:
    """What became of the requests: ``answers`` by id, ``refused`` counts the codes."""

    asked: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    def hear(self, said: Mapping[str, Any]) -> None:
        """Takes an event in; one that is no answer to us changes nothing. The first answer counts.

        A request that stands twice in the log is answered as a repeat, too: its own answer is the one that counts.
        """
        id_ = said.get("causationid")
        if said.get("causationsource") != SOURCE or not isinstance(id_, str) or id_ in self.answers:
            return
        type_ = said["type"]
        if type_ == RequestRefused.type_name():
            self.answers[id_] = "refused"
            self.refused.update(refusal["code"] for refusal in said["data"]["refusals"])
        elif type_ == OrderAmended.type_name():
            self.answers[id_] = "moved"
        elif type_.endswith(".CustomerGroupChanged.v1"):
            self.answers[id_] = "default"


async def theirs_of(mongo: str, databases: str, customer_id: str) -> CustomerOrders:
    """What a customer has now, read in one pass over orders' documents.

    Raises ``InstallationError`` if nobody ever heard of it: asking would make a customer of a slip.
    """
    with mongo_answers():
        async with connect(mongo) as client:
            database = client[f"{databases}_orders"]
            found = await find_customer_orders(database, customer_id)
            if found is None:
                names = [each async for each in list_customer_ids(database, LOOKED_AT)]
                known = "A customer is known from an order on."
                raise InstallationError(no_such("customer", customer_id, names, known))
            return found


async def move(
    kafka: str, requests: Sequence[tuple[str, Body]], told: Callable[[Moved], None], patience: float = 60.0
) -> Moved:
    """Sends the requests and waits for each one's answer; ``told`` hears of every step.

    Raises ``InstallationError`` when nothing is answered for ``patience`` seconds: run it again then.
    """
    moved = Moved()
    async with _connected(kafka) as (producer, consumer):
        hearing = asyncio.create_task(_hear(consumer, moved, told))
        try:
            for id_, body in requests:
                await _send(producer, id_, body)
                moved.asked += 1
                await _answered(moved, patience, at_most=AT_ONCE, hearing=hearing)
            await _answered(moved, patience, at_most=0, hearing=hearing)
        finally:
            hearing.cancel()
    return moved


async def _send(producer: AIOKafkaProducer, id_: str, body: Body) -> None:
    value = encoded(body, id=id_, source=SOURCE, time=datetime.now(UTC))
    await producer.send_and_wait(body.topic, value, body.subjects()[0].encode(), headers=[CONTENT_TYPE])


async def _answered(moved: Moved, patience: float, *, at_most: int, hearing: "asyncio.Task[None]") -> None:
    """Waits until at most so many requests are without an answer."""
    last, since = -1, asyncio.get_running_loop().time()
    while moved.asked - len(moved.answers) > at_most:
        if hearing.done():
            hearing.result()
        now = asyncio.get_running_loop().time()
        if len(moved.answers) != last:
            last, since = len(moved.answers), now
        elif now - since > patience:
            raise InstallationError(
                f"{moved.asked - last} requests were not answered within {patience:.0f} s: are the services running? "
                "Run the same command again then: what was moved stays moved."
            )
        await asyncio.sleep(0.05)


async def _hear(consumer: AIOKafkaConsumer, moved: Moved, told: Callable[[Moved], None]) -> None:
    while True:
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                moved.hear(json.loads(record.value))
        told(moved)


@asynccontextmanager
async def _connected(kafka: str) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    """A producer, and a consumer at the present ends of the events: answers come behind them."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, isolation_level="read_committed", fetch_max_wait_ms=50)
    try:
        with kafka_answers(kafka):
            places = await _partitions(kafka)
            await producer.start()
            await consumer.start()
            await listen_from_now(consumer, places)
        yield producer, consumer
    finally:
        await consumer.stop()
        await producer.stop()


async def _partitions(kafka: str) -> Sequence[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        (described,) = await admin.describe_topics([EVENTS])
    finally:
        await admin.close()
    if described["error_code"] != 0:
        raise InstallationError(f"There is no topic {EVENTS} on Kafka at {kafka}: check LEASELINE_KAFKA.")
    return [TopicPartition(EVENTS, part["partition"]) for part in described["partitions"]]
