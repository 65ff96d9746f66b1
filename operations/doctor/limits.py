"""From when on something is told: thresholds that an operator may set."""

from contracts.values.immutable import Immutable


class Limits(Immutable):
    """The defaults are those of ``docs/operations.md`` section 4. Seconds, if nothing else is said.

    ``unread``: age of the oldest unread record of a lane. ``parked``: of the oldest request that waits. ``change``: of
    the oldest open change of an order. ``clock``: since the waiting clock moved last. ``unanswered``: of the oldest
    request over HTTP of which nobody knows an answer. ``skew``: between two clocks. ``retention_days``: how long topics
    keep records at least. ``dead_hours``: dead letters of so many hours are told. ``records``: so many of the last
    records of all topics are looked at. ``between``: from the first look at what moves to the second. ``within``: the
    whole examination.
    """

    unread: float = 60.0
    parked: float = 24 * 3600.0
    change: float = 300.0
    clock: float = 300.0
    unanswered: float = 300.0
    skew: float = 1.0
    retention_days: float = 14.0
    dead_hours: float = 24.0
    records: int = 5_000
    between: float = 2.0
    within: float = 60.0
