"""The ticks of a worker: what they survive, and what must not end them unnoticed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pytest

from contracts.messages.clock import ClockTicked
from contracts.wire.message import Body
from services.engine.core.faults import NotSaid
from services.engine.core.lane import Lane
from services.engine.core.record import Outgoing
from services.engine.runtime.lane_manager import LaneManager, Ports
from services.engine.runtime.ticking import tick

PATIENCE = 5.0


class Broker:
    """Answers each publication as the next of ``answers`` says, then with nothing."""

    def __init__(self, *answers: Exception | None, replacing: Exception | None = None) -> None:
        self.lanes: list[list[int]] = []
        self.replaced = 0
        self.enough = asyncio.Event()
        self._answers = list(answers)
        self._replacing = replacing

    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.lanes.append([record.lane for record in records])
        answer = self._answers.pop(0) if self._answers else None
        if not self._answers:
            self.enough.set()
        if answer is not None:
            raise answer

    async def replace(self) -> None:
        self.replaced += 1
        if self._replacing is not None:
            raise self._replacing


def keeper_of(*lanes: int) -> LaneManager:
    lane_manager = LaneManager("orders", (), 16, Ports(*cast(Any, (None, None, None, None))))
    lane_manager.held.update({lane: cast(Lane, object()) for lane in lanes})
    return lane_manager


def ticked(lane: int, as_of: datetime) -> Body:
    return ClockTicked(lane=lane, as_of=as_of)


async def test_each_lane_in_hand_is_ticked_and_a_tick_that_was_not_said_is_made_up_for_by_the_next() -> None:
    broker, lane_manager = Broker(NotSaid("away"), None), keeper_of(7, 3)
    ticking = asyncio.create_task(tick(ticked, lane_manager, broker, "leaseline/orders", 0.001))

    async with asyncio.timeout(PATIENCE):
        await broker.enough.wait()
    ticking.cancel()

    assert broker.lanes[:2] == [[3, 7], [3, 7]]
    assert broker.replaced == 1
    assert lane_manager.stopped is None


@pytest.mark.parametrize(
    "broker",
    [Broker(ArithmeticError("a name")), Broker(NotSaid("away"), replacing=ArithmeticError("a name"))],
    ids=["publishing", "replacing"],
)
async def test_whatever_else_ends_the_ticks_stops_the_service_with_a_reason(broker: Broker) -> None:
    lane_manager = keeper_of(0)

    async with asyncio.timeout(PATIENCE):
        await tick(ticked, lane_manager, broker, "leaseline/orders", 0.001)

    stop = await lane_manager.keep()
    assert str(stop).startswith("the ticks failed with ArithmeticError: ")
    assert "test_ticking.py" in str(stop)
    assert "a name" not in str(stop)


async def test_a_tick_that_cannot_be_made_stops_the_service_too() -> None:
    def broken(_lane: int, _as_of: datetime) -> Body:
        raise KeyError("lane")

    lane_manager = keeper_of(0)

    async with asyncio.timeout(PATIENCE):
        await tick(broken, lane_manager, Broker(), "leaseline/orders", 0.001)

    assert "the ticks failed with KeyError" in str(lane_manager.stopped)


async def test_no_lane_is_ticked_while_requests_are_held() -> None:
    """What waits must not expire while nobody may read what it waits for."""
    broker, lane_manager = Broker(None, None), keeper_of(7)
    lane_manager.holding = True
    ticking = asyncio.create_task(tick(ticked, lane_manager, broker, "leaseline/orders", 0.001))
    await asyncio.sleep(0.05)
    assert broker.lanes == []
    lane_manager.holding = False
    async with asyncio.timeout(PATIENCE):
        await broker.enough.wait()
    ticking.cancel()
