"""Where going on would lose something in silence, a service stops, says what is wrong, and the command that it names
mends it.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.structs import TopicPartition

from contracts.messages.orders import OrderPlaced
from demo.sample.outbound import Outbound
from deploy.local.places import PROJECT
from deploy.local.processes import Process
from installation.topics import create_topics
from services.engine.adapters.kafka_topics import described
from tests.system import shop
from tests.system.conftest import Installing
from tests.system.entry import SPLIT_FOR
from tests.system.installation import Installation, delete_topics, until
from tests.system.read_back import records, said

TOPIC = "orders.requests"
LANES = 4
_COMMAND = re.compile(r"leaseline (topics create|topics reset [a-z.-]+|dead-letters pass [a-z]+)")


@pytest.fixture
async def admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    yield client
    await client.close()


async def _stopped(installation: Installation, **environment: str) -> str:
    """Why orders stops by itself, with exit status 1."""
    return await _reason(installation.start_one("orders", **environment))


async def _reason(process: Process, service: str = "orders") -> str:
    async def ended() -> bool:
        return process.popen.poll() is not None

    await until(ended, f"{service} to stop")
    log = process.log.read_text(encoding="utf-8")
    assert process.popen.returncode == 1, log[-2000:]
    assert "Traceback" not in log
    found = re.search(rf"^{service} stopped: (.*)\Z", log, re.MULTILINE | re.DOTALL)
    assert found is not None, log[-2000:]
    return " ".join(found[1].split())


def _mended(installation: Installation, why: str) -> Sequence[str]:
    """Runs the commands that the message names; returns them."""
    commands = [found[1] for found in _COMMAND.finditer(why)]
    for command in commands:
        subprocess.run(
            [sys.executable, "-c", "from operations.cli import main; main()", *command.split()],
            cwd=PROJECT,
            env={**os.environ, **installation.addresses.as_environment(), **installation.environment},
            check=True,
            capture_output=True,
            timeout=60,
        )
    return commands


async def _decided(installation: Installation, *order_ids: str) -> None:
    """Orders runs, and decides these orders."""
    process = installation.start_one("orders")
    await installation.feed([shop.order(order_id) for order_id in order_ids])
    await _answered(installation, *order_ids)
    process.check()
    installation.stop()
    assert process.popen.returncode == 0


async def _answered(installation: Installation, *order_ids: str) -> None:
    wanted = {(shop.SOURCE, f"order-{order_id}") for order_id in order_ids}

    async def all_answered() -> bool:
        return wanted <= {event.cause for event in await said(installation.addresses.kafka, ["orders.events"])}

    await until(all_answered, "answers to orders")


def _ids(name: str, count: int = 12) -> Sequence[str]:
    """Enough orders for every lane to have some."""
    return [f"{name}-{number}" for number in range(count)]


async def _made_again(installation: Installation, admin: AIOKafkaAdminClient) -> None:
    await delete_topics(admin, [TOPIC])
    await create_topics(installation.addresses.kafka, LANES)


async def test_a_topic_that_was_made_again_stops_the_service_until_it_is_reset(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await _decided(installation, *_ids("first"))
    await _made_again(installation, admin)
    why = await _stopped(installation)
    assert "the topic was made again or truncated" in why
    assert _mended(installation, why) == [f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("second"))


async def test_a_topic_that_was_made_again_and_has_grown_past_the_checkpoint_stops_the_service_until_it_is_reset(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await _decided(installation, *_ids("first"))
    await _made_again(installation, admin)
    grown = _ids("second", 60)
    await installation.feed([shop.order(order_id) for order_id in grown])
    why = await _stopped(installation)
    assert "has grown past the checkpoint" in why
    assert _mended(installation, why) == [f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("third"))
    await _answered(installation, *grown)


@pytest.mark.parametrize("grown", [8, 60], ids=["shorter", "grown past"])
async def test_a_topic_that_is_made_again_under_a_running_service_stops_it_until_it_is_reset(
    installing: Installing, admin: AIOKafkaAdminClient, grown: int
) -> None:
    installation = await installing(LANES)
    running = installation.start_one("orders")
    first, second = _ids("first", 24), _ids("second", grown)
    await installation.feed([shop.order(order_id) for order_id in first])
    await _answered(installation, *first)
    await _made_again(installation, admin)
    await installation.feed([shop.order(order_id) for order_id in second])
    why = await _reason(running)
    assert "the topic was made again" in why
    assert _mended(installation, why) == [f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("third"))
    await _answered(installation, *second)


async def test_records_deleted_before_they_were_read_stop_the_service_until_the_topic_is_reset(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await _decided(installation, *_ids("first"))
    await installation.feed([shop.order(order_id) for order_id in _ids("lost", 60)])
    places = [TopicPartition(TOPIC, lane) for lane in range(LANES)]
    ends = await _ends(installation, places)
    await admin.delete_records({place: RecordsToDelete(before_offset=end) for place, end in ends.items()})
    why = await _stopped(installation)
    assert "records were deleted before they were read" in why
    assert _mended(installation, why) == [f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("third"))


async def _ends(installation: Installation, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=installation.addresses.kafka)
    await consumer.start()
    try:
        found: dict[TopicPartition, int] = await consumer.end_offsets(places)
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("topic", ["catalog.requests", "orders.dead-letters"], ids=["it reads", "it writes"])
async def test_a_topic_with_too_few_partitions_stops_the_service_until_the_missing_ones_are_added(
    installing: Installing, admin: AIOKafkaAdminClient, topic: str
) -> None:
    installation = await installing(LANES)
    await delete_topics(admin, [topic])
    stamped = {"message.timestamp.type": "LogAppendTime"}
    await admin.create_topics([NewTopic(topic, LANES - 1, 1, topic_configs=stamped)])
    why = await _stopped(installation)
    assert f"the topic {topic} has {LANES - 1} partitions, the installation {LANES} lanes" in why
    assert _mended(installation, why) == ["topics create"]
    await _decided(installation, *_ids("first"))


async def test_partitions_that_are_added_to_a_topic_under_a_running_service_stop_it_until_it_is_made_again(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    running = installation.start_one("orders")
    await installation.feed([shop.order(order_id) for order_id in _ids("first")])
    await _answered(installation, *_ids("first"))
    await admin.create_partitions({TOPIC: NewPartitions(total_count=LANES + 1)})
    why = await _reason(running)
    assert f"the topic {TOPIC} has {LANES + 1} partitions, the installation {LANES} lanes" in why
    await delete_topics(admin, [TOPIC])
    assert _mended(installation, why) == ["topics create", f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("second"))


async def test_a_topic_that_keeps_the_clients_timestamps_stops_the_service_until_it_is_made_again(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await delete_topics(admin, [TOPIC])
    await admin.create_topics([NewTopic(TOPIC, LANES, 1, topic_configs={"message.timestamp.type": "CreateTime"})])
    why = await _stopped(installation)
    assert f"the topic {TOPIC} keeps the clients' timestamps" in why
    await delete_topics(admin, [TOPIC])
    assert _mended(installation, why) == ["topics create"]
    await _decided(installation, *_ids("first"))


@pytest.mark.parametrize(("name", "wrong"), [("cleanup.policy", "compact"), ("unclean.leader.election.enable", "true")])
async def test_a_topic_whose_settings_lose_records_stops_the_service_until_they_are_set_right(
    installing: Installing, admin: AIOKafkaAdminClient, name: str, wrong: str
) -> None:
    installation = await installing(LANES)
    await delete_topics(admin, [TOPIC])
    mine = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": "7000000", name: wrong}
    await admin.create_topics([NewTopic(TOPIC, LANES, 1, topic_configs=mine)])
    why = await _stopped(installation)
    assert f"{TOPIC} has {name}={wrong}" in why
    assert _mended(installation, why) == ["topics create"]
    await _decided(installation, *_ids("first"))
    (topic,), brokers = await described(admin, [TOPIC])
    assert (topic.settings["max.message.bytes"], brokers) == ("7000000", 1), "what was chosen stays"


async def test_a_topic_with_too_many_partitions_stops_the_service_until_it_is_made_again(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await _decided(installation, *_ids("first"))
    await admin.create_partitions({TOPIC: NewPartitions(total_count=LANES + 1)})
    why = await _stopped(installation)
    assert f"the topic {TOPIC} has {LANES + 1} partitions, the installation {LANES} lanes" in why
    await delete_topics(admin, [TOPIC])
    assert _mended(installation, why) == ["topics create", f"topics reset {TOPIC}"]
    await _decided(installation, *_ids("second"))


async def test_a_missing_topic_stops_the_service_until_it_is_created(
    installing: Installing, admin: AIOKafkaAdminClient
) -> None:
    installation = await installing(LANES)
    await delete_topics(admin, [TOPIC])
    why = await _stopped(installation)
    assert f"the topic {TOPIC} does not exist" in why
    assert _mended(installation, why) == ["topics create"]
    await _decided(installation, *_ids("first"))


async def test_facts_that_nobody_can_read_stop_the_service_until_they_are_passed_to_the_dead_letters(
    installing: Installing,
) -> None:
    """They lie in one lane, in a row, and a scan that can be decided lies behind them."""
    installation = await installing(1)
    many = 30
    await installation.feed([_of_a_newer_version(number) for number in range(many)])
    why = await _reason(installation.start_one("fulfillment"), "fulfillment")
    assert "20 messages in a row went wrong, the last: OrderPlaced, unreadable_data" in why
    assert "Traceback" not in why
    assert _mended(installation, why) == ["dead-letters pass fulfillment"]
    process = installation.start_one("fulfillment")
    await installation.feed([shop.scan("nobody", "S1")])
    kafka = installation.addresses.kafka

    async def parked() -> bool:
        return any(event.type == "ItemFulfillmentParked" for event in await said(kafka, ["fulfillment.events"]))

    await until(parked, "the scan to be decided")
    letters = await records(kafka, ["fulfillment.dead-letters"])
    assert [dict(letter.headers)["leaseline-reason"] for letter in letters] == [b"unreadable_data"] * many
    log = [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]
    told = [line for line in log if line["event"] == "message.dead_letter"]
    assert [(line["type"], line["address"]) for line in told] == [
        ("OrderPlaced", f"orders.events/0/{number}") for number in range(many)
    ]


def _of_a_newer_version(number: int) -> Outbound:
    """A placed order whose order this version cannot read."""
    value = {
        "specversion": "1.0",
        "id": f"newer-{number}@1",
        "source": "leaseline/orders",
        "type": OrderPlaced.type_name(),
        "data": {"version": 1, "order": {"order_id": f"newer-{number}", "items": {"of": "another shape"}}},
    }
    return Outbound(
        OrderPlaced.topic,
        f"newer-{number}".encode(),
        json.dumps(value).encode(),
        headers=(),
        via="java",
        identity=None,
        type="unreadable",
    )


async def test_another_number_of_lanes_than_the_stored_one_stops_the_service(installing: Installing) -> None:
    installation = await installing(LANES)
    await _decided(installation, *_ids("first"))
    why = await _stopped(installation, LEASELINE_LANES="8")
    assert "has 4 lanes, the setting says 8" in why
    assert "LEASELINE_LANES=4" in why
    await _decided(installation, *_ids("second"))


async def test_a_wrong_number_of_lanes_at_the_first_start_is_not_kept(installing: Installing) -> None:
    installation = await installing(LANES)
    why = await _stopped(installation, LEASELINE_LANES="2")
    assert f"{LANES} partitions, the installation 2 lanes" in why
    assert f"If nothing was ever started here, set LEASELINE_LANES={LANES}" in why
    await _decided(installation, *_ids("first"))


@asynccontextmanager
async def _half_a_member(installation: Installation) -> AsyncIterator[None]:
    """A member of the group that reads one of the topics only, as another version of the service might."""
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=installation.addresses.kafka,
        group_id=f"{installation.databases}.orders",
        enable_auto_commit=False,
        partition_assignment_strategy=(RangePartitionAssignor,),
    )
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()


async def test_lanes_that_stay_split_between_unlike_workers_stop_the_service_until_there_is_one_kind_again(
    installing: Installing,
) -> None:
    installation = await installing(LANES)
    async with _half_a_member(installation):
        why = await _stopped(installation, **{SPLIT_FOR: "1.5"})
    assert "of orders stays split between consumers" in why
    assert "Stop all workers of orders, then start one version" in why
    await _decided(installation, *_ids("first"))
