"""What several checks look at is asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Asked by the first that wants it, with its own limit in seconds; whoever gives up waiting does not end it."""

    def __init__(self, ask: Callable[[], Awaitable[T]], limit: float) -> None:
        self._ask = ask
        self._limit = limit
        self._task: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """What was answered. Raises what asking raised, to everybody."""
        if self._task is None:
            self._task = asyncio.create_task(self._asked())
        return await asyncio.shield(self._task)

    async def _asked(self) -> T:
        async with asyncio.timeout(self._limit):
            return await self._ask()

    async def ended(self) -> T | None:
        """What it was, once nobody asks any more; None if it was never answered."""
        if self._task is None:
            return None
        self._task.cancel()
        with suppress(BaseException):
            return await self._task
        return None
