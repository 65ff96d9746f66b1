"""One seed with everything that happens in it."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import structlog

from tests.engine.simulation.loop import LIFE
from tests.engine.simulation.summary import Trial


def one(seed: int, trial: Trial) -> int:
    """Prints what its processes log and what is wrong; returns 1 if it broke a rule."""
    structlog.configure(
        processors=[_shown],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    world = trial.experiment(seed)
    verdict = trial.judged(world)
    print(f"faults: {dict(world.faults.struck)}")  # noqa: T201
    for violation in verdict.violations or ("nothing is wrong",):
        print(violation)  # noqa: T201
    return 1 if verdict.violations else 0


def _shown(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    life = LIFE.get()
    about = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
    return f"{asyncio.get_running_loop().time():9.4f} {life.name if life else 'world':10} {event['event']} {about}"
