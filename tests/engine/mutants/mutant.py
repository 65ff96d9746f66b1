"""What a mutant is: the engine with one rule broken, and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

from structlog.testing import capture_logs

from tests.engine.simulation.checker import judged
from tests.engine.simulation.watch import Defect
from tests.engine.simulation.world import Setup, experiment

INJECTED = Defect.__name__
DEFECTS = ("TypeError", "AttributeError", "NameError", "KeyError")
"""What a mutant raises that is put together wrongly: the engine would take it for a message that cannot be decided."""
UNKEEPABLE = "changes"
"""The hook of the one curse whose error is the library's own: a value that no document can keep."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """``rule`` is the number in the design, ``broken`` puts the break into force while it is entered."""

    name: str
    rule: int
    setup: Setup = field(default_factory=Setup)
    broken: Callable[[], AbstractContextManager[object]] = nullcontext
    seeds: int = 1500
    """At most so many seeds until it must have been noticed."""


@dataclass(frozen=True, slots=True)
class Killed:
    """After so many seeds, by this violation; ``seeds`` 0: it survived."""

    seeds: int
    violation: str
    seconds: float
    failures: tuple[str, ...]
    """Errors that the engine met with meanwhile: a mutant that merely does not work proves nothing."""


def hunted(mutant: Mutant, first: int = 0) -> Killed:
    """Runs seeds until the first violation."""
    began = perf_counter()
    with mutant.broken(), capture_logs() as logs:
        for tried in range(mutant.seeds):
            violations = judged(experiment(first + tried, mutant.setup)).violations
            failures = tuple(
                f"{log['error']} {log['where']}" for log in logs if log.get("error") not in (None, INJECTED)
            )
            failures += tuple(
                f"{log['detail']} {log['where']}"
                for log in logs
                if log.get("detail") in DEFECTS and log.get("hook") != UNKEEPABLE
            )
            logs.clear()
            if violations:
                return Killed(tried + 1, violations[0], perf_counter() - began, failures)
    return Killed(0, "", perf_counter() - began, ())
