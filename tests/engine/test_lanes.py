import pytest
from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import TOPICS
from services.engine.core.lanes import home, murmur2, offers, whole_lanes

GOLDEN = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}
"""Of Java's own client, from its tests."""


@pytest.mark.parametrize(("text", "hashed"), GOLDEN.items())
def test_the_hash_is_that_of_javas_client(text: bytes, hashed: int) -> None:
    assert murmur2(text) == hashed & 0xFFFFFFFF
    assert home(text.decode(), 16) == (hashed & 0x7FFFFFFF) % 16


@given(st.binary(max_size=80))
def test_it_is_that_of_the_clients_own_partitioner_too(key: bytes) -> None:
    assert murmur2(key) == murmur2_of_aiokafka(key) & 0xFFFFFFFF


@given(st.text(max_size=80), st.integers(1, 64))
def test_every_subject_has_one_home(subject: str, lanes: int) -> None:
    if not subject.startswith("lane:"):
        assert 0 <= home(subject, lanes) < lanes


@pytest.mark.parametrize(
    ("subject", "lane"),
    [
        ("lane:7", 7),
        ("lane:0", 0),
        ("lane:15", 15),
        ("lane:16", -1),
        ("lane:", -1),
        ("lane:-1", -1),
        ("lane:²", -1),
        pytest.param("lane:" + "9" * 5000, -1, id="endless"),
    ],
)
def test_a_lane_is_at_home_in_itself_and_one_that_does_not_exist_nowhere(subject: str, lane: int) -> None:
    assert home(subject, 16) == lane


def test_a_lone_surrogate_in_a_subject_does_not_stop_the_reader() -> None:
    assert 0 <= home("\ud800", 4) < 4


def test_a_lane_is_whole_when_all_its_partitions_are_assigned() -> None:
    assigned = [("a", 0), ("b", 0), ("a", 1), ("c", 2), ("a", 3), ("b", 3)]
    assert whole_lanes(assigned, ["a", "b"]) == (frozenset({0, 3}), frozenset({1}))


@pytest.mark.parametrize(
    ("service", "offered"), [("orders", {"catalog.requests"}), ("fulfillment", set()), ("billing", set())]
)
def test_a_catalog_is_offered_to_orders_and_nothing_to_the_others(service: str, offered: set[str]) -> None:
    assert offers(service, {topic.name for topic in TOPICS if service in topic.readers}) == offered
