"""`leaseline verify` on a running installation gives no false alarm: what looks wrong is looked at twice."""

import asyncio

from deploy.verify import verified
from tests.system.installation import Installation
from tests.system.load import Load, catalog, the_whole_life

LOOKS = 4


async def test_nothing_is_called_broken_while_everything_moves(installation: Installation) -> None:
    services = installation.start()
    await installation.feed(catalog())
    await installation.until_quiet(services.processes)
    load = Load(installation, the_whole_life())
    running = asyncio.create_task(load.run())
    judged = 0
    for _ in range(LOOKS):
        report = await verified(
            installation.addresses.kafka, installation.addresses.mongo, installation.databases, patience=5.0
        )
        assert report.holds, "\n".join(offender for each in report.invariants for offender in each.offenders)
        judged += sum(each.checked for each in report.invariants)
    assert not running.done(), f"the load of {load.sent} records was over before the looks were"
    assert judged > 0
    load.enough.set()
    await running
    await installation.until_quiet(services.processes)
    await installation.assert_whole()
