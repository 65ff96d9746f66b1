"""What ``leaseline rebuild billing`` takes: records a second and memory, over a whole flow with a billing run.

The services have decided everything and are stopped before it starts. ``python -m bench.rebuilding``
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.apart import run_apart
from bench.contestants import whole_flow
from bench.topics import fresh_topics
from bench.verifying import all_read
from bench.workload import NOON
from contracts.messages.invoices import BillingRunRequested
from demo.feeding import Feed
from demo.sample.outbound import Sending
from deploy.local import places, processes, servers
from installation import LANES
from installation.addresses import Addresses

DATA: Final = places.HOME / "bench-rebuilding"


@dataclass(frozen=True, slots=True)
class Made:
    """So many ``records`` were read, ``documents`` put there; ``cpu`` are seconds of the process alone, ``megabytes``
    its peak.
    """

    records: int
    documents: int
    seconds: float
    cpu: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def rebuilding(addresses: Addresses, databases: str) -> Made:
    """Runs it as a process of its own, into databases beside. Raises RuntimeError if it is refused."""
    ran = run_apart(("rebuild", "billing", "--into", f"{databases}-anew", "--json"), addresses, databases)
    if ran.status != 0:
        raise RuntimeError(f"leaseline rebuild ended with status {ran.status}")
    made: dict[str, Any] = json.loads(ran.said)
    return Made(made["records"], made["documents"], made["seconds"], ran.cpu, ran.megabytes)


async def _filled(addresses: Addresses, databases: str, orders: int) -> None:
    """Lets the three services decide so many orders with their scans, and a billing run over all payers."""
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    with processes.started(addresses, DATA / "logs", environment=environment) as services:
        await asyncio.to_thread(services.until_ready)
        await whole_flow("leaseline", orders, addresses, services, databases)
        body = BillingRunRequested(period=f"{NOON:%Y-%m}", as_of=date(2018, 7, 1), actor="bench")
        feed = Feed(addresses.kafka)
        await feed.start()
        at = datetime(2018, 7, 1, 6, tzinfo=UTC)
        await feed.send([Sending(BillingRunRequested, "bench-run", "bench", at, body).outbound()])
        await feed.close()
        await all_read(addresses, databases, services)


def show(found: Made, console: Console) -> None:
    """One row."""
    table = Table(title="leaseline rebuild billing, a process of its own", title_justify="left")
    for column in ("records", "documents", "seconds", "records/s", "CPU s", "peak MB"):
        table.add_column(column, justify="right")
    measured = (f"{found.seconds:.1f}", f"{found.rate:,.0f}", f"{found.cpu:.1f}", f"{found.megabytes:.0f}")
    table.add_row(f"{found.records:,}", f"{found.documents:,}", *measured)
    console.print(table)


def main() -> None:
    """Fills servers of its own, then measures."""
    parser = argparse.ArgumentParser(prog="bench.rebuilding", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="orders in the topics")
    asked = parser.parse_args()
    DATA.mkdir(parents=True, exist_ok=True)
    databases = f"rebuilding-{int(time.time())}"
    with servers.running(DATA / "servers", fresh=True) as addresses:
        asyncio.run(_filled(addresses, databases, asked.orders))
        show(rebuilding(addresses, databases), Console(highlight=False))


if __name__ == "__main__":
    main()
