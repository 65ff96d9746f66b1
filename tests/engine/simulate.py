"""``python -m tests.engine.simulate --seeds 2000``: the engine under seeds of faults; ``--seed n`` shows one."""

import argparse
import asyncio
from collections.abc import MutableMapping
from typing import Any

import structlog

from tests.engine.simulation.checker import judged
from tests.engine.simulation.loop import LIFE
from tests.engine.simulation.summary import simulated
from tests.engine.simulation.world import experiment


def main() -> int:
    """Exit status 1 if a seed broke a rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with everything that happens in it")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return _one(chosen.seed)
    summary = simulated(chosen.first, chosen.seeds)
    for line in summary.lines():
        print(line)  # noqa: T201
    return 1 if summary.failed else 0


def _one(seed: int) -> int:
    structlog.configure(
        processors=[_shown],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    world = experiment(seed)
    verdict = judged(world)
    print(f"faults: {dict(world.faults.struck)}")  # noqa: T201
    for violation in verdict.violations or ("nothing is wrong",):
        print(violation)  # noqa: T201
    return 1 if verdict.violations else 0


def _shown(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    life = LIFE.get()
    about = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
    return f"{asyncio.get_running_loop().time():9.4f} {life.name if life else 'world':10} {event['event']} {about}"


if __name__ == "__main__":
    raise SystemExit(main())
