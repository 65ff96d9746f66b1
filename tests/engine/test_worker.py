"""The whole engine in memory: what stops it, and what must not."""

import asyncio
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from services.engine import keeper
from services.engine.faults import NotOurs, Stop
from services.engine.kept import revised
from services.engine.lane import Lane
from services.engine.memory.group import MemoryMembership
from services.engine.memory.log import MemoryRecord
from services.engine.message import Message
from services.engine.service import Change, Decision, Desk, Service
from services.engine.taking import take as real_take
from services.engine.worker import MOST_TROUBLE, Worker
from tests.engine.batch import asking
from tests.engine.played import Stage, played
from tests.engine.simulation import mirror, tally
from tests.engine.simulation.process import Parts, Process


async def _stopped(stage: Stage, process: Process, seconds: float = 90.0) -> str:
    await stage.until(lambda: process.stopped, seconds)
    return process.stopped[0]


def test_two_workers_share_the_lanes_and_a_crash_moves_them() -> None:
    async def scene() -> None:
        stage = Stage()
        first, _ = stage.worker(0), stage.worker(1)
        stage.ask()
        await stage.until(lambda: stage.said() == 2)
        first.crash()
        stage.ask()
        first.missed()
        await stage.until(lambda: stage.has_read(2))

    played(scene)


def test_a_batch_that_was_swallowed_is_read_again_even_if_nothing_comes_after_it() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.worker()
        stage.ask()
        await stage.until(lambda: stage.said() == 2)
        swallowed: list[int] = []
        handle = Worker.handle

        async def once(worker: Worker, records: Sequence[MemoryRecord]) -> None:
            if swallowed:
                await handle(worker, records)
            swallowed.append(len(records))

        with patch.object(Worker, "handle", once):
            stage.ask()
            await stage.until(lambda: stage.has_read(2), 5.0)
        assert len(swallowed) == 2

    played(scene)


def test_messages_that_go_wrong_in_a_row_stop_the_service_before_it_empties_the_topic() -> None:
    def decide(_message: Message, _desk: Desk) -> Decision:
        raise ArithmeticError

    async def scene() -> None:
        stage = Stage(service=revised(tally.SERVICE, decide=decide))
        process = stage.worker()
        for _ in range(3 * MOST_TROUBLE):
            stage.ask()
        assert "in a row went wrong" in await _stopped(stage, process)
        assert len(stage.log.read(("tally.dead-letters", 0), 0, 1000)) < MOST_TROUBLE

    played(scene)


def test_facts_of_a_newer_version_stop_the_service_before_they_are_emptied_into_the_dead_letters() -> None:
    async def scene() -> None:
        stage = Stage(service=mirror.SERVICE)
        process = stage.worker()
        for number in range(3 * MOST_TROUBLE):
            newer = asking("Counted", {"counter": "c1", "version": number + 1, "total": {"EUR": 1}, "changes": 1})
            stage.log.append((tally.EVENTS, 0), None, newer)
        why = await _stopped(stage, process)
        assert "Counted, unreadable_data (Counted: total wrong_type)" in why
        assert "in a row went wrong" in why
        assert len(stage.log.read(("mirror.dead-letters", 0), 0, 1000)) < MOST_TROUBLE

    played(scene)


def test_wrong_messages_between_good_ones_stop_nothing() -> None:
    def decide(message: Message, desk: Desk) -> Decision:
        if int(message.id) % 2:
            raise ArithmeticError
        return tally.decide(message, desk)

    async def scene() -> None:
        stage = Stage(service=revised(tally.SERVICE, decide=decide))
        process = stage.worker()
        for _ in range(3 * MOST_TROUBLE):
            stage.ask()
        await stage.until(lambda: stage.has_read(3 * MOST_TROUBLE))
        assert not process.stopped

    played(scene)


def test_a_batch_that_fails_for_ever_stops_the_service() -> None:
    def conclude(_message: Message, _change: Change, _desk: Desk) -> Decision:
        raise ArithmeticError

    async def scene() -> None:
        stage = Stage(service=revised(tally.SERVICE, conclude=conclude))
        process = stage.worker()
        stage.ask()
        assert "batches in a row failed" in await _stopped(stage, process)

    played(scene)


def test_a_topic_made_again_and_grown_past_the_checkpoint_stops_the_service() -> None:
    async def scene() -> None:
        stage = Stage()
        first = stage.worker()
        for _ in range(3):
            stage.ask()
        await stage.until(lambda: stage.has_read(3))
        first.crash()
        first.missed()
        stage.log.made_again(tally.REQUESTS)
        for _ in range(5):
            stage.ask()
        why = await _stopped(stage, stage.worker(1))
        assert "has grown past the checkpoint" in why
        assert f"leaseline topics reset {tally.REQUESTS}" in why

    played(scene)


