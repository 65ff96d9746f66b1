"""Once a minute each worker tells each lane that it owns what time it is. A tick that is lost does no harm."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from contracts.values.timestamp import whole_milliseconds
from contracts.wire.encoding import CONTENT_TYPE, encoded
from contracts.wire.message import Body
from services.engine.core.failing import where
from services.engine.core.faults import NotSaid, Stop
from services.engine.core.record import Outgoing
from services.engine.runtime.lane_manager import LaneManager
from services.engine.runtime.ports import Producer


async def tick(
    made: Callable[[int, datetime], Body], lane_manager: LaneManager, producer: Producer, source: str, seconds: float
) -> None:
    """Ticks until it is cancelled. Whatever is not the broker's fault stops the service: without ticks nothing that
    waits, and no contract, would ever end.
    """
    try:
        while True:
            await asyncio.sleep(seconds)
            await _tick(made, lane_manager, producer, source)
    except Exception as error:  # noqa: BLE001 - a defect of our own: stop rather than stand still
        lane_manager.stop(Stop(f"the ticks failed with {type(error).__name__}: {where(error)}."))


async def _tick(
    made: Callable[[int, datetime], Body], lane_manager: LaneManager, producer: Producer, source: str
) -> None:
    if lane_manager.holding:
        return
    now = whole_milliseconds(datetime.now(UTC))
    records = [record_of(made(lane, now), lane, source, now) for lane in sorted(lane_manager.held)]
    try:
        await producer.publish(records)
    except NotSaid:
        await producer.replace()  # the next tick says the same and more


def record_of(body: Body, lane: int, source: str, now: datetime) -> Outgoing:
    """A tick as a record."""
    value = encoded(body, id=uuid4().hex, source=source, time=now)
    return Outgoing(body.topic, lane, body.subjects()[0].encode(), value, (CONTENT_TYPE,))
