"""A member on a real broker: while its group changes (rule 1: refused means not ours and costs nothing), and idle."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from services.engine.adapters.kafka_membership import FACTS_ALONE, POLL, SOME, KafkaMembership, facts_first
from services.engine.adapters.kafka_polls import BUSY, IDLE, IDLE_AFTER, rest_while_idle
from services.engine.adapters.kafka_rebalances import Listener
from services.engine.core.faults import NotOurs

LANES = 8
SESSION_MS = 2_000


class Worker:
    """One process of a service, as far as its group knows."""

    def __init__(self, kafka: str, topic: str) -> None:
        self.topic = topic
        self.listener = Listener()
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka,
            group_id=topic,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=200,
            fetch_max_wait_ms=20,
        )
        self.consumer.subscribe([topic], listener=self.listener)
        self.port = KafkaMembership(self.consumer, self.listener)

    @property
    def member(self) -> str:
        """What the broker calls it."""
        return str(self.consumer._coordinator.member_id)

    async def holds(self, lanes: int) -> None:
        async with asyncio.timeout(30):
            while len(self.port.assigned()) != lanes:
                await self.consumer.getmany(timeout_ms=20)

    async def hears_of_a_change(self) -> None:
        async with asyncio.timeout(30):
            while self.listener.settled:
                await asyncio.sleep(0.01)

    async def stands_still(self) -> None:
        """It never answers its group again, and does not leave it."""
        coordinator = self.consumer._coordinator
        for task in (coordinator._coordination_task, coordinator._heartbeat_task):
            task.cancel()
        await asyncio.sleep(0)


@pytest.fixture
async def workers(kafka: str, database: str) -> AsyncIterator[list[Worker]]:
    async with AsyncExitStack() as stack:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        stack.push_async_callback(admin.close)
        await admin.create_topics([NewTopic(database, LANES, 1)])
        stack.push_async_callback(admin.delete_topics, [database])
        found = [Worker(kafka, database) for _ in range(3)]
        for worker in found:
            stack.push_async_callback(worker.consumer.stop)
        yield found


async def test_trying_to_commit_while_the_group_changes_does_not_cost_the_membership(workers: list[Worker]) -> None:
    ours, stuck, new = workers
    await ours.consumer.start()
    await ours.holds(LANES)
    await stuck.consumer.start()
    await ours.holds(LANES // 2)
    member, times = ours.member, ours.listener.times
    mine = sorted(ours.port.assigned())
    await stuck.stands_still()
    starting = asyncio.create_task(new.consumer.start())
    await ours.hears_of_a_change()  # and waits for the one that stands still
    refused = 0
    while not ours.listener.settled:
        assert not ours.port.assigned()
        with pytest.raises(NotOurs):
            await ours.port.commit({mine[refused % len(mine)]: 0})
        refused += 1
        assert len(await ours.port.ends(mine)) == len(mine)  # everything else can be asked meanwhile
        await asyncio.sleep(0.01)
    await starting
    assert refused > LANES
    assert (ours.member, ours.listener.times) == (member, times + 1)
    await ours.holds(LANES // 2)
    await ours.port.commit(dict.fromkeys(ours.port.assigned(), 0))


async def test_a_membership_that_the_group_refused_sends_nothing_until_it_is_renewed(workers: list[Worker]) -> None:
    ours = workers[0]
    await ours.consumer.start()
    await ours.holds(LANES)
    mine = sorted(ours.port.assigned())
    ours.consumer._coordinator.generation += 1
    with pytest.raises(NotOurs, match="CommitFailedError"):
        await ours.port.commit({mine[0]: 0})
    with pytest.raises(NotOurs, match="changing"):
        await ours.port.commit({mine[1]: 0})
    await ours.holds(LANES)
    await ours.port.commit(dict.fromkeys(mine, 0))


def test_a_refusal_of_an_earlier_membership_says_nothing_of_this_one() -> None:
    listener = Listener()
    asyncio.run(listener.on_partitions_assigned(set()))
    asyncio.run(listener.on_partitions_assigned(set()))
    listener.refused(1)
    assert listener.settled
    listener.refused(2)
    assert not listener.settled


async def test_a_poll_that_may_not_wait_long_still_waits_for_what_comes(kafka: str, workers: list[Worker]) -> None:
    consumer = workers[0].consumer
    await consumer.start()
    await workers[0].holds(LANES)
    facts_first(consumer)
    polling = asyncio.create_task(consumer.getmany(timeout_ms=1, max_records=10))
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(workers[0].topic, b"a lone one", partition=3)
    ((_, (record,)),) = (await polling).items()
    assert record.value == b"a lone one"
    assert await consumer.getmany(timeout_ms=1) == {}


class Polled:
    """A consumer of two lanes with records at hand by topic; a poll takes up to ``max_records`` of what it may."""

    def __init__(self, **at_hand: int) -> None:
        self.at_hand = {name.replace("_", "."): count for name, count in at_hand.items()}
        self.waits: list[int] = []

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(topic, 0) for topic in self.at_hand}

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[int]]:
        self.waits.append(timeout_ms)
        left, found = max_records or 500, dict[TopicPartition, list[int]]()
        for place in partitions or sorted(self.assignment(), reverse=True):
            taken = min(left, self.at_hand[place.topic])
            if taken:
                found[place] = list(range(taken))
                self.at_hand[place.topic] -= taken
                left -= taken
        return found


async def polls(consumer: Polled, count: int, offers: tuple[str, ...] = ()) -> list[dict[str, int]]:
    facts_first(consumer, offers)
    found = [await consumer.getmany(timeout_ms=1, max_records=500) for _ in range(count)]
    return [{place.topic: len(records) for place, records in each.items()} for each in found]


async def test_facts_that_are_at_hand_are_polled_before_what_is_asked() -> None:
    found = await polls(Polled(orders_events=700, fulfillment_requests=700), 4)
    assert found == [
        {"orders.events": 500},
        {"orders.events": 200},
        {"fulfillment.requests": 500},
        {"fulfillment.requests": 200},
    ]


async def test_what_is_asked_is_never_kept_waiting_for_good() -> None:
    found = await polls(Polled(orders_events=10**6, fulfillment_requests=10**6), 2 * (FACTS_ALONE + 1))
    turn = [{"orders.events": 500}] * FACTS_ALONE + [{"fulfillment.requests": SOME}]
    assert found == 2 * turn


async def test_a_catalog_that_is_at_hand_is_polled_before_orders() -> None:
    found = await polls(Polled(orders_requests=100, catalog_requests=40), 2, ("catalog.requests",))
    assert found == [{"catalog.requests": 40}, {"orders.requests": 100}]


async def test_a_long_catalog_keeps_orders_waiting_for_one_poll() -> None:
    consumer = Polled(orders_requests=10**6, catalog_requests=10**6, fulfillment_events=10)
    found = await polls(consumer, 5, ("catalog.requests",))
    turn = [{"orders.requests": SOME}, {"catalog.requests": 500}]
    assert found[1:] == 2 * turn


async def test_a_lone_request_waits_for_no_fact() -> None:
    consumer = Polled(orders_events=0, fulfillment_requests=1)
    assert await polls(consumer, 1) == [{"fulfillment.requests": 1}]
    assert consumer.waits == [0, POLL]


async def test_the_broker_waits_longer_while_nothing_comes_and_a_record_comes_at_once_all_the_same(
    kafka: str, workers: list[Worker]
) -> None:
    now = [0.0]
    consumer = workers[0].consumer
    await consumer.start()
    await workers[0].holds(LANES)
    facts_first(consumer)
    begun: list[float] = []
    rest_while_idle(consumer, lambda: now[0], lambda: begun.append(now[0]))
    assert await consumer.getmany(timeout_ms=1) == {}
    assert consumer._fetcher._fetch_max_wait_ms == BUSY
    now[0] = IDLE_AFTER + 1
    assert await consumer.getmany(timeout_ms=1) == {}
    assert await consumer.getmany(timeout_ms=1) == {}
    assert consumer._fetcher._fetch_max_wait_ms == IDLE
    assert begun == [IDLE_AFTER + 1], "once each time"
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(workers[0].topic, b"a lone one", partition=3)
    found: list[bytes] = []
    while not found:
        found += [record.value for records in (await consumer.getmany(timeout_ms=1)).values() for record in records]
    assert found == [b"a lone one"]
    assert consumer._fetcher._fetch_max_wait_ms == BUSY
