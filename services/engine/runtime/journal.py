"""Writes the incidents of a batch to the log once the batch is saved: one line each, at most so many a minute."""

from collections.abc import Iterable
from typing import Any

from services.engine.core.incident import Incident
from services.engine.runtime.ports import Clock


class Journal:
    """``most`` lines of refusals, waiting requests and senseless records a minute; None: all of them.

    What is left out is counted in a line of its own. A message that should have been decided is always told.
    """

    def __init__(self, log: Any, clock: Clock, most: int | None = None) -> None:
        self._log = log
        self._clock = clock
        self._most = most
        self._began = clock.monotonic()
        self._written = 0
        self._left_out = 0

    def write(self, incidents: Iterable[Incident]) -> None:
        """Tells them in their order."""
        for incident in incidents:
            if incident.counted:
                self._log.error(incident.event, **incident.about)
            elif self._may_write():
                tell = self._log.warning if incident.event == "message.dead_letter" else self._log.info
                tell(incident.event, **incident.about)
            else:
                self._left_out += 1

    def _may_write(self) -> bool:
        if self._most is None:
            return True
        now = self._clock.monotonic()
        if now - self._began >= 60.0:
            if self._left_out:
                self._log.warning("incidents.left_out", count=self._left_out, most_a_minute=self._most)
            self._began, self._written, self._left_out = now, 0, 0
        self._written += 1
        return self._written <= self._most
