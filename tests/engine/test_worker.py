"""The whole engine in memory: what stops it, and what must not."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.faults import NotOurs, Stop
from services.engine.core.lane import Lane
from services.engine.core.lanes import home
from services.engine.core.message import Message
from services.engine.core.record import Place
from services.engine.core.service import Decision, Emit, NotLoaded, Page, Service, UnitOfWork, Want
from services.engine.core.unit_of_work import Write
from services.engine.runtime import lane_manager
from services.engine.runtime.acquisition import acquire_lane as real_take
from services.engine.runtime.worker import MOST_TROUBLE, Worker
from tests.engine.batch import asking
from tests.engine.memory.group import MemoryMembership
from tests.engine.memory.log import MemoryRecord
from tests.engine.played import Stage, played
from tests.engine.simulation import mirror, tally
from tests.engine.simulation.curses import CURSES, cursed
from tests.engine.simulation.process import Parts, Process
from tests.engine.simulation.watch import WatchedStore, WatchedTransaction


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
    def decide(_message: Message, _desk: UnitOfWork) -> Decision:
        raise ArithmeticError

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, decide=decide))
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


def test_what_an_operator_lets_pass_goes_to_the_dead_letters_and_what_comes_later_counts_again() -> None:
    def newer(number: int) -> bytes:
        return asking("Counted", {"counter": "c1", "version": number + 1, "total": {"EUR": 1}, "changes": 1})

    async def scene() -> None:
        stage = Stage(service=mirror.SERVICE)
        for number in range(50):
            stage.log.append((tally.EVENTS, 0), None, newer(number))
        first = stage.worker()
        await _stopped(stage, first)
        first.missed()
        stage.let_pass({tally.EVENTS: (0, 50)})
        process = stage.worker(1)
        await stage.until(lambda: stage.checkpoint().offsets.get(tally.EVENTS) == 50)
        assert len(stage.log.read(("mirror.dead-letters", 0), 0, 1000)) == 50
        assert not process.stopped
        for number in range(50, 100):
            stage.log.append((tally.EVENTS, 0), None, newer(number))
        assert "in a row went wrong" in await _stopped(stage, process)
        assert stage.checkpoint().passing == {tally.EVENTS: (0, 50)}, "no save takes away what the operator wrote"

    played(scene)


def test_what_an_operator_lets_pass_of_a_former_incarnation_counts() -> None:
    record = MemoryRecord(tally.EVENTS, 0, 7, 1, None, None, ())
    checkpoint = Checkpoint(0, passing={tally.EVENTS: (0, 50)})
    assert checkpoint.lets_pass(record)
    assert not checkpoint.lets_pass(replace(record, offset=50))
    assert not checkpoint.lets_pass(replace(record, topic=tally.REQUESTS))
    assert not replace(checkpoint, incarnations={tally.EVENTS: 1}).lets_pass(record)


def test_wrong_messages_between_good_ones_stop_nothing() -> None:
    def decide(message: Message, work: UnitOfWork) -> Decision:
        if int(message.id) % 2:
            raise ArithmeticError
        return tally.decide(message, work)

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, decide=decide))
        process = stage.worker()
        for _ in range(3 * MOST_TROUBLE):
            stage.ask()
        await stage.until(lambda: stage.has_read(3 * MOST_TROUBLE))
        assert not process.stopped

    played(scene)


@pytest.mark.parametrize(("note", "hook"), CURSES.items(), ids=CURSES.values())
def test_a_message_at_which_a_hook_raises_costs_itself_and_nothing_else(note: int, hook: str) -> None:
    async def scene() -> None:
        stage = Stage(service=cursed(tally.SERVICE))
        process = stage.worker()
        for _ in range(5):
            stage.ask()
        wrong = stage.log.append(
            (tally.REQUESTS, 0),
            None,
            asking("AddRequested", {"counter": "c1", "amount": 100, "note": note}, id="wrong"),
        )
        for _ in range(5):
            stage.ask()
        with capture_logs() as logs:
            await stage.until(lambda: stage.has_read(11), 10.0)
        assert not process.stopped
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 100)
        headers = dict(letter.headers)
        assert headers["leaseline-reason"] == b"cannot_be_decided"
        assert headers["leaseline-offset"] == str(wrong).encode()
        (counter,) = stage.documents("counters").values()
        assert (counter["total"], counter.get("cursed")) == (10, None), "what it changed is undone"
        (told,) = [log for log in logs if log["event"] == "message.dead_letter"]
        assert told["log_level"] == "error"
        assert told["hook"] == {"said": "decide"}.get(hook, hook)
        assert (told["type"], told["subject"], told["id"], told["source"], told["address"]) == (
            *("AddRequested", "c1", "wrong", "shop"),
            f"tally.requests/0/{wrong}",
        )

    played(scene)


@pytest.mark.parametrize("note", CURSES, ids=CURSES.values())
def test_messages_at_which_a_hook_raises_in_a_row_stop_the_service(note: int) -> None:
    async def scene() -> None:
        stage = Stage(service=cursed(tally.SERVICE))
        process = stage.worker()
        for number in range(3 * MOST_TROUBLE):
            data = {"counter": "c1", "amount": 1, "note": note}
            stage.log.append((tally.REQUESTS, 0), None, asking("AddRequested", data, id=str(number)))
        why = await _stopped(stage, process)
        assert "in a row went wrong, the last: AddRequested, cannot_be_decided" in why
        assert "leaseline dead-letters pass tally" in why
        assert len(stage.log.read(("tally.dead-letters", 0), 0, 1000)) < MOST_TROUBLE

    played(scene)


def test_a_type_whose_subject_cannot_be_told_costs_its_record_only() -> None:
    class Nameless(tally.AddRequested):
        def subjects(self) -> tuple[str, ...]:
            raise ArithmeticError

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, reads=(*tally.SERVICE.reads, Nameless)))
        stage.worker()
        stage.log.append((tally.REQUESTS, 0), None, asking("Nameless", {"counter": "c1", "amount": 1}))
        stage.ask()
        await stage.until(lambda: stage.has_read(2), 10.0)
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 100)
        assert dict(letter.headers)["leaseline-detail"] == b"ArithmeticError"

    played(scene)


@pytest.mark.parametrize("wants", [(tally.Counter, "c1"), Page(tally.Token)], ids=["a document", "a page"])
def test_a_decision_that_asks_for_ever_costs_its_message_only(wants: Want) -> None:
    def decide(message: Message, work: UnitOfWork) -> Decision:
        if message.id == "2":
            raise NotLoaded(wants)
        return tally.decide(message, work)

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, decide=decide))
        process = stage.worker()
        for _ in range(3):
            stage.ask()
        await stage.until(lambda: stage.has_read(3), 10.0)
        assert not process.stopped
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 100)
        assert dict(letter.headers)["leaseline-detail"] == b"AsksForEver"

    played(scene)


def test_an_answer_about_nobody_that_cannot_be_put_into_words_costs_its_request_only() -> None:
    class Unsayable(tally.TallyRefused):
        def subjects(self) -> tuple[str, ...]:
            raise ArithmeticError

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, refused=Unsayable))
        process = stage.worker()
        stage.log.append((tally.REQUESTS, 0), None, asking("AddRequested", {"amount": 1}, id="nobody"))
        stage.ask()
        await stage.until(lambda: stage.has_read(2), 10.0)
        assert not process.stopped
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 100)
        assert dict(letter.headers)["leaseline-reason"] == b"cannot_be_decided"

    played(scene)


def test_a_fact_too_large_for_its_readers_is_never_said() -> None:
    def decide(message: Message, work: UnitOfWork) -> Decision:
        if message.id != "2":
            return tally.decide(message, work)
        tokens = tuple(f"t{n:09}" for n in range(60_000))
        return Decision(emits=(Emit(tally.TokensChanged(counter="c1", version=1, tokens=tokens)),))

    async def scene() -> None:
        stage = Stage(service=replace(tally.SERVICE, decide=decide))
        process = stage.worker()
        for _ in range(3):
            stage.ask()
        await stage.until(lambda: stage.has_read(3), 10.0)
        assert not process.stopped
        (letter,) = stage.log.read(("tally.dead-letters", 0), 0, 100)
        assert dict(letter.headers)["leaseline-detail"] == b"TooLargeToSay"

    played(scene)


class _Broken(WatchedTransaction):
    """Fails whenever a checkpoint of lane 0 is saved: a defect of the shell, not of a message."""

    async def save(self, writes: Sequence[Write], checkpoints: Sequence[Checkpoint]) -> None:
        if any(checkpoint.lane == 0 and checkpoint.offsets.get(tally.REQUESTS) for checkpoint in checkpoints):
            raise ArithmeticError
        await super().save(writes, checkpoints)


class _BrokenStore(WatchedStore):
    transactions = _Broken


def test_a_lane_that_fails_for_a_reason_outside_of_a_message_stops_the_service_while_the_others_go_on() -> None:
    async def scene() -> None:
        stage = Stage(lanes=2)
        with capture_logs() as logs:
            process = stage.worker(parts=Parts(store=_BrokenStore))
            there = next(f"c{n}" for n in range(100) if home(f"c{n}", 2) == 1)
            stage.log.append((tally.REQUESTS, 0), None, asking("AddRequested", {"counter": "any", "amount": 1}))
            sent = 0
            while not process.stopped and sent < 1000:
                value = asking("AddRequested", {"counter": there, "amount": 1}, id=str(sent))
                stage.log.append((tally.REQUESTS, 1), None, value)
                sent += 1
                await asyncio.sleep(0.5)
        assert f"lane 0 stands still: batches of tally.requests failed {MOST_TROUBLE} times" in process.stopped[0]
        assert stage.checkpoint(1).offsets[tally.REQUESTS] > sent - 20
        failures = [log for log in logs if log["event"] == "batch.failed"]
        assert [log["times"] for log in failures] == list(range(1, MOST_TROUBLE + 1))

    played(scene)


def test_a_record_that_claims_an_origin_beyond_its_log_swallows_nothing_that_is_passed_on_later() -> None:
    """What comes to lane 1 for lane 0 is passed on to lane 0; somebody forged a record there before."""

    async def scene() -> None:
        stage = Stage(lanes=2)
        stage.worker()
        here = next(f"c{n}" for n in range(100) if home(f"c{n}", 2) == 0)
        forged = (
            f"{tally.REQUESTS}|0|1|5000|1700000000000",
            f"{tally.REQUESTS}|0|7|0|1700000000000",
            f"{tally.REQUESTS}|3|1|0|1700000000000",
            f"{tally.INTERNAL}|0|1|0|1700000000000",
            "orders.requests|0|1|0|1700000000000",
        )
        for number, origin in enumerate(forged):
            value = asking("AddRequested", {"counter": here, "amount": 1000}, id=f"forged-{number}")
            stage.log.append((tally.INTERNAL, 0), None, value, (("leaseline-origin", origin.encode()),))
        await stage.until(lambda: stage.checkpoint().offsets.get(tally.INTERNAL) == len(forged))
        for number in range(3):
            value = asking("AddRequested", {"counter": here, "amount": 1}, id=str(number))
            stage.log.append((tally.REQUESTS, 1), None, value)
        await stage.until(lambda: stage.checkpoint().offsets.get(tally.INTERNAL) == len(forged) + 3)
        assert stage.documents("counters")[here]["total"] == 3
        letters = stage.log.read(("tally.dead-letters", 0), 0, 100)
        assert [dict(letter.headers)["leaseline-reason"] for letter in letters] == [b"false_origin"] * len(forged)
        assert {dict(letter.headers)["leaseline-topic"] for letter in letters} == {tally.INTERNAL.encode()}

    played(scene)


def test_the_broker_is_asked_how_far_a_log_reaches_only_when_nobody_knows() -> None:
    asked: list[int] = []
    real = MemoryMembership.ends

    async def ends(member: MemoryMembership, places: Sequence[Place]) -> Mapping[Place, tuple[int, int]]:
        asked.append(len(places))
        return await real(member, places)

    async def scene() -> None:
        stage = Stage(lanes=2)
        stage.worker()
        await stage.until(lambda: stage.checkpoint(1).epoch == 1)
        await asyncio.sleep(1.0)
        here = next(f"c{n}" for n in range(100) if home(f"c{n}", 2) == 0)
        with patch.object(MemoryMembership, "ends", ends):
            for number in range(20):
                value = asking("AddRequested", {"counter": here, "amount": 1}, id=str(number))
                stage.log.append((tally.REQUESTS, 1), None, value)
            await stage.until(lambda: stage.checkpoint().offsets.get(tally.INTERNAL) == 20)
        assert asked == [], "the worker has read the log itself"

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
    def of_two_lanes(service: Service, _lanes: int, ports: lane_manager.Ports) -> Worker:
        return Worker(service, 2, ports)

    async def scene() -> None:
        stage = Stage(lanes=3)
        why = await _stopped(stage, stage.worker(parts=Parts(worker=of_two_lanes)), 5.0)
        assert "has 3 partitions, the installation 2 lanes" in why
        assert "leaseline topics create" in why
        assert stage.checkpoint(2).epoch == 0

    played(scene)


def test_a_lane_that_is_long_in_coming_does_not_hold_up_the_others() -> None:
    async def acquire_lane(lane: int, *world: Any) -> Lane:
        if lane == 0:
            await asyncio.sleep(1000.0)
        return await real_take(lane, *world)

    async def scene() -> None:
        stage = Stage(lanes=2)
        with patch.object(lane_manager, "acquire_lane", acquire_lane):
            stage.worker()
            await stage.until(lambda: stage.checkpoint(1).epoch == 1, 5.0)
            stage.group.rebalance()
            await stage.until(lambda: stage.checkpoint(1).epoch == 2, 5.0)

    played(scene)


def test_a_lane_whose_acquisition_fails_for_no_known_reason_stops_the_service_after_a_while_and_is_named() -> None:
    async def acquire_lane(lane: int, *world: Any) -> Lane:
        if lane == 0:
            raise ArithmeticError
        return await real_take(lane, *world)

    async def scene() -> None:
        stage = Stage(lanes=2)
        with patch.object(lane_manager, "acquire_lane", acquire_lane):
            process = stage.worker()
            await stage.until(lambda: stage.checkpoint(1).epoch == 1, 5.0)
            assert not process.stopped
            why = await _stopped(stage, process, 200.0)
        assert "lane 0 of tally cannot be acquired: 20 times, the last with ArithmeticError" in why

    played(scene)


def test_what_is_wrong_with_one_lane_for_good_stops_the_service_while_another_is_long_in_coming() -> None:
    async def acquire_lane(lane: int, *_world: Any) -> Lane:
        if lane == 0:
            await asyncio.sleep(1000.0)
        raise Stop("the log is another one")

    async def scene() -> None:
        stage = Stage(lanes=2)
        with patch.object(lane_manager, "acquire_lane", acquire_lane):
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
        with patch.object(Worker.__init__, "__defaults__", (told.append, None)):
            stage.worker()
        stage.ask()
        await stage.until(lambda: "committed" in told)

    played(scene)
    first = told.index("read") - 1  # what comes before the lane is acquired is let go
    assert told[first : first + len(steps)] == steps
