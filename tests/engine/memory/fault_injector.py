"""Where things go wrong in the in-memory world. This one is kind: nothing does; the simulator's is not."""

import asyncio


class FaultInjector:
    """Asked at every place where a fault may strike."""

    def strikes(self, _fault: str) -> bool:
        """Whether this fault happens here and now."""
        return False

    def delay(self) -> float:
        """Seconds that something late is late."""
        return 0.01

    async def pause(self) -> None:
        """The way to a server or back: anything may happen elsewhere meanwhile."""
        await asyncio.sleep(0)
