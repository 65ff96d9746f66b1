"""Waiting for answers: one look-up for all who wait, often at first, more seldom the longer it takes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from services.engine.core.answer import Answered

SOON: Final = 0.005
"""Seconds until the first look-up: a lane that has nothing else to do answers in about ten."""
BATCH_SOON: Final = 0.02
SELDOM: Final = 0.25
SLOWING: Final = 1.3
MOST_AT_ONCE: Final = 1_000
"""Answers that one look-up asks for."""

LookUp = Callable[[Sequence[str]], Awaitable[Mapping[str, Answered]]]


def ready(found: Answered) -> bool:
    """Whether there is something to tell: an answer, or that it waits for something that may never come. One that
    another service or lane must agree to (an amendment) is still on its way.
    """
    return found.state != "waiting" or found.waits_for is not None


class Waiting:
    """All who wait in this process for answers of one service."""

    def __init__(self, look_up: LookUp, failed: Callable[[Exception], None]) -> None:
        """``failed`` is told of a look-up that did not succeed; the next one follows."""
        self._look_up = look_up
        self._failed = failed
        self._waiting: dict[str, list[asyncio.Future[Answered]]] = {}
        self._delay = SOON
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def wait(self, id: str, seconds: float) -> Answered | None:  # noqa: A002  the answer's own word
        """What was answered within this time; None: nothing yet."""
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(id, []).append(future)
        self._delay = SOON
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            return None
        finally:
            self._leave(id, future)

    async def wait_for_all(self, ids: Sequence[str], seconds: float) -> Mapping[str, Answered]:
        """What was answered of a batch within this time. It asks for itself and is not counted: it takes no place from
        those who wait for one answer.
        """
        found: dict[str, Answered] = {}
        missing, delay = list(ids), BATCH_SOON
        clock = asyncio.get_running_loop().time
        ends = clock() + seconds
        while missing and clock() < ends:
            await asyncio.sleep(min(delay, max(0.0, ends - clock())))
            delay = min(SELDOM, delay * SLOWING)
            try:
                answers = await self._look_up(missing)
            except Exception as error:  # noqa: BLE001 - told, and looked up again
                self._failed(error)
                continue
            found |= {id_: each for id_, each in answers.items() if ready(each)}
            missing = [id_ for id_ in missing if id_ not in found]
        return found

    def _leave(self, id_: str, future: "asyncio.Future[Answered]") -> None:
        waiting = self._waiting.get(id_, [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waiting.pop(id_, None)

    async def _look(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._delay)
            self._delay = min(SELDOM, self._delay * SLOWING)
            ids = list(self._waiting)[:MOST_AT_ONCE]
            try:
                found = await self._look_up(ids)
            except Exception as error:  # noqa: BLE001 - told, and looked up again: who waits must not be left alone
                self._failed(error)
                continue
            for id_ in ids:  # those that were not answered come last in the next turn
                futures = self._waiting.pop(id_, None)
                if futures is None:
                    continue
                answered = found.get(id_)
                if answered is None or not ready(answered):
                    self._waiting[id_] = futures
                    continue
                for future in futures:
                    if not future.done():
                        future.set_result(answered)

    async def close(self) -> None:
        """Whoever still waits hears that there is nothing yet, when its time is over; no look-up follows."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
