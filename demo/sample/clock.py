"""The ticks that the demonstration sets: the workers' own are off, today's would end every contract of 2018.

``as_of`` is civil time only. The waiting clock moves by two minutes at most with each tick: of what waits, only the
orders with an unknown SKU expire, by the last ticks, which are there for them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.messages.clock import ClockPassed, ClockTicked
from demo.sample.lives.lots import NOON_OF_THE_END
from demo.sample.outbound import Carriage, Sending
from installation import LANES

SOURCE: Final = "/demo/clock"
TICKS: Final = (datetime(2018, 10, 1, 12, tzinfo=UTC), datetime(2018, 11, 1, 12, tzinfo=UTC), NOON_OF_THE_END)
LAST: Final = tuple(NOON_OF_THE_END + timedelta(minutes=2 * number) for number in range(1, 7))
"""Twelve minutes of the waiting clock, on the last day: an order with an unknown SKU waits ten."""


def sendings(ticks: Sequence[datetime] = TICKS) -> tuple[Sending, ...]:
    """Every tick for every lane, each into the lane's own partition: what is internal is never passed on."""
    return tuple(sending(lane, as_of, as_of).awaiting(ClockPassed) for as_of in ticks for lane in range(LANES))


def sending(lane: int, as_of: datetime, time: datetime) -> Sending:
    """One tick of one lane, sent at ``time``."""
    body = ClockTicked(lane=lane, as_of=as_of)
    id_ = f"tick-{lane}-{as_of:%Y-%m-%d}" + ("" if as_of.minute == 0 else f"-{as_of:%H-%M}")
    return Sending(ClockTicked, id_, SOURCE, time, body, carriage=Carriage(partition=lane))
