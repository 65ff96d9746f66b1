"""What befalls processes, brokers and databases between any two steps."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from tests.engine.memory.clock import MemoryClock
from tests.engine.memory.database import MemoryDatabase
from tests.engine.memory.group import MemoryGroup
from tests.engine.simulation.faults import Faults
from tests.engine.simulation.loop import Life, SimLoop
from tests.engine.simulation.process import Process

HOOKS: Final = ("weight", "prefetch", "prefetch_related", "decide", "on_batch_end")


class Weather:
    """Strikes before each step of a process, until the faults are off; then everything is set right again.

    ``bad_release`` names the hook that a bad release raises in, if one is out.
    ``crash_at`` is the number of the step at which a process crashes in any case.
    """

    def __init__(
        self,
        loop: SimLoop,
        faults: Faults,
        random: Random,
        processes: Sequence[Process],
        groups: Sequence[MemoryGroup],
        databases: Sequence[MemoryDatabase],
        clock: MemoryClock,
        crash_at: int = -1,
    ) -> None:
        self._left = crash_at
        self.bad_release = ""
        self._loop, self._faults, self._random = loop, faults, random
        self._processes = processes
        self._groups, self._databases, self._clock = groups, databases, clock
        self._kinds: dict[str, Callable[[Life], None]] = {
            "crash": self._crash,
            "freeze": self._freeze,
            "rebalance": lambda _life: self._rebalance(split=False),
            "split": lambda _life: self._rebalance(split=True),
            "fail_over": lambda _life: self._random.choice(self._databases).fail_over(),
            "clock_jump": lambda _life: self._jump(),
            "hole": lambda _life: self._hole(),
            "bad_release": lambda _life: self._release(),
            "lane_stands": lambda _life: self._stand(),
        }
        self._rates = [(kind, faults.rates[kind] * (0.03 if kind == "bad_release" else 1)) for kind in self._kinds]
        self._total = sum(rate for _, rate in self._rates)

    def between(self, life: Life) -> None:
        """Before a step of this life."""
        if self._left >= 0:
            self._left -= 1
            if self._left < 0:
                self._crash(life)
                return
        luck = self._random.random()
        if luck >= self._total or not self._faults.on:
            return
        for kind, rate in self._rates:
            luck -= rate
            if luck < 0:
                self._faults.struck[kind] += 1
                self._kinds[kind](life)
                return

    def settle(self) -> None:
        """The storm is over: who is dead starts again, who is frozen goes on, nobody's lane stays split."""
        self._faults.on = False
        self.bad_release = ""
        for process in self._processes:
            self.revive(process)
            if process.life is not None and process.life.frozen:
                self._loop.thaw(process.life)
        for group in self._groups:
            group.standing.clear()
            if group.split:
                group.rebalance()
        for database in self._databases:
            database.confirm(database.version)

    def revive(self, process: Process) -> None:
        """Starts a process that is dead."""
        if process.life is None:
            process.missed()
            process.start()

    def _crash(self, life: Life) -> None:
        process = next(p for p in self._processes if p.life is life)
        process.crash()
        if self._random.random() < 0.7:
            self._loop.call_later(self._random.random() * 2, process.missed)
        self._loop.call_later(self._random.random() * 3, self.revive, process)

    def _freeze(self, life: Life) -> None:
        life.frozen = True
        group = self._random.choice(self._groups)
        if self._random.random() < 0.5:
            group.rebalance(shift=self._random.randrange(3))
        self._loop.call_later(self._faults.delay() * 3, self._loop.thaw, life)

    def _rebalance(self, *, split: bool) -> None:
        group = self._random.choice(self._groups)
        group.rebalance(shift=self._random.randrange(3), split=split)
        if split:
            self._loop.call_later(self._random.random(), group.rebalance)

    def _jump(self) -> None:
        self._clock.ahead = self._random.choice((0, 3_600_000, -3_600_000, 365 * 86_400_000))

    def _hole(self) -> None:
        log = self._groups[0].log
        log.hole(self._random.choice(log.places()), self._random.randint(1, 3))

    def _stand(self) -> None:
        group = self._random.choice(self._groups)
        lane = self._random.randrange(group.lanes)
        group.standing.add(lane)
        self._loop.call_later(self._faults.delay() * 3, group.standing.discard, lane)

    def _release(self) -> None:
        self.bad_release = self._random.choice(HOOKS)
        self._loop.call_later(self._random.random() * 0.3, self._mended)

    def _mended(self) -> None:
        self.bad_release = ""
