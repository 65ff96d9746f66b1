"""``python -m tests.together.simulate --seeds 500``: the three services at once under seeds of faults; ``--seed n``
shows one.
"""

import argparse

from tests.engine.simulation.showing import one
from tests.engine.simulation.summary import simulated
from tests.together.simulation.trial import THREE


def main() -> int:
    """Exit status 1 if a seed broke a rule."""
    parser = argparse.ArgumentParser(prog="python -m tests.together.simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one, with everything that happens in it")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        return one(chosen.seed, THREE)
    summary = simulated(chosen.first, chosen.seeds, trial=THREE)
    for line in summary.lines():
        print(line)  # noqa: T201
    return 1 if summary.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
