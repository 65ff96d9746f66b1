"""What the engine relies on of a producer."""

import pytest

from services.engine.core.faults import NotSaid
from services.engine.core.record import Outgoing
from tests.engine.contract.ground import LANES, Ground


def _said(topic: str, lane: int, *values: bytes) -> list[Outgoing]:
    return [Outgoing(topic, lane, b"key", value, (("h", b"1"), ("none", None))) for value in values]


async def test_everything_stands_in_its_partition_in_order_when_publish_returns(ground: Ground) -> None:
    topic = ground.topics[0]
    values = [b"%d" % n for n in range(50)]
    producer = ground.producer()
    await producer.publish([o for value in values for lane in range(LANES) for o in _said(topic, lane, value)])
    for lane in range(LANES):
        assert await ground.stands((topic, lane)) == values


async def test_key_value_and_headers_arrive_as_they_are(ground: Ground) -> None:
    topic = ground.topics[0]
    await ground.producer().publish([Outgoing(topic, 1, None, None), *_said(topic, 1, b"\xff\x00")])
    member = await ground.member()
    await member.settled(LANES)
    empty, full = await member.polled(2)
    assert (empty.key, empty.value, tuple(empty.headers)) == (None, None, ())
    assert (full.key, full.value, tuple(full.headers)) == (b"key", b"\xff\x00", (("h", b"1"), ("none", None)))
    await member.leave()


async def test_after_a_lost_acknowledgement_a_fresh_producer_says_it_again_in_order(ground: Ground) -> None:
    place = (ground.topics[0], 0)
    producer = ground.producer()
    await producer.publish(_said(*place, b"0"))
    ground.no_acknowledgement(producer)
    with pytest.raises(NotSaid):
        await producer.publish(_said(*place, b"1", b"2"))
    await producer.replace()
    await producer.publish(_said(*place, b"1", b"2"))
    stands = await ground.stands(place)
    first = list(dict.fromkeys(stands))
    assert first == [b"0", b"1", b"2"]
    assert len(stands) > 3


async def test_nothing_to_publish_is_no_work(ground: Ground) -> None:
    await ground.producer().publish([])
    assert await ground.stands((ground.topics[0], 0)) == []
