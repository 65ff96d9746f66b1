"""The clock port in memory: the loop's time, which may be virtual, and chance that can be repeated."""

import asyncio
from random import Random


class MemoryClock:
    """``ahead`` is what the wall clock shows wrongly, in milliseconds; the monotonic one knows nothing of it."""

    def __init__(self, random: Random, begins: int = 1_700_000_000_000) -> None:
        self.ahead = 0
        self._random = random
        self._begins = begins

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self._begins + self.ahead + int(self.monotonic() * 1000)

    def monotonic(self) -> float:
        """The loop's seconds."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Waits on the loop's time."""
        await asyncio.sleep(seconds)

    def chance(self) -> float:
        """The next number of the seeded sequence."""
        return self._random.random()
