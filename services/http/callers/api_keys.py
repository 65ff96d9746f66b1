"""Who asks with an API key: looked up, remembered for some seconds, its use noted."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo.errors import PyMongoError

from services.http.callers.caller import Caller
from services.http.callers.issued import IssuedKey
from services.http.callers.key import digest, is_key
from services.http.callers.key_store import NOTED_EVERY, KeyStore

REMEMBERED: Final = 20.0
"""Seconds that a look-up counts: a key that was revoked opens nothing any more 30 s later, whoever saw it last."""
MOST: Final = 10_000
"""Look-ups that are remembered, those of keys that nobody made among them."""


@dataclass(slots=True)
class _Seen:
    """A look-up: what was found, until when it counts, when its use was noted (both monotonic seconds)."""

    key: IssuedKey | None
    until: float
    noted: float


class ApiKeys:
    """The keys as one process knows them."""

    def __init__(
        self,
        store: KeyStore,
        now: Callable[[], datetime],
        failed: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``failed`` is told of a use that could not be noted: that is no reason to turn anybody away."""
        self._store = store
        self._now = now
        self._failed = failed
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._noting: set[asyncio.Task[None]] = set()

    async def find(self, text: str) -> Caller | None:
        """Who holds this key; None: nobody, or it opens nothing any more. Raises ``PyMongoError``."""
        if not is_key(text):
            return None
        kept = digest(text)
        seen = self._seen.get(kept)
        if seen is None or self._clock() >= seen.until:
            seen = await self._look_up(kept, seen)
        if seen.key is None or seen.key.state(self._now()) != "live":
            return None
        self._note(kept, seen)
        return seen.key.caller()

    async def _look_up(self, kept: str, before: _Seen | None) -> _Seen:
        begun = self._clock()  # before the question: the answer may be older than its arrival
        found = await self._store.find(kept)
        noted = float("-inf") if before is None else before.noted
        seen = self._seen[kept] = _Seen(found, begun + REMEMBERED, noted)
        self._seen.move_to_end(kept)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return seen

    def _note(self, kept: str, seen: _Seen) -> None:
        if self._clock() - seen.noted >= NOTED_EVERY.total_seconds():
            seen.noted = self._clock()
            task = asyncio.create_task(self._noted(kept))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _noted(self, kept: str) -> None:
        try:
            await self._store.note_use(kept, self._now())
        except PyMongoError as error:
            self._failed(error)

    async def close(self) -> None:
        """Waits for what is being noted."""
        await asyncio.gather(*self._noting, return_exceptions=True)
