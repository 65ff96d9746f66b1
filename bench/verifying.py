"""What ``leaseline verify`` takes: seconds and memory over all that a whole flow left in topics and databases.

The services have decided everything before it starts, so that nothing is measured but its own reading and reckoning.
``python -m bench.verifying``
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.apart import run_apart
from bench.contestants import whole_flow
from bench.topics import fresh_topics
from deploy.local import places, processes, servers
from deploy.local.processes import Services
from installation import LANES
from installation.addresses import Addresses
from installation.lag import Lags

DATA: Final = places.HOME / "bench-verifying"


@dataclass(frozen=True, slots=True)
class Verified:
    """So many ``records`` of the topics were read, beside the databases; ``cpu`` are seconds of the process alone, and
    ``megabytes`` its peak.
    """

    records: int
    seconds: float
    cpu: float
    megabytes: float
    summary: str

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


async def all_read(addresses: Addresses, databases: str, services: Services) -> None:
    """Waits until the services have decided all that the topics hold: what is on its way would be waited for."""
    lags = Lags(addresses.kafka, addresses.mongo, databases)
    await lags.start()
    try:
        while (await lags.now()).total > 0:
            services.check()
            await asyncio.sleep(0.2)
    finally:
        await lags.close()


def verifying(addresses: Addresses, databases: str) -> Verified:
    """Runs it as a process of its own. Raises RuntimeError where it finds something broken: what it took then is no
    measure.
    """
    ran = run_apart(("verify", "--json"), addresses, databases)
    report: dict[str, Any] = json.loads(ran.said)
    if ran.status != 0:
        raise RuntimeError(f"leaseline verify ended with status {ran.status}: {report['summary']}")
    records = next(each["count"] for each in report["counts"] if each["what"] == "records read")
    return Verified(records, ran.seconds, ran.cpu, ran.megabytes, report["summary"])


async def _filled(addresses: Addresses, databases: str, orders: int) -> None:
    """Lets the three services decide so many orders with their scans."""
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    with processes.started(addresses, DATA / "logs", environment=environment) as services:
        await asyncio.to_thread(services.until_ready)
        await whole_flow("leaseline", orders, addresses, services, databases)
        await all_read(addresses, databases, services)


def show(found: Verified, console: Console) -> None:
    """One row."""
    table = Table(title="leaseline verify, a process of its own", title_justify="left")
    for column in ("records", "seconds", "records/s", "CPU s", "peak MB"):
        table.add_column(column, justify="right")
    measured = (f"{found.seconds:.1f}", f"{found.rate:,.0f}", f"{found.cpu:.1f}", f"{found.megabytes:.0f}")
    table.add_row(f"{found.records:,}", *measured)
    console.print(table)
    console.print(f"Its report: {found.summary}.")


def main() -> None:
    """Fills servers of its own, then measures."""
    parser = argparse.ArgumentParser(prog="bench.verifying", description=__doc__)
    parser.add_argument("--orders", type=int, default=31_000, help="orders in the topics, 11.6 records each")
    asked = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    databases = f"verifying-{int(time.time())}"
    with servers.running(DATA / "servers", fresh=True) as addresses:
        asyncio.run(_filled(addresses, databases, asked.orders))
        show(verifying(addresses, databases), Console(highlight=False))


if __name__ == "__main__":
    main()
