"""A server that is away: one line when it goes, one a minute, one when it is back, whoever notices it.

Everything that fails because of it is held back meanwhile and counted: each library and each lane would tell the same
in its own words, many times a second. What was complained of is looked into: a server counts as away when it does not
answer a question of our own.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from services.engine.observe.thinning import Thinning

Probe = Callable[[], Awaitable[object]]
ASKED_EVERY: Final = 1.0
"""Seconds from one question to the next, while a server is away."""
UNASKED: Final = 5.0
"""Seconds from one question to the next, while all is well."""
UNASKED_WHY: Final = "it does not answer"
TOLD_EVERY: Final = 60.0
"""Seconds from one line to the next."""
ANSWER: Final = 3.0
"""Seconds that a server has to answer."""


class Outages:
    """Watches servers by name. ``probes`` ask each of them something and raise, or keep silent, when it is away."""

    def __init__(
        self, probes: Mapping[str, Probe], thinning: Thinning, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._probes = probes
        self._thinning = thinning
        self._monotonic = monotonic
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._asked: dict[str, float] = {}
        self._away: set[str] = set()
        self._faltered: dict[str, float] = {}
        self._log = structlog.get_logger("engine")

    async def keep_asking(self) -> None:
        """Asks each server now and then, though nobody complains: one that stands still says nothing either."""
        while True:
            await asyncio.sleep(UNASKED)
            for server in self._probes:
                self.complain(server, UNASKED_WHY)

    @property
    def servers(self) -> tuple[str, ...]:
        """Those that are watched."""
        return tuple(sorted(self._probes))

    def away(self) -> tuple[str, ...]:
        """The servers that do not answer now."""
        return tuple(sorted(self._away))

    def complain(self, server: str, why: str) -> None:
        """Something failed that this server may be the reason of. Never raises, never waits."""
        if server not in self._probes or self._is_watched(server):
            return
        now = self._monotonic()
        if now - self._asked.get(server, -ASKED_EVERY) >= ASKED_EVERY:
            self._asked[server] = now
            self._watching[server] = asyncio.ensure_future(self._watch(server, why))

    def _is_watched(self, server: str) -> bool:
        watching = self._watching.get(server)
        return watching is not None and not watching.done()

    async def close(self) -> None:
        """Watches no longer."""
        for watching in self._watching.values():
            watching.cancel()
        await asyncio.gather(*self._watching.values(), return_exceptions=True)

    async def _watch(self, server: str, why: str) -> None:
        if await self._answers(server):
            self._falters(server, why)
            return
        since = told = self._monotonic()
        self._away.add(server)
        self._log.warning("server.away", server=server, reason=why[:200])
        with self._thinning.held_back(server) as held:
            while not await self._answers(server):
                now = self._monotonic()
                if now - told >= TOLD_EVERY:
                    told = now
                    self._log.warning("server.still_away", server=server, seconds=round(now - since), held_back=held())
                await asyncio.sleep(ASKED_EVERY)
            count = held()
        self._away.discard(server)
        self._log.warning("server.back", server=server, seconds=round(self._monotonic() - since), held_back=count)

    def _falters(self, server: str, why: str) -> None:
        now = self._monotonic()
        if why != UNASKED_WHY and now - self._faltered.get(server, -TOLD_EVERY) >= TOLD_EVERY:
            self._faltered[server] = now
            self._log.warning("server.falters", server=server, reason=why[:200])

    async def _answers(self, server: str) -> bool:
        try:
            async with asyncio.timeout(ANSWER):
                await self._probes[server]()
        except Exception:  # noqa: BLE001 - whatever it is, it is no answer
            return False
        return True
