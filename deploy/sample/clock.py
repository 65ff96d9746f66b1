"""The ticks that the demonstration sets: the workers' own are off, today's would end every contract of 2018.

``as_of`` is civil time only. The waiting clock moves by two minutes at most with each tick: nothing that waits
expires.
"""

from datetime import UTC, datetime
from typing import Final

from contracts.clock import ClockPassed, ClockTicked
from deploy.installation import LANES
from deploy.sample.lives.lots import NOON_OF_THE_END
from deploy.sample.outbound import Carriage, Sending

SOURCE: Final = "/demo/clock"
TICKS: Final = (datetime(2018, 10, 1, 12, tzinfo=UTC), datetime(2018, 11, 1, 12, tzinfo=UTC), NOON_OF_THE_END)


def sendings() -> tuple[Sending, ...]:
    """Every tick for every lane, each into the lane's own partition: what is internal is never passed on."""
    return tuple(sending(lane, as_of, as_of).awaiting(ClockPassed) for as_of in TICKS for lane in range(LANES))


def sending(lane: int, as_of: datetime, time: datetime) -> Sending:
    """One tick of one lane, sent at ``time``."""
    body = ClockTicked(lane=lane, as_of=as_of)
    id_ = f"tick-{lane}-{as_of:%Y-%m-%d}"
    return Sending(ClockTicked, id_, SOURCE, time, body, carriage=Carriage(partition=lane))
