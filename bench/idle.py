"""What a service costs to which nothing comes: memory that a load has left behind, and CPU time.

The three services take a load, are left alone until they have given memory back, and are then looked at for a while.
Their clock does not tick: what the tick of each minute costs is no part of it. ``python -m bench.idle``
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

from bench.contestants import whole_flow
from bench.peak import peak_megabytes
from bench.topics import fresh_topics
from bench.verifying import all_read
from deploy.local import places, processes, servers
from deploy.local.processes import Services
from installation import LANES
from installation.addresses import Addresses

DATA: Final = places.HOME / "bench-idle"
CALM: Final = 6.0
"""Seconds after the last record: a service counts as idle after two, and collects and trims then."""
LOOKED_AT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Idle:
    """Resident megabytes: at most, under load, and at rest. ``percent`` of a core is what it takes at rest."""

    service: str
    peak: float
    megabytes: float
    percent: float


async def idle(services: Services, seconds: float = LOOKED_AT) -> list[Idle]:
    """Looks at services that have read everything for so many seconds."""
    await asyncio.sleep(CALM)
    watched = [(process.service, psutil.Process(process.popen.pid)) for process in services.processes]
    before, begun = [_cpu(process) for _, process in watched], time.monotonic()
    await asyncio.sleep(seconds)
    services.check()
    passed = time.monotonic() - begun
    return [
        Idle(
            service,
            peak_megabytes(process.pid),
            process.memory_info().rss / 1e6,
            100 * (_cpu(process) - used) / passed,
        )
        for (service, process), used in zip(watched, before, strict=True)
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def show(found: Sequence[Idle], console: Console) -> None:
    """A row for each service."""
    table = Table(title="Each service after the load, while nothing comes", title_justify="left")
    for column in ("service", "peak MB", "MB at rest", "% of a core"):
        table.add_column(column, justify="right" if column != "service" else "left")
    for each in found:
        table.add_row(each.service, f"{each.peak:.0f}", f"{each.megabytes:.0f}", f"{each.percent:.1f}")
    console.print(table)


async def _loaded(addresses: Addresses, orders: int, seconds: float) -> list[Idle]:
    databases = f"idle-{int(time.time())}"
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    with processes.started(addresses, DATA / "logs", environment=environment) as services:
        await asyncio.to_thread(services.until_ready)
        if orders:
            await whole_flow("leaseline", orders, addresses, services, databases)
            await all_read(addresses, databases, services)
        return await idle(services, seconds)


def main() -> None:
    """Loads services on servers of its own, then looks at them."""
    parser = argparse.ArgumentParser(prog="bench.idle", description=__doc__)
    parser.add_argument("--orders", type=int, default=18_600, help="the load: 4.4 subscriptions each; 0: none")
    parser.add_argument("--seconds", type=float, default=LOOKED_AT, help="how long they are looked at")
    asked = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    with servers.running(DATA / "servers", fresh=True) as addresses:
        show(asyncio.run(_loaded(addresses, asked.orders, asked.seconds)), Console(highlight=False))


if __name__ == "__main__":
    main()
