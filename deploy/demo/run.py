"""The demonstration from start to end: servers, topics, services, waves, tables, invariants."""

import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from deploy.demo import tables
from deploy.demo.feeding import Feed
from deploy.demo.log import folded
from deploy.demo.stages import Stage, fed
from deploy.demo.standing import differences, standing
from deploy.demo.watching import Watch
from deploy.installation import LANES, processes
from deploy.installation.lag import Lags
from deploy.installation.processes import Services
from deploy.installation.topics import create_topics
from deploy.installation.trouble import InstallationTrouble
from deploy.local import places, servers
from deploy.local.addresses import Addresses
from deploy.sample.outbound import Wave
from deploy.sample.waves import waves
from deploy.verify import verified
from deploy.verify.report import show
from services.engine.mongo import Client

DATA = places.HOME / "demo"
QUIET_WITHIN = 60.0
ENVIRONMENT = {"LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}


def run(console: Console, *, again: bool, data: Path = DATA) -> int:
    """The whole demonstration. Exit status 0 only if every invariant holds (and, ``again``, nothing changed).

    Raises ``ServersTrouble`` with what to do. Everything that it started is gone afterwards.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    begun = time.monotonic()
    if again and not (data / "servers").exists():
        raise InstallationTrouble("There is nothing to feed again: run the demo once without --again.")
    with (
        console.status("Starting Kafka and MongoDB ..."),
        servers.running(data / "servers", fresh=not again) as addresses,
    ):
        asyncio.run(create_topics(addresses.kafka, LANES))
        with processes.started(addresses, data / "logs", environment=ENVIRONMENT) as services:
            plan = waves()
            services.until_ready()
            console.print(
                f"Kafka {addresses.kafka}, MongoDB and three services are up after {time.monotonic() - begun:.1f} s."
            )
            return asyncio.run(
                _again(addresses, services, plan, console) if again else _once(addresses, services, plan, console)
            )


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _once(addresses: Addresses, services: Services, plan: Sequence[Wave], console: Console) -> int:
    stages = await _fed(addresses, services, plan, console)
    tables.show(await folded(addresses.kafka, LANES), stages, console)
    return await _checked(addresses, console)


async def _fed(addresses: Addresses, services: Services, plan: Sequence[Wave], console: Console) -> tuple[Stage, ...]:
    watch, feed = Watch(addresses.kafka), Feed(addresses.kafka)
    try:
        await watch.start(LANES)
        await feed.start()
        return await fed(plan, feed, watch, services, console)
    finally:
        await feed.close()
        await watch.close()


async def _again(addresses: Addresses, services: Services, plan: Sequence[Wave], console: Console) -> int:
    mongo: Client = Client(addresses.mongo, tz_aware=True)
    feed = Feed(addresses.kafka)
    before = await standing(mongo, "leaseline")
    await feed.start()
    try:
        with console.status("Feeding the same records again ..."):
            for wave in plan:
                await feed.send(wave.records)
                await _until_quiet(addresses, services)
    finally:
        await feed.close()
    changed = differences(before, await standing(mongo, "leaseline"))
    mongo.close()
    records = sum(len(wave.records) for wave in plan)
    for difference in changed:
        console.print(f"[red]changed:[/] {difference}")
    tables.show(await folded(addresses.kafka, LANES), (), console)
    status = await _checked(addresses, console)
    if not changed:
        console.print(
            f"[bold green]{records:,} records fed again: nothing changed.[/] "
            f"{before.documents:,} documents are the same."
        )
    return 1 if changed else status


async def _until_quiet(addresses: Addresses, services: Services) -> None:
    lags = Lags(addresses.kafka, addresses.mongo, "leaseline")
    await lags.start()
    try:
        last, since = -1, time.monotonic()
        while (lag := (await lags.now()).total) > 0:
            services.check()
            if lag != last:
                last, since = lag, time.monotonic()
            elif time.monotonic() - since > QUIET_WITHIN:
                raise InstallationTrouble(f"{lag} records were not read for {QUIET_WITHIN:.0f} s.")
            await asyncio.sleep(0.2)
    finally:
        await lags.close()


async def _checked(addresses: Addresses, console: Console) -> int:
    with console.status("Checking the invariants ..."):
        report = await verified(addresses.kafka, addresses.mongo)
    show(report, console)
    return 0 if report.holds else 1
