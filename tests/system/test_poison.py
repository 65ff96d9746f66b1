"""Each poisonous record is dead-lettered once with its reason, or answered once; its neighbours notice nothing."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.producer import message_accumulator as batches
from aiokafka.producer import producer as sizes
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy as AnyName

from services.engine.core.lanes import home
from tests.system import poison, shop
from tests.system.installation import Installation, delete_topics
from tests.system.poison import ORDERS, REPLIES, Poison, table
from tests.system.read_back import dead_letters, said

LARGEST = 8_000_000
BUILDER = "DefaultRecordBatchBuilder"
"""aiokafka's fast one insists on names that are text; the slow one writes what it is given."""


@asynccontextmanager
async def _producer(kafka: str, **settings: Any) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, max_request_size=LARGEST, max_batch_size=LARGEST, compression_type="gzip", **settings
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


def _lane(each: Poison, number: int, lanes: int) -> int:
    """Where it is put: at home if it has one, or next to it."""
    if not each.answer:
        return number % lanes
    return (home(poison.name_of(each), lanes) + each.abroad) % lanes


def _neighbour(name: str, lane: int, lanes: int) -> str:
    """An order id that is at home in this lane."""
    return next(order_id for n in range(10_000) if home(order_id := f"{name}-{n}", lanes) == lane)


async def poisoned(installation: Installation) -> tuple[dict[tuple[str, int, int], Poison], Sequence[str]]:
    """Every record of the table between two good orders of its lane; where each stands, and the ids of the orders."""
    lanes = installation.lanes
    places: dict[tuple[str, int, int], Poison] = {}
    orders: list[str] = []
    async with _producer(installation.addresses.kafka) as producer:
        for number, each in enumerate(table()):
            lane = _lane(each, number, lanes)
            good = [_neighbour(f"{side}-{number}", lane, lanes) for side in ("before", "behind")]
            await _order(producer, good[0], lane)
            with patch.object(batches, BUILDER, AnyName), patch.object(sizes, BUILDER, AnyName):
                at = await producer.send_and_wait(
                    each.topic, each.value, key=each.key, partition=lane, headers=list(each.headers)
                )
            places[each.topic, lane, at.offset] = each
            await _order(producer, good[1], lane)
            orders += good
    return places, orders


async def _order(producer: AIOKafkaProducer, order_id: str, lane: int) -> None:
    record = shop.order(order_id)
    await producer.send_and_wait(ORDERS, record.value, key=record.key, partition=lane)


async def _transactions(kafka: str, name: str, lane: int, lanes: int) -> tuple[Sequence[str], Sequence[str]]:
    """A transactional client's orders in one lane, the second transaction aborted: those that count, and the others."""
    ids = [_neighbour(f"transaction-{number}", lane, lanes) for number in range(5)]
    async with _producer(kafka, transactional_id=name) as producer:
        for number, order_id in enumerate(ids[:4]):
            await producer.begin_transaction()
            await _order(producer, order_id, lane)
            await (producer.abort_transaction() if number % 2 else producer.commit_transaction())
    async with _producer(kafka) as producer:
        await _order(producer, ids[4], lane)
    return [ids[0], ids[2], ids[4]], [ids[1], ids[3]]


@asynccontextmanager
async def _replies(kafka: str) -> AsyncIterator[None]:
    """The topic that records ask us to answer to, which must be empty in the end."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(REPLIES, 1, 1)])
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    try:
        yield
        await consumer.start()
        place = TopicPartition(REPLIES, 0)
        assert await consumer.end_offsets([place]) == {place: 0}, "somebody answered to the reply_to topic"
    finally:
        await consumer.stop()
        await delete_topics(admin, [REPLIES])
        await admin.close()


@pytest.mark.containers
async def test_each_poisonous_record_is_dead_lettered_or_answered_once_and_its_neighbours_notice_nothing(
    installation: Installation, fresh_name: str
) -> None:
    kafka = installation.addresses.kafka
    services = installation.start()
    await installation.feed([shop.variant()])
    services.until_ready()
    await installation.until_quiet(services.processes)
    async with _replies(kafka):
        places, orders = await poisoned(installation)
        counted, aborted = await _transactions(kafka, fresh_name, 3, installation.lanes)
        await installation.until_quiet(services.processes)

    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in await said(kafka, ["orders.events", "fulfillment.events"]):
        if event.cause[0] == shop.SOURCE:
            answers[event.cause[1]][event.type] += 1
    for each in places.values():
        if each.answer:
            assert answers[poison.name_of(each)] == {each.answer: 1}, each.name
    for order_id in (*orders, *counted):
        assert answers[f"order-{order_id}"] == {"OrderPlaced": 1}, order_id
    assert not any(f"order-{order_id}" in answers for order_id in aborted)

    found = {service: await dead_letters(kafka, service) for service in ("orders", "fulfillment", "billing")}
    for service, letters in found.items():
        expected = {place: each.dead for place, each in places.items() if each.dead and each.service == service}
        assert {letter.origin: letter.reason for letter in letters} == expected
        assert len(letters) == len(expected)
    report = await installation.assert_whole()
    assert report.invariants[6].checked == sum(len(letters) for letters in found.values())
