"""A start waits for the servers as a running worker does: with a sentence every ten seconds, up to a setting."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from services.engine.core.faults import Doubt, Stop

TOLD_EVERY = 10.0
"""Seconds from one sentence to the next."""
AGAIN = 0.5
"""Seconds from one try to the next."""


class Patience:
    """What is left of the time that a start may wait, over all its tries."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._begun = monotonic()
        self._told: float | None = None

    async def wait(self, fault: Doubt) -> None:
        """Waits a moment before the next try. Raises ``Stop`` when it has waited long enough."""
        now = self._monotonic()
        waited = now - self._begun
        if waited >= self._seconds:
            raise Stop(
                f"{fault}. It was waited for {self._seconds:g} s, as LEASELINE_START_SECONDS says; start the servers, "
                f"then the service again"
            ) from fault
        if self._told is None or now - self._told >= TOLD_EVERY:
            self._told = now
            structlog.get_logger("engine").warning(
                "service.waits", reason=str(fault), waited=round(waited), at_most=round(self._seconds)
            )
        await asyncio.sleep(min(AGAIN, self._seconds - waited))


async def once_they_answer(prepare: Callable[[], Awaitable[None]], patience: Patience) -> None:
    """Prepares, again and again while a server is away. Raises ``Stop`` for whatever waiting does not mend."""
    while True:
        try:
            return await prepare()
        except Doubt as fault:
            await patience.wait(fault)
