"""What the engine relies on of a group and its logs."""

import pytest

from services.engine.core.faults import NotOurs
from tests.engine.contract.ground import LANES, Ground


async def test_records_come_in_the_order_of_their_offsets_with_the_brokers_time(ground: Ground) -> None:
    place = (ground.topics[0], 1)
    await ground.write(place, [b"a", b"b", b"c"])
    member = await ground.member()
    await member.settled(LANES)
    records = await member.polled(3)
    assert [(r.offset, r.value) for r in records] == [(0, b"a"), (1, b"b"), (2, b"c")]
    assert {(r.topic, r.partition) for r in records} == {place}
    assert all(r.timestamp > 1_600_000_000_000 for r in records)
    await member.leave()


async def test_a_rewind_brings_the_same_records_again(ground: Ground) -> None:
    place = (ground.topics[0], 0)
    await ground.write(place, [b"a", b"b", b"c"])
    member = await ground.member()
    await member.settled(LANES)
    first = await member.polled(3)
    member.port.seek(place, 1)
    again = await member.polled(2)
    assert [(r.offset, r.timestamp, r.value) for r in again] == [(r.offset, r.timestamp, r.value) for r in first[1:]]
    await member.leave()


async def test_nothing_comes_from_a_paused_partition_until_it_is_resumed(ground: Ground) -> None:
    held, other = (ground.topics[0], 0), (ground.topics[0], 1)
    member = await ground.member()
    await member.settled(LANES)
    member.port.pause([held])
    await ground.write(held, [b"a"])
    await ground.write(other, [b"b"])
    assert [r.value for r in await member.polled(1)] == [b"b"]
    member.port.resume([held])
    assert [r.value for r in await member.polled(1)] == [b"a"]
    await member.leave()


async def test_offsets_that_nobody_sees_leave_a_gap_that_comes_back_the_same(ground: Ground) -> None:
    place = (ground.topics[1], 2)
    await ground.write_with_hole(place, b"a", b"z")
    member = await ground.member()
    await member.settled(LANES)
    records = await member.polled(2)
    assert [r.value for r in records] == [b"a", b"z"]
    behind = records[1].offset
    assert behind > 1
    member.port.seek(place, 1)
    assert [r.offset for r in await member.polled(1)] == [behind]
    begin, end = (await member.port.ends([place]))[place]
    assert begin == 0
    assert end > behind
    await member.leave()


async def test_what_was_committed_is_there_for_the_next_member(ground: Ground) -> None:
    place, untouched = (ground.topics[0], 0), (ground.topics[1], 0)
    await ground.write(place, [b"a", b"b", b"c"])
    first = await ground.member()
    await first.settled(LANES)
    await first.port.commit({place: 2})
    assert await first.port.committed([place, untouched]) == {place: 2, untouched: None}
    await first.leave()
    second = await ground.member()
    await second.settled(LANES)
    assert [r.value for r in await second.polled(1)] == [b"c"]
    await second.leave()


async def test_a_commit_for_a_partition_of_somebody_else_is_refused(ground: Ground) -> None:
    first = await ground.member()
    await first.settled(LANES)
    second = await ground.member()
    await first.settled(2)
    await second.settled(2)
    lost = sorted(second.port.assigned())
    assert not first.port.assigned() & second.port.assigned()
    with pytest.raises(NotOurs):
        await first.port.commit(dict.fromkeys(lost, 0))
    first.port.seek(lost[0], 0)
    first.port.pause(lost)
    first.port.resume(lost)
    await second.leave()
    await first.leave()
