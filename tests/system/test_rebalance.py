"""Two workers of one service, and lanes that change hands while the load runs: politely, and behind a zombie's back."""

import asyncio
import signal

import psutil
import pytest

from deploy.installation import SERVICES
from deploy.installation.processes import Process
from tests.system.entry import PAUSE
from tests.system.installation import Installation, until
from tests.system.load import Load, catalog, orders_and_scans
from tests.system.read_back import duplicates, said


async def _saying(process: Process, text: str, since: int = 0) -> None:
    """Waits until the process's log says this, behind its first ``since`` bytes."""

    async def found() -> bool:
        process.check()
        return text in process.log.read_text(encoding="utf-8", errors="replace")[since:]

    await until(found, f"{process.service} to say {text!r}")


async def _standing_still(process: Process) -> None:
    async def stopped() -> bool:
        process.check()
        return psutil.Process(process.popen.pid).status() == psutil.STATUS_STOPPED

    await until(stopped, f"{process.service} to stand still")


async def _without_it(installation: Installation, zombie: Process, other: Process) -> None:
    """Waits until the other worker has all lanes, the zombie's too."""
    since = len(other.log.read_text(encoding="utf-8", errors="replace"))

    async def all_taken() -> bool:
        other.check()
        said_since = other.log.read_text(encoding="utf-8", errors="replace")[since:]
        return said_since.count('"lane.acquired"') >= installation.lanes

    await until(all_taken, f"the lanes of a {zombie.service} that stands still")


@pytest.mark.parametrize("service", SERVICES)
async def test_workers_come_and_go_and_one_wakes_up_as_a_zombie_and_everything_is_answered_once(
    installation: Installation, service: str
) -> None:
    others = [installation.start_one(name) for name in SERVICES if name != service]
    first = installation.start_one(service)
    await installation.feed(catalog())
    await installation.until_quiet([*others, first])
    load = Load(installation, orders_and_scans())
    running = asyncio.create_task(load.run())
    await _saying(first, '"batch.done"')

    second = installation.start_one(service)
    await _saying(second, '"batch.done"')
    first.popen.send_signal(signal.SIGTERM)
    await asyncio.to_thread(first.popen.wait)
    assert first.popen.returncode == 0, first.log.read_text()[-2000:]

    woken = []
    for step in ("read:3", "saved:3"):
        zombie = installation.start_one(service, **{PAUSE: step})
        await _standing_still(zombie)
        await _without_it(installation, zombie, second)
        since = len(zombie.log.read_text(encoding="utf-8", errors="replace"))
        zombie.popen.send_signal(signal.SIGCONT)
        await _saying(zombie, '"lane.acquired"', since)
        woken.append(zombie)

    assert not running.done(), f"the load of {load.sent} records was over too early"
    load.enough.set()
    await running
    await installation.until_quiet([*others, second, *woken])
    await installation.assert_whole()
    assert duplicates(await said(installation.addresses.kafka, service)), "the zombie said nothing again"
    assert '"Fenced"' in woken[0].log.read_text(), "the zombie did not try to save under its old epoch"
