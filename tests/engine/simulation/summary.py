"""Many seeds side by side, and what came of them in a few lines."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

from tests.engine.simulation.checker import Verdict, judged
from tests.engine.simulation.world import World, experiment

AT_A_TIME = 25
SHOWN = 10


@dataclass
class Summary:
    """What many seeds gave. ``failed`` holds the violations of each seed that has any."""

    seeds: int = 0
    messages: int = 0
    duplicates: int = 0
    steps: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    module: str = "tests.engine.simulate"
    failed: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def add(self, other: "Summary") -> None:
        """Takes another one in."""
        self.seeds += other.seeds
        self.messages += other.messages
        self.duplicates += other.duplicates
        self.steps += other.steps
        self.seconds += other.seconds
        self.faults += other.faults
        self.failed |= other.failed

    def as_json(self) -> str:
        """For the report of a test."""
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Summary":
        """Back from it."""
        failed = {int(seed): tuple(found) for seed, found in told["failed"].items()}
        return cls(**{**told, "faults": Counter(told["faults"]), "failed": failed})

    def lines(self) -> Iterable[str]:
        """As it is printed."""
        yield (
            f"{self.seeds:,} seeds in {self.seconds:.0f} s: {self.messages:,} messages, "
            f"{sum(self.faults.values()):,} faults, {self.duplicates:,} duplicates on the wire, {self.steps:,} steps, "
            f"{sum(len(found) for found in self.failed.values())} violations in {len(self.failed)} seeds"
        )
        for fault, times in sorted(self.faults.items()):
            yield f"  {fault:28}{times:10,}"
        for seed, found in sorted(self.failed.items())[:SHOWN]:
            yield f"seed {seed}: {'; '.join(found[:3])[:300]}"
            yield f"  again, with everything that happens: python -m {self.module} --seed {seed}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a seed is run with and judged by; ``module`` is what runs one again."""

    module: str = "tests.engine.simulate"
    experiment: Callable[[int], World] = experiment
    judged: Callable[[World], Verdict] = judged


TINY = Trial()
"""The tiny services."""


def simulated(first: int, count: int, workers: int | None = None, trial: Trial = TINY) -> Summary:
    """Runs ``count`` seeds from ``first`` on, on all processors."""
    began = perf_counter()
    total = Summary(module=trial.module)
    portions = [range(at, min(at + AT_A_TIME, first + count)) for at in range(first, first + count, AT_A_TIME)]
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        for done, part in enumerate(pool.map(partial(portion, trial=trial), portions), 1):
            total.add(part)
            if sys.stderr.isatty():
                so_far = f"\r{min(done * AT_A_TIME, count):,} of {count:,} seeds"
                print(so_far, end="", file=sys.stderr, flush=True)  # noqa: T201
    total.seconds = perf_counter() - began
    return total


def portion(seeds: Sequence[int], trial: Trial = TINY) -> Summary:
    """Runs these seeds, one after the other."""
    began = perf_counter()
    part = Summary(module=trial.module)
    for seed in seeds:
        world = trial.experiment(seed)
        verdict = trial.judged(world)
        faults = world.faults.struck + world.workload.untidy
        part.add(Summary(1, len(world.workload.asked), verdict.duplicates, world.steps, 0.0, faults))
        if verdict.violations:
            part.failed[seed] = verdict.violations
    part.seconds = perf_counter() - began
    return part
