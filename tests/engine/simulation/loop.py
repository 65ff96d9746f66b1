"""An event loop for experiments: no sockets, virtual time, and a seeded hand that picks what runs next.

The same seed gives the same run. Time stands still while anything can run and jumps to the next timer when nothing
can. Every step belongs to a life (a run of a process) or to the world around; a life that has ended runs nothing more,
not even its clean-up, as after ``kill -9``; one that is frozen runs later.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random


@dataclass(eq=False, slots=True)
class Life:
    """One run of a process, from its start to its crash."""

    name: str
    dead: bool = False
    frozen: bool = False
    held_back: list[asyncio.Handle] = field(default_factory=list)
    steps: int = 0


LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


def _calm(_life: Life) -> None:
    """Nothing befalls a process between two steps."""


class SimLoop(asyncio.BaseEventLoop):
    """``between`` is asked before each step of a life; it may end or freeze it."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, random: Random, between: Callable[[Life], None] = _calm) -> None:
        super().__init__()
        self.between = between
        self.steps = 0
        self._random = random
        self._virtual = 0.0
        self.set_exception_handler(lambda _loop, _context: None)  # ended lives leave tasks behind

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual

    def thaw(self, life: Life) -> None:
        """A frozen life goes on."""
        life.frozen = False
        self._ready.extend(life.held_back)
        life.held_back.clear()

    def _run_once(self) -> None:
        ready, timers = self._ready, self._scheduled
        if not ready:
            while timers and timers[0].cancelled():
                heapq.heappop(timers)
            if not timers:
                raise RuntimeError("everybody waits for ever")
            self._virtual = max(self._virtual, timers[0].when())
        while timers and timers[0].when() <= self._virtual:
            ready.append(heapq.heappop(timers))
        if len(ready) > 1:
            ready.rotate(-int(self._random.random() * len(ready)))
        handle = ready.popleft()
        if handle.cancelled():
            return
        life = handle._context.get(LIFE)  # type: ignore[attr-defined]
        if life is not None:
            if not (life.dead or life.frozen):
                self.between(life)
            if life.dead:
                return
            if life.frozen:
                life.held_back.append(handle)
                return
            life.steps += 1
        self.steps += 1
        handle._run()

    def _process_events(self, _events: object) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody is asleep."""
