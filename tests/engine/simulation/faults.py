"""Which faults strike, and how often: drawn anew for each seed; some are stormy, and some have one plague."""

import asyncio
from collections import Counter
from random import Random

from tests.engine.memory.database import MemoryDatabase
from tests.engine.memory.fault_injector import FaultInjector

USUAL = {
    "crash": 0.0004,
    "freeze": 0.0004,
    "rebalance": 0.0006,
    "split": 0.0001,
    "fail_over": 0.0003,
    "clock_jump": 0.0002,
    "cut_off": 0.05,
    "hole": 0.002,
    "swallowed": 0.02,
    "bad_release": 0.01,
    "store.read": 0.02,
    "store.end_session.before": 0.02,
    "store.end_session.after": 0.02,
    "store.acquire.before": 0.02,
    "store.acquire.after": 0.02,
    "store.abort_lost": 0.3,
    "store.load": 0.01,
    "store.page": 0.01,
    "store.save.before": 0.01,
    "store.save.after": 0.01,
    "store.conflict": 0.03,
    "store.defect": 0.005,
    "store.commit.before": 0.01,
    "store.commit.late": 0.02,
    "store.commit.after": 0.02,
    "producer.not_written": 0.01,
    "producer.not_acknowledged": 0.01,
    "producer.late": 0.01,
    "consumer.committed": 0.02,
    "consumer.ends": 0.02,
    "consumer.commit.before": 0.02,
    "consumer.commit.after": 0.02,
    "lane_stands": 0.0004,
}
"""Chance of each fault where it may strike; those of a process strike before each of its steps."""


_HOW_OFTEN = (0, 0.3, 1, 1, 3, 8)


class Faults(FaultInjector):
    """``on`` until everything was sent; then it must all come right. ``only``: these, often, and no others."""

    def __init__(self, random: Random, only: tuple[str, ...] = ()) -> None:
        self.on = True
        self.struck: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.tried: dict[tuple[MemoryDatabase, int, str], tuple[int, int, int]] = {}
        """The last batch that somebody wanted to save, by database, lane and topic: epoch, begin, end."""
        self._random = random
        self.rates = {
            fault: usual * random.choice(_HOW_OFTEN if not only else (8,) if fault in only else (0,))
            for fault, usual in USUAL.items()
        }
        self._haste = random.choice((0.0, 0.3, 0.8))

    def strikes(self, fault: str) -> bool:
        """Counts what it lets happen."""
        if self.on and self._random.random() < self.rates[fault]:
            self.struck[fault] += 1
            return True
        return False

    def delay(self) -> float:
        """Mostly soon, now and then when everybody has forgotten."""
        return self._random.choice((0.001, 0.02, 0.2, 2.0)) * self._random.random()

    async def pause(self) -> None:
        """A step, sometimes a long one."""
        if self._random.random() < self._haste:
            await asyncio.sleep(self._random.random() * 0.004)
        else:
            await asyncio.sleep(0)
