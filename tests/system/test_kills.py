"""kill -9 at each of the five steps, under load: nothing is lost, nothing done twice, what is repeated is the same."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from rich.console import Console
from rich.table import Table

from deploy.local.processes import Process
from installation import SERVICES
from tests.system.conftest import Installing
from tests.system.entry import KILL, STEPS
from tests.system.installation import PATIENCE, Installation, until
from tests.system.load import Load, catalog, the_whole_life
from tests.system.read_back import duplicates, said


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill; ``at`` is when it was noticed, ms."""

    service: str
    step: str
    at: int


async def _killed(installation: Installation, service: str, steps: Sequence[str], kills: list[Killed]) -> Process:
    """Kills the service at each of these steps, starting it again each time; the one that lives on."""
    for step in steps:
        process = installation.start_one(service, **{KILL: step})

        async def ended(process: Process = process) -> bool:
            return process.popen.poll() is not None

        await until(ended, f"{service} to be killed at {step}")
        assert process.popen.returncode == -signal.SIGKILL, process.log.read_text()[-2000:]
        kills.append(Killed(service, step.partition(":")[0], time.time_ns() // 1_000_000))
    return installation.start_one(service)


async def _round(
    installation: Installation, times: int, chance: random.Random, kills: list[Killed]
) -> Counter[tuple[str, str]]:
    """Kills every service ``times`` at each step while the load runs; duplicates by service and last kill."""
    await installation.feed(catalog())
    load = Load(installation, the_whole_life())
    running = asyncio.create_task(load.run())
    mine: list[Killed] = []
    async with asyncio.timeout(PATIENCE * times * len(STEPS)), asyncio.TaskGroup() as group:
        attended = [
            group.create_task(_killed(installation, service, _steps(times, chance), mine)) for service in SERVICES
        ]
    assert not running.done(), f"the load of {load.sent} records was over before the kills were"
    load.enough.set()
    await running
    await installation.until_quiet(task.result() for task in attended)
    await installation.assert_whole()
    kills += mine
    return await _duplicates(installation, mine)


def _steps(times: int, chance: random.Random) -> Sequence[str]:
    steps = [f"{step}:{chance.randint(1, 4)}" for step in STEPS for _ in range(times)]
    chance.shuffle(steps)
    return steps


async def _duplicates(installation: Installation, kills: Sequence[Killed]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for again in duplicates(await said(installation.addresses.kafka)):
        before = [kill for kill in kills if kill.service == again.service and kill.at <= again.at]
        if before:
            last = max(before, key=lambda kill: kill.at)
            found[last.service, last.step] += 1
    return found


def _show(kills: Sequence[Killed], again: Counter[tuple[str, str]]) -> None:
    counts = Counter((kill.service, kill.step) for kill in kills)
    table = Table("killed at", *SERVICES, title="kills (duplicates on the wire afterwards)")
    for step in STEPS:
        table.add_row(step, *(f"{counts[service, step]} ({again[service, step]})" for service in SERVICES))
    Console(width=100).print(table)


async def _kill(installing: Installing, capsys: pytest.CaptureFixture[str], rounds: int) -> None:
    chance = random.Random(rounds)
    kills: list[Killed] = []
    again: Counter[tuple[str, str]] = Counter()
    for _ in range(rounds):
        again += await _round(await installing(), 2, chance, kills)
    with capsys.disabled():
        _show(kills, again)
    assert Counter((kill.service, kill.step) for kill in kills) == {
        (service, step): 2 * rounds for service in SERVICES for step in STEPS
    }
    assert again.total() > 0, "nothing was said twice: the kills did not bite"


async def test_a_service_killed_at_any_step_loses_nothing_and_does_nothing_twice(
    installing: Installing, capsys: pytest.CaptureFixture[str]
) -> None:
    await _kill(installing, capsys, 1)


@pytest.mark.long
async def test_a_service_killed_ten_times_at_every_step_loses_nothing_and_does_nothing_twice(
    installing: Installing, capsys: pytest.CaptureFixture[str]
) -> None:
    await _kill(installing, capsys, 5)
