"""How the watch service keeps out of the way: it rests when somebody else wants the processor.

The lowest priority alone is not enough: what this process asks of Kafka and of the database is done there, at their
priority. While the machine is full it must ask for less (``docs/decisions/0100``).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

SCHEDULED: Final = Path("/proc/self/schedstat")
"""Nanoseconds that the first thread of this process ran, and nanoseconds that it wanted to run and did not."""
WANTED: Final = 0.15
"""The share of the time that it was kept waiting, from which on the machine counts as full: at the lowest priority it
waits whenever another one wants to run.
"""
RESTS: Final = 12.0
"""So many times as long as a batch took it rests then."""
LONGEST: Final = 3.0
"""Seconds of one rest at most: it goes on, however slowly."""


class Courtesy:
    """Tells after each batch how long to rest. Where the system does not say who waits, it never does."""

    def __init__(self, read: Callable[[], str] = SCHEDULED.read_text) -> None:
        self._read = read
        self._before = self._times()

    def rest_after(self, seconds: float) -> float:
        """How long to rest after a batch that took so many seconds."""
        before, now = self._before, self._times()
        self._before = now
        if before is None or now is None:
            return 0.0
        ran, waited = now[0] - before[0], now[1] - before[1]
        full = waited > WANTED * (ran + waited)
        return min(LONGEST, RESTS * seconds) if full else 0.0

    def _times(self) -> tuple[int, int] | None:
        try:
            ran, waited, *_ = map(int, self._read().split())
        except (OSError, ValueError):
            return None
        return ran, waited
