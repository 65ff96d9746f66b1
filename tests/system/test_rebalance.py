"""Two workers of a service, and lanes that change hands while the load runs: politely, and behind a zombie's back."""

import asyncio
import signal
from pathlib import Path

from deploy.local.processes import Process
from installation import SERVICES
from tests.system.entry import PAUSE
from tests.system.installation import Installation, until
from tests.system.load import Load, catalog, the_whole_life
from tests.system.read_back import duplicates, said

ACQUIRED = '"lane.acquired"'
DECIDED = '"batch.done"'


class Told:
    """What a process tells in its log from now on."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._since = len(self._text())

    def _text(self) -> str:
        return self._process.log.read_text(encoding="utf-8", errors="replace")

    async def until(self, text: str, times: int = 1) -> None:
        """Waits until it has told this so often."""

        async def told() -> bool:
            self._process.check()
            return self._text()[self._since :].count(text) >= times

        await until(told, f"{self._process.service} to tell {text} {times} times")


def _state(process: Process) -> str:
    stat = Path(f"/proc/{process.popen.pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0]


async def _standing_still(process: Process) -> None:
    async def stopped() -> bool:
        process.check()
        return _state(process) == "T"

    await until(stopped, f"{process.service} to stand still")


async def _left(process: Process) -> None:
    process.popen.send_signal(signal.SIGTERM)
    status = await asyncio.to_thread(process.popen.wait)
    assert status == 0, process.log.read_text()[-2000:]


async def _zombie(installation: Installation, other: Process, step: str) -> Process:
    """A worker that stands still at a step until ``other`` has all its lanes, then goes on as if nothing had been."""
    zombie = installation.start_one(other.service, **{PAUSE: step})
    await _standing_still(zombie)
    await Told(other).until(ACQUIRED, installation.lanes)
    told = Told(zombie)
    zombie.popen.send_signal(signal.SIGCONT)
    await told.until(ACQUIRED)
    await told.until(DECIDED)
    await _left(zombie)
    return zombie


async def _come_and_go(installation: Installation, first: Process) -> tuple[Process, str]:
    """The worker that is left in the end, and the log of the one that woke up with an open batch."""
    await Told(first).until(DECIDED)
    second = installation.start_one(first.service)
    await Told(second).until(DECIDED)
    await _left(first)
    overtaken = await _zombie(installation, second, "read:3")
    await _zombie(installation, second, "saved:3")
    return second, overtaken.log.read_text(encoding="utf-8")


async def test_workers_come_and_go_and_some_wake_up_as_zombies_and_everything_is_answered_once(
    installation: Installation,
) -> None:
    services = installation.start()
    await installation.feed(catalog())
    await installation.until_quiet(services.processes)
    load = Load(installation, the_whole_life())
    running = asyncio.create_task(load.run())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_come_and_go(installation, first)) for first in services.processes]
    assert not running.done(), f"the load of {load.sent} records was over too early"
    load.enough.set()
    await running
    await installation.until_quiet(task.result()[0] for task in tasks)
    await installation.assert_whole()
    again = {event.service for event in duplicates(await said(installation.addresses.kafka))}
    assert again == set(SERVICES), "some zombie did not speak again"
    for task in tasks:
        worker, log = task.result()
        # fenced off, or in conflict with what its successor wrote at that moment, and then no longer its lane
        tried = '"batch.doubt"' in log or '"batch.conflict"' in log
        assert tried, f"the zombie of {worker.service} did not try to save under its old epoch"
