"""`leaseline verify` on a running installation gives no false alarm: what looks wrong is looked at twice."""

import asyncio

from operations.verify import Report, verified
from tests.system.bills import UNDER_WAY, Bills
from tests.system.installation import Installation
from tests.system.load import Load, catalog, the_whole_life

MORE = 2
"""Looks at the load alone, after one at it and one at billing runs beside it."""


async def _look(installation: Installation) -> Report:
    at = installation.addresses
    report = await verified(at.kafka, at.mongo, installation.databases, patience=5.0)
    assert report.holds, "\n".join(offender for each in report.invariants for offender in each.offenders)
    return report


async def test_nothing_is_called_broken_while_everything_moves(installation: Installation) -> None:
    services = installation.start()
    await installation.feed(catalog())
    await installation.until_quiet(services.processes)
    load, bills = Load(installation, the_whole_life()), Bills(installation)
    running = asyncio.create_task(load.run())
    reports = [await _look(installation)]
    billing = asyncio.create_task(bills.run())
    reports.append(await _look(installation))
    bills.enough.set()
    reports += [await _look(installation) for _ in range(MORE)]
    assert not running.done(), f"the load of {load.sent} records was over before the looks were"
    assert sum(each.checked for report in reports for each in report.invariants) > 0
    assert any(waiting.what == UNDER_WAY for report in reports for waiting in report.waits), (
        f"no look met a billing run on its way, though {bills.asked} were asked for"
    )
    load.enough.set()
    await asyncio.gather(running, billing)
    await installation.until_quiet(services.processes)
    await installation.assert_whole()