def test_a_lane_that_stays_split_stops_the_service_but_only_after_a_while() -> None:
    async def scene() -> None:
        stage = Stage(lanes=2)
        first, _ = stage.worker(0), stage.worker(1)
        await asyncio.sleep(1.0)
        stage.group.rebalance(split=True)
        await asyncio.sleep(50.0)
        assert not first.stopped
        assert "stays split between consumers" in await _stopped(stage, first, 20.0)

    played(scene)


def test_a_lane_that_is_split_for_a_moment_goes_on_afterwards() -> None:
    async def scene() -> None:
        stage = Stage(lanes=2)
        first, second = stage.worker(0), stage.worker(1)
        stage.group.rebalance(split=True)
        stage.ask()
        await asyncio.sleep(10.0)
        stage.group.rebalance()
        await asyncio.sleep(90.0)
        assert not first.stopped + second.stopped

    played(scene)


def test_a_commit_to_the_group_that_fails_is_no_doubt_about_the_batch() -> None:
    async def refused(_member: MemoryMembership, _offsets: object) -> None:
        raise NotOurs("commit: the group has moved on")

    async def scene() -> None:
        stage = Stage()
        stage.worker()
        await stage.until(lambda: stage.checkpoint().epoch == 1)
        await asyncio.sleep(1.0)
        with patch.object(MemoryMembership, "commit", refused):
            for _ in range(3):
                stage.ask()
                await asyncio.sleep(1.0)
        assert stage.checkpoint().epoch == 1
        assert stage.said() == 6

    played(scene)


def test_a_partition_that_was_added_while_it_runs_stops_the_service_before_anything_in_it_is_decided() -> None:
    def of_two_lanes(service: Service, _lanes: int, ports: keeper.Ports) -> Worker:
        return Worker(service, 2, ports)

    async def scene() -> None:
        stage = Stage(lanes=3)
        why = await _stopped(stage, stage.worker(parts=Parts(worker=of_two_lanes)), 5.0)
        assert "has 3 partitions, the installation 2 lanes" in why
        assert "leaseline topics create" in why
        assert stage.checkpoint(2).epoch == 0

    played(scene)


def test_a_lane_that_is_long_in_coming_does_not_hold_up_the_others() -> None:
    async def take(lane: int, *world: Any) -> Lane:
        if lane == 0:
            await asyncio.sleep(1000.0)
        return await real_take(lane, *world)

    async def scene() -> None:
        stage = Stage(lanes=2)
        with patch.object(keeper, "take", take):
            stage.worker()
            await stage.until(lambda: stage.checkpoint(1).epoch == 1, 5.0)
            stage.group.rebalance()
            await stage.until(lambda: stage.checkpoint(1).epoch == 2, 5.0)

    played(scene)


def test_what_is_wrong_with_one_lane_for_good_stops_the_service_while_another_is_long_in_coming() -> None:
    async def take(lane: int, *_world: Any) -> Lane:
        if lane == 0:
            await asyncio.sleep(1000.0)
        raise Stop("the log is another one")

    async def scene() -> None:
        stage = Stage(lanes=2)
        with patch.object(keeper, "take", take):
            assert await _stopped(stage, stage.worker(), 5.0) == "the log is another one"

    played(scene)


def test_the_same_message_that_cannot_be_stored_is_tried_no_more_than_it_must() -> None:
    async def scene() -> None:
        stage = Stage()
        process = stage.worker()
        huge = asking("AddRequested", {"counter": "c1", "amount": 1, "note": 2**70})
        stage.log.append((tally.REQUESTS, 0), None, huge)
        stage.ask()
        await stage.until(lambda: stage.has_read(2))
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 10)
        assert dict(letter.headers)["leaseline-reason"] == b"cannot_be_stored"
        assert not process.stopped

    played(scene)


def test_the_five_steps_are_told_in_their_order() -> None:
    steps = ["consumed", "read", "saved", "published", "committed"]
    told: list[str] = []

    async def scene() -> None:
        stage = Stage()
        with patch.object(Worker.__init__, "__defaults__", (told.append,)):
            stage.worker()
        stage.ask()
        await stage.until(lambda: "committed" in told)

    played(scene)
    first = told.index("read") - 1  # what comes before the lane is acquired is let go
    assert told[first : first + len(steps)] == steps
