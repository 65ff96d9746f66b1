"""The real engine under seeds of faults."""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256

import pytest

from tests.engine.simulation.checker import judged
from tests.engine.simulation.curses import CURSES
from tests.engine.simulation.faults import USUAL
from tests.engine.simulation.summary import portion
from tests.engine.simulation.workload import POISON
from tests.engine.simulation.world import Setup, World, experiment

SEEDS = 2000
AT_A_TIME = 100
UNTIDY = {
    "sent.twice",
    "sent.id_reused",
    "sent.without_key",
    "sent.foreign_partitioner",
    "sent.forged_origin",
    "sent.from_dead_letters",
    "sent.cannot_be_stored",
}

CONSEQUENCES = {"batch.redelivered_in_others", "producer.first_lost"}


@pytest.mark.parametrize("first", range(0, SEEDS, AT_A_TIME))
def test_no_seed_breaks_a_rule(
    first: int, record_property: Callable[[str, object], None], request: pytest.FixtureRequest
) -> None:
    times = 10 if request.config.getoption("--long") else 1
    summary = portion(range(first * times, (first + AT_A_TIME) * times))
    record_property("simulated", summary.as_json())
    assert not summary.failed, "\n".join(summary.lines())


def test_a_crash_at_any_step_of_a_quiet_run_does_no_harm(request: pytest.FixtureRequest) -> None:
    quiet = Setup(only=("none",), messages=8)
    steps = experiment(7, quiet).steps
    duplicates = 0
    for step in range(0, steps, 1 if request.config.getoption("--long") else 7):
        verdict = judged(experiment(7, Setup(only=("none",), messages=8, crash_at=step)))
        assert verdict.violations == (), f"crash at step {step}"
        duplicates += verdict.duplicates
    assert duplicates, "the crashes did not bite"


def _digest(world: World) -> str:
    found = sha256()
    for place in world.log.places():
        for record in world.log.read(place, 0, 1_000_000):
            found.update(repr((record.topic, record.partition, record.offset, record.timestamp, record.value)).encode())
    return found.hexdigest()


@pytest.mark.parametrize("seed", [3, 5])
def test_the_same_seed_gives_the_same_run_in_another_process(seed: int) -> None:
    names = "from tests.engine.simulation.test_simulation import _digest, experiment"
    line = f"{names}; print(_digest(experiment({seed})))"
    other = subprocess.run(
        [sys.executable, "-c", line],
        env={**os.environ, "PYTHONHASHSEED": "17"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.split()[-1] == _digest(experiment(seed))


def test_every_fault_strikes() -> None:
    """A fault that never happens proves nothing."""
    struck = portion(range(100)).faults
    assert USUAL.keys() <= struck.keys()
    cursed = {f"sent.cursed.{hook}" for hook in CURSES.values()}
    assert {f"sent.{reason}" for reason, _ in POISON} | cursed | UNTIDY | CONSEQUENCES <= struck.keys()


def test_the_faults_bite() -> None:
    """A calm world repeats nothing; the stormy one does, or it would prove nothing."""
    calm = [judged(experiment(seed, Setup(only=("none",)))) for seed in range(10)]
    stormy = [judged(experiment(seed)) for seed in range(10)]
    assert sum(verdict.duplicates for verdict in stormy) > sum(verdict.duplicates for verdict in calm)
