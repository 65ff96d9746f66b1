"""A worker while its installation grows: requests wait, everything else is heard, and new lanes wait for old ones."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import bson
import pytest

from services.engine.adapters.mongo_checkpoint import to_document
from services.engine.core.checkpoint import Barrier, Checkpoint
from services.engine.core.faults import Doubt, Stop
from services.engine.core.growing import HELD, MOVING, Growing
from services.engine.core.lanes import home
from services.engine.runtime.holding import keep_looking
from services.engine.runtime.lane_manager import Ports
from services.engine.runtime.worker import Worker
from tests.engine.batch import asking
from tests.engine.memory.store import CHECKPOINTS
from tests.engine.played import Stage, played
from tests.engine.simulation.process import Parts, Process
from tests.engine.simulation.tally import INTERNAL, REQUESTS

LANES = 2
LONG = 30.0
"""Virtual seconds in which anything would have happened that can."""


def _started(stage: Stage, *, held: bool = False) -> tuple[Process, Worker]:
    made: list[Worker] = []

    def make(*arguments: Any) -> Worker:
        worker = Worker(*arguments)
        if held:
            worker.lane_manager.hold(on=True)
        made.append(worker)
        return worker

    process = stage.worker(parts=Parts(worker=make))
    return process, made[0]


def _asked(stage: Stage, lane: int, topic: str = REQUESTS, id_: str = "1") -> None:
    """A request at home in this lane."""
    counter = next(f"c{n}" for n in range(100) if home(f"c{n}", LANES) == lane)
    stage.log.append((topic, lane), None, asking("AddRequested", {"counter": counter, "amount": 1}, id=id_))


def _read(stage: Stage, lane: int, topic: str = REQUESTS) -> int:
    return stage.checkpoint(lane).offsets.get(topic, 0)


def test_requests_wait_while_they_are_held_and_are_read_afterwards() -> None:
    async def scene() -> None:
        stage = Stage()
        _, worker = _started(stage)
        await stage.until(lambda: worker.lane_manager.held)
        worker.lane_manager.hold(on=True)
        stage.ask()
        stage.log.append((INTERNAL, 0), None, b"a record of the internal topic")
        await stage.until(lambda: stage.checkpoint().offsets.get(INTERNAL) == 1)
        await asyncio.sleep(LONG)
        assert not stage.has_read(1)
        worker.lane_manager.hold(on=False)
        await stage.until(lambda: stage.has_read(1))

    played(scene)


def test_a_lane_that_is_acquired_meanwhile_reads_no_requests_either() -> None:
    async def scene() -> None:
        stage = Stage()
        stage.ask()
        _, worker = _started(stage, held=True)
        await stage.until(lambda: worker.lane_manager.held)
        await asyncio.sleep(LONG)
        assert not stage.has_read(1)
        worker.lane_manager.assignment_changed()
        await stage.until(lambda: worker.lane_manager.held)
        await asyncio.sleep(LONG)
        assert not stage.has_read(1)
        worker.lane_manager.hold(on=False)
        await stage.until(lambda: stage.has_read(1))

    played(scene)


def test_a_lane_in_hand_is_settled_without_being_acquired_again() -> None:
    async def scene() -> None:
        stage = Stage()
        _, worker = _started(stage)
        stage.ask()
        await stage.until(lambda: stage.said() == 2)
        before = stage.checkpoint()
        assert before.outgoing
        await worker.settle()
        after = stage.checkpoint()
        assert (after.outgoing, after.offsets, after.bookmarks) == ((), before.offsets, before.bookmarks)
        stage.ask()
        await stage.until(lambda: stage.has_read(2))
        assert stage.checkpoint().epoch == before.epoch

    played(scene)


def test_what_a_worker_that_is_cut_off_may_not_have_said_is_not_settled() -> None:
    """The process ends while it publishes: who acquires the lane next says it."""

    async def scene() -> None:
        stage = Stage()
        _, worker = _started(stage)
        await stage.until(lambda: worker.lane_manager.held)

        async def never(_records: Sequence[object]) -> None:
            await asyncio.Event().wait()

        worker._ports = Ports(worker._ports.consumer, worker._ports.store, cast(Any, _Saying(never)), stage.clock)
        lane = worker.lane_manager.held[0]
        handling = asyncio.create_task(worker.handle([_record(stage)]))
        await stage.until(lambda: lane.checkpoint.outgoing)
        handling.cancel()
        await asyncio.wait([handling])
        await worker.settle()
        assert stage.checkpoint().outgoing

    played(scene)


class _Saying:
    def __init__(self, publish: Any) -> None:
        self.publish = publish


def _record(stage: Stage) -> Any:
    stage.ask()
    return stage.log.read((REQUESTS, 0), 0, 1)[0]


def _added(stage: Stage, lane: int, *barriers: Barrier) -> None:
    checkpoint = to_document(Checkpoint(lane, epoch=1, lanes=LANES, barriers=barriers))
    stage.database.confirm(stage.database.write({(CHECKPOINTS, lane): bson.encode(checkpoint)}))


def test_a_new_lane_reads_requests_once_its_mother_has_read_those_from_before() -> None:
    async def scene() -> None:
        stage = Stage(LANES)
        _added(stage, 1, Barrier(REQUESTS, 0, 0, 1), Barrier(INTERNAL, 1, 0, 1))
        _asked(stage, 1, id_="later")
        _asked(stage, 1, INTERNAL, "earlier")
        _, worker = _started(stage)
        await stage.until(lambda: _read(stage, 1, INTERNAL) == 1)
        await asyncio.sleep(LONG)
        assert _read(stage, 1) == 0, "its own internal topic is not all that must be read"
        _asked(stage, 0, id_="mother")
        await stage.until(lambda: _read(stage, 1) == 1)
        assert worker.lane_manager.held[1].checkpoint.barriers, "they stand for the next owner, who asks again"

    played(scene)


def test_a_new_lane_whose_barriers_are_passed_stays_held_while_requests_are() -> None:
    async def scene() -> None:
        stage = Stage(LANES)
        _added(stage, 1, Barrier(REQUESTS, 0, 0, 1))
        _asked(stage, 0)
        _, worker = _started(stage)
        await stage.until(lambda: _read(stage, 0) == 1)
        worker.lane_manager.hold(on=True)
        _asked(stage, 1)
        await asyncio.sleep(LONG)
        assert _read(stage, 1) == 0
        worker.lane_manager.hold(on=False)
        await stage.until(lambda: _read(stage, 1) == 1)

    played(scene)


def test_a_worker_that_counts_another_number_of_lanes_stops_and_the_lane_stays_as_it_is() -> None:
    async def scene() -> None:
        stage = Stage()
        _added(stage, 0)
        process, _ = _started(stage)
        await stage.until(lambda: process.stopped)
        assert "is one of 2 by now, this worker counts 1" in process.stopped[0]
        assert stage.checkpoint().epoch == 1

    played(scene)


def _looking(answers: Sequence[Growing | Exception | None]) -> list[str]:
    """What a worker does that hears these one after the other."""

    async def scene() -> list[str]:
        stage = Stage()
        _, worker = _started(stage)
        await stage.until(lambda: worker.lane_manager.held)
        found: list[str] = []
        left = list(answers)

        async def agree() -> Growing | None:
            found.append("held" if worker.lane_manager.holding else "reads")
            if not left:
                raise asyncio.CancelledError
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        looking = asyncio.create_task(keep_looking(agree, worker, 0.01))
        await asyncio.wait([looking])
        if worker.lane_manager.stopped is not None:
            found.append(str(worker.lane_manager.stopped))
        return found

    return played(scene)


def test_a_worker_holds_requests_as_long_as_the_note_stands_and_nobody_knowing_changes_nothing() -> None:
    held = Growing(4, 8, HELD)
    assert _looking([None, held, Doubt("away"), held, None]) == ["reads", "reads", "held", "held", "held", "reads"]


@pytest.mark.parametrize("before", [(), (Growing(4, 8, HELD),)])
def test_a_worker_stops_once_lanes_are_moved_or_have_been(before: tuple[Growing, ...]) -> None:
    *_, told = _looking([*before, Stop(Growing(4, 8, MOVING).why_stopped)])
    assert "leaseline lanes grow --to 8" in told


def test_a_defect_of_looking_stops_the_worker_instead_of_letting_it_read_on() -> None:
    *_, told = _looking([ArithmeticError("a name")])
    assert "cannot be known" in told
    assert "a name" not in told
