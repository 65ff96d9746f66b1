"""What a topic must be so that nothing acknowledged is lost, judged from what Kafka says of it."""

import pytest

from services.engine.adapters.kafka_durability import Topic, durable, fewer_brokers, too_few_copies, unsafe, wrong

SAFE = {"min.insync.replicas": "2", "unclean.leader.election.enable": "false", "cleanup.policy": "delete"}


def _topic(copies: int = 3, **settings: str) -> Topic:
    named = {name.replace("_", "."): value for name, value in settings.items()}
    return Topic("orders.requests", 16, copies, {**SAFE, **named})


@pytest.mark.parametrize(("copies", "needed"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_a_topic_can_lose_one_broker_without_standing_still(copies: int, needed: str) -> None:
    assert durable(copies) == {**SAFE, "min.insync.replicas": needed}


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("min_insync_replicas", "1", "2"),
        ("unclean_leader_election_enable", "true", "false"),
        ("cleanup_policy", "compact", "delete"),
        ("cleanup_policy", "compact,delete", "delete"),
    ],
)
def test_a_setting_that_loses_records_is_named_with_what_it_must_be_and_the_command(
    name: str, value: str, must: str
) -> None:
    why = unsafe([_topic(), _topic(**{name: value})])  # type: ignore[arg-type]  # the copies are no setting
    assert why is not None
    assert f"orders.requests has {name.replace('_', '.')}={value} (must be {must})" in why
    assert why.endswith("Mend it with: leaseline topics create")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    why = unsafe([_topic(min_insync_replicas="1", cleanup_policy="compact")])
    assert why is not None
    assert "min.insync.replicas" in why
    assert "cleanup.policy" in why


@pytest.mark.parametrize("topic", [_topic(), _topic(min_insync_replicas="3"), _topic(1, min_insync_replicas="1")])
def test_what_is_safe_or_stricter_is_left_alone(topic: Topic) -> None:
    assert unsafe([topic]) is None
    assert wrong(topic) == {}


def test_where_there_are_fewer_brokers_only_what_can_hold_is_asked_for() -> None:
    alone = _topic(1, min_insync_replicas="1")
    assert unsafe([alone]) is None
    assert too_few_copies([alone], 1) is None
    assert unsafe([_topic(1, min_insync_replicas="1", cleanup_policy="compact")]) is not None


@pytest.mark.parametrize(("copies", "brokers", "wanted"), [(1, 3, 3), (2, 5, 3), (1, 2, 2)])
def test_too_few_copies_are_warned_of_with_how_to_add_them(copies: int, brokers: int, wanted: int) -> None:
    why = too_few_copies([_topic(), _topic(copies)], brokers)
    assert why is not None
    assert f"{brokers} brokers, and fewer than {wanted} copies of: orders.requests ({copies})" in why
    assert "kafka-reassign-partitions" in why
    assert "leaseline topics create" in why


def test_a_small_installation_is_told_what_it_cannot_keep() -> None:
    assert fewer_brokers(3) is None
    assert "Kafka has one broker: each record has 1 of 3 copies" in (fewer_brokers(1) or "")
    assert "Kafka has 2 brokers: each record has 2 of 3 copies" in (fewer_brokers(2) or "")
