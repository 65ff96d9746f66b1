"""Time as orders tells it, lane by lane: the worker's tick, what it moved, and whose waiting is over.

Rules: ``docs/domain.md`` section 5.
"""

from typing import ClassVar

from contracts.values.words import ClockTime, Whole
from contracts.wire.message import Fact, Internal


class ClockTicked(Internal):
    """A worker's tick for a lane that it owns."""

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    as_of: ClockTime


class ClockPassed(Fact):
    """The waiting clock of a lane, said behind every order placed before it.

    ``as_of`` is the civil time by which contracts end; ``waited`` the waiting clock in milliseconds: it stands
    still while nobody runs.
    """

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    as_of: ClockTime
    waited: Whole


class WaitingDue(Internal):
    """The next page of a lane's requests, and memories of refusals, whose waiting time is over.

    ``waited`` is the waiting clock (ms) of the tick that found them, ``after`` the last document of the page before.
    """

    service: ClassVar[str] = "orders"
    topic: ClassVar[str] = "orders.internal"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("lane", "lane:"),)

    lane: Whole
    waited: Whole
    after: str
