"""The waiting clock of a lane: moved by ticks, never read from the machine."""

from datetime import datetime, timedelta

from services.engine.core.document import Document
from services.engine.core.service import LaneClock


class LaneFacts(Document):
    """How many facts were said about a lane."""

    version: int = 0


def tick(clock: LaneClock, as_of: datetime, at_most: timedelta) -> LaneClock | None:
    """The clock after a tick; None for one that is not above the last (a repeat).

    The first tick says when it is, not how long anybody has waited. Time in which nobody ran counts ``at_most``.
    """
    if clock.as_of is None:
        return LaneClock(as_of, clock.waited)
    if as_of <= clock.as_of:
        return None
    return LaneClock(as_of, clock.waited + milliseconds(min(as_of - clock.as_of, at_most)))


def milliseconds(time: timedelta) -> int:
    """Whole milliseconds."""
    return time // timedelta(milliseconds=1)
