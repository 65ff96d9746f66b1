"""``python -m tests.engine.simulate --seeds 2000``: the engine under seeds of faults; ``--seed n`` shows one."""

import argparse

from tests.engine.simulation.showing import one
from tests.engine.simulation.summary import TINY, simulated


def main() -> int:
    """Exit status 1 if a seed broke a rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with everything that happens in it")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return one(chosen.seed, TINY)
    summary = simulated(chosen.first, chosen.seeds)
    for line in summary.lines():
        print(line)  # noqa: T201
    return 1 if summary.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
