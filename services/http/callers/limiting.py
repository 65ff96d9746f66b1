"""How often one caller may ask, and how much at a time: counted in this process, by key."""

from collections import Counter
from collections.abc import Callable
from math import ceil
from time import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from services.http.bounds import Bounds
from services.http.telling.problem import Fault, fault

SOON: Final = "1"


class Limiter:
    """Counts for each caller by its name."""

    def __init__(self, bounds: Bounds) -> None:
        self._item = RateLimitItemPerMinute(bounds.rate)
        self._rate = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._most = bounds.in_flight
        self._open: Counter[str] = Counter()

    async def enter(self, name: str) -> Callable[[], None]:
        """One more request of this caller; what is returned is called when it is over. Raises ``Problem`` (429)."""
        if not await self._rate.hit(self._item, name):
            stats = await self._rate.get_window_stats(self._item, name)
            seconds = max(1, min(60, ceil(stats.reset_time - time())))
            detail = f"at most {self._item.amount:,} a minute"
            raise fault(Fault.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})
        if self._open[name] >= self._most:
            detail = f"at most {self._most:,} at a time"
            raise fault(Fault.TOO_MANY_REQUESTS, detail, headers={"Retry-After": SOON})
        self._open[name] += 1
        return lambda: self._leave(name)

    def _leave(self, name: str) -> None:
        self._open[name] -= 1
        if self._open[name] <= 0:
            del self._open[name]
