"""The clock port: the machine's."""

import asyncio
import random
import time


class SystemClock:
    """Time and chance of the machine that we run on."""

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """A random number from 0 to 1."""
        return random.random()  # noqa: S311  for waiting times, not for secrets
