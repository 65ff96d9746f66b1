"""Topics that are set up wrongly in one point, on a real Kafka."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic

from contracts.topics import TOPICS
from operations.doctor import topics
from operations.doctor.finding import Level
from operations.doctor.topics import judged, out_of_sync
from services.engine.adapters.kafka_durability import Topic
from tests.operations.doctor.ward import LANES, Ward

TOPIC = "billing.requests"
WRONG = [
    ("topics.timestamps", {"message_timestamp_type": "CreateTime"}, f"{TOPIC} (CreateTime)"),
    ("topics.unclean", {"unclean_leader_election_enable": "true"}, f"must be false: {TOPIC} (true)"),
    ("topics.policy", {"cleanup_policy": "compact"}, f"must be delete: {TOPIC} (compact)"),
    ("topics.policy", {"cleanup_policy": "compact,delete"}, f"must be delete: {TOPIC} (compact,delete)"),
    ("topics.too_small", {"max_message_bytes": "500000"}, f"{TOPIC} (500,000)"),
    ("topics.smaller", {"max_message_bytes": "1048588"}, f"{TOPIC} (1,048,588)"),
    ("topics.forgets", {"retention_ms": "86400000"}, f"below 14 days: {TOPIC} (24 hours)"),
    ("topics.forgets_by_size", {"retention_bytes": "1000000"}, f"is set: {TOPIC} (1000000)"),
]


@pytest.fixture
async def admin(ward: Ward) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=ward.kafka)
    await client.start()
    yield client
    await client.close()


async def test_topics_as_they_are_created_have_no_finding(ward: Ward) -> None:
    assert await ward.findings("topics") == {}


@pytest.mark.parametrize(("name", "settings", "what"), WRONG, ids=[f"{n} {'='.join(*s.items())}" for n, s, _ in WRONG])
async def test_a_setting_that_is_wrong_is_found_and_no_other(
    ward: Ward, name: str, settings: dict[str, str], what: str
) -> None:
    with ward.setting(TOPIC, **settings):
        found = await ward.findings("topics")
    assert list(found) == [name]
    assert what in found[name].what
    assert found[name].why
    assert found[name].do


async def test_dead_letters_may_be_forgotten_early(ward: Ward) -> None:
    with ward.setting("billing.dead-letters", retention_ms="86400000"):
        assert await ward.findings("topics") == {}


async def test_another_number_of_partitions_then_a_missing_topic(ward: Ward, admin: AIOKafkaAdminClient) -> None:
    try:
        await admin.create_partitions({TOPIC: NewPartitions(total_count=LANES + 1)})
        found = await ward.findings("topics")
        assert list(found) == ["topics.partitions"]
        assert f"not 4 partitions: {TOPIC} (5)" in found["topics.partitions"].what
        ward.remove(TOPIC)
        while TOPIC in ward.topics():
            await asyncio.sleep(0.05)
        found = await ward.findings("topics")
        assert list(found) == ["topics.missing"]
        assert found["topics.missing"].what == f"not there: {TOPIC}"
        assert found["topics.missing"].do == "run: leaseline topics create"
    finally:
        await ward.remake(TOPIC)


async def test_a_name_like_ours_and_what_an_earlier_doctor_left(ward: Ward, admin: AIOKafkaAdminClient) -> None:
    names = ["orders.request", "leaseline-doctor-of-before", "somebody.elses"]
    await admin.create_topics([NewTopic(name, 1, 1) for name in names])
    try:
        found = await ward.findings("topics")
    finally:
        ward.remove(*names)
    assert list(found) == ["topics.strange", "topics.left_over"]
    assert found["topics.strange"].what == "nobody reads or writes orders.request (is orders.requests meant?)"
    assert found["topics.left_over"].what == "left over: leaseline-doctor-of-before"


SAFE = {
    "min.insync.replicas": "2",
    "unclean.leader.election.enable": "false",
    "cleanup.policy": "delete",
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(8 * 1024 * 1024),
    "retention.ms": "-1",
}


def _told(brokers: int, copies: int = 3, **settings: str) -> dict[str, str]:
    """What is told of every topic of a table, of which one is not as the others."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    all_right = [Topic(each.name, LANES, 3, SAFE) for each in TOPICS]
    all_right[3] = Topic(all_right[3].name, LANES, copies, {**SAFE, **named})
    return {each.name: each.what for each in judged(all_right, LANES, brokers, 14)}


def test_three_brokers_are_judged_as_three() -> None:
    assert _told(3) == {}
    assert list(_told(3, min_insync_replicas="1")) == ["topics.in_sync"]
    assert _told(3, 2, min_insync_replicas="1") == {
        "topics.copies": "there are 3 brokers, and fewer than 3 copies of: billing.requests (2)"
    }
    assert list(_told(3, write_caching="true")) == ["topics.cached"]


def _described(isr: int, replicas: int, leader: int = 1) -> list[dict[str, Any]]:
    part = {"leader": leader, "isr": list(range(isr)), "replicas": list(range(replicas))}
    return [{"topic": "orders.events", "partitions": [part, part]}]


@pytest.mark.parametrize(
    ("isr", "replicas", "leader", "found"),
    [
        (3, 3, 1, []),
        (1, 1, 1, []),
        (2, 3, 1, ["topics.away"]),
        (1, 3, 1, ["topics.unwritable"]),
        (3, 3, -1, ["topics.unwritable"]),
    ],
    ids=["all in sync", "alone", "one away", "two away", "no leader"],
)
def test_copies_that_are_away(isr: int, replicas: int, leader: int, found: list[str]) -> None:
    assert [each.name for each in out_of_sync(_described(isr, replicas, leader), {"orders.events": 2})] == found


def test_every_finding_about_topics_is_tried() -> None:
    here = {name for name, *_ in WRONG} | {
        "topics.missing", "topics.partitions", "topics.strange", "topics.left_over", "topics.in_sync", "topics.copies",
        "topics.cached", "topics.away", "topics.unwritable", "kafka.brokers",
    }  # fmt: skip
    assert {symptom.name for symptom in topics.SYMPTOMS} == here
    assert {each.level for each in topics.SYMPTOMS} == {Level.NOTE, Level.WARNING, Level.WRONG}
