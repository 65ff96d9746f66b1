"""Taking over a lane, step by step."""

import pytest

from services.engine.core.checkpoint import Checkpoint
from services.engine.core.document import replace
from services.engine.core.faults import NotOurs, NotSaid, Stop
from services.engine.core.record import Outgoing
from services.engine.runtime.acquisition import acquire_lane
from tests.engine.memory.fault_injector import FaultInjector
from tests.engine.memory.store import MemoryStore
from tests.engine.played import Stage, played
from tests.engine.simulation.tally import EVENTS, REQUESTS, SERVICE

TOPICS = SERVICE.topics()
SAID = Outgoing(EVENTS, 0, b"k", b"said")


async def _owned(stage: Stage, offset: int = 0, *outgoing: Outgoing) -> MemoryStore:
    """A former owner that has read so far."""
    owner = MemoryStore(stage.database, FaultInjector())
    await _moved(owner, await owner.acquire(0), offset, *outgoing)
    return owner


async def _moved(owner: MemoryStore, was: Checkpoint, offset: int, *outgoing: Outgoing) -> None:
    async with owner.transaction() as transaction:
        now = replace(was, batch=was.batch + 1, offsets={REQUESTS: offset}, outgoing=outgoing)
        await transaction.save((), (now,))
        await transaction.commit()


def test_what_is_stored_is_said_again_and_reading_goes_on_at_the_checkpoint() -> None:
    async def scene() -> None:
        stage = Stage()
        for _ in range(3):
            stage.ask()
        await _owned(stage, 2, SAID)
        lane = await acquire_lane(0, TOPICS, *stage.ports())
        assert (lane.checkpoint.epoch, lane.positions[REQUESTS].expected) == (2, 2)
        assert [record.value for record in stage.log.read((EVENTS, 0), 0, 10)] == [b"said"]

    played(scene)


def test_a_member_that_the_group_has_left_behind_does_not_touch_the_lane() -> None:
    async def scene() -> None:
        stage = Stage()
        await _owned(stage)
        member, store, producer = stage.ports()
        stage.group.rebalance()
        with pytest.raises(NotOurs):
            await acquire_lane(0, TOPICS, member, store, producer)
        assert stage.checkpoint().epoch == 1

    played(scene)


def test_the_former_owners_open_transaction_is_ended() -> None:
    async def scene() -> None:
        stage = Stage()
        owner = await _owned(stage)
        async with owner.transaction() as transaction:
            await transaction.save((), (replace(stage.checkpoint(), batch=2),))
            lane = await acquire_lane(0, TOPICS, *stage.ports())
        assert (lane.checkpoint.epoch, lane.checkpoint.batch) == (2, 1)

    played(scene)


class _LastWord(MemoryStore):
    """The former owner saves once more just before the epoch is raised, and somebody writes to the log."""

    def __init__(self, stage: Stage, owner: MemoryStore) -> None:
        super().__init__(stage.database, FaultInjector())
        self._stage, self._owner = stage, owner

    async def end_session(self, session: bytes) -> None:
        offset = self._stage.ask()
        await _moved(self._owner, self._stage.checkpoint(), offset + 1)
        await super().end_session(session)


def test_a_former_owner_that_reads_on_until_the_epoch_is_raised_is_no_other_log() -> None:
    async def scene() -> None:
        stage = Stage()
        owner = await _owned(stage)
        member, _, producer = stage.ports()
        lane = await acquire_lane(0, TOPICS, member, _LastWord(stage, owner), producer)
        assert lane.positions[REQUESTS].expected == 1

    played(scene)


@pytest.mark.parametrize(("begin", "offset", "why"), [(2, 1, "were deleted"), (0, 9, "made again or truncated")])
def test_a_checkpoint_outside_the_log_stops_the_service_and_names_the_command(
    begin: int, offset: int, why: str
) -> None:
    async def scene() -> None:
        stage = Stage()
        for _ in range(3):
            stage.ask()
        stage.log.forget((REQUESTS, 0), begin)
        await _owned(stage, offset)
        with pytest.raises(Stop, match=f"{why}.*leaseline topics reset {REQUESTS}"):
            await acquire_lane(0, TOPICS, *stage.ports())

    played(scene)


class _Silent(FaultInjector):
    def strikes(self, fault: str) -> bool:
        return fault == "producer.not_written"


def test_a_lane_whose_words_cannot_be_said_is_not_taken() -> None:
    async def scene() -> None:
        stage = Stage()
        await _owned(stage, 0, SAID)
        member, store, producer = stage.ports()
        producer._fortune = _Silent()
        with pytest.raises(NotSaid):
            await acquire_lane(0, TOPICS, member, store, producer)
        assert stage.checkpoint().outgoing == (SAID,)

    played(scene)
