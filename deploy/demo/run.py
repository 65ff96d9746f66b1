"""The demonstration from start to end: servers, topics, services, waves, tables, invariants."""

import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from contracts.invoices import Invoice
from deploy.demo import comparing, tables
from deploy.demo.bills import largest_groups
from deploy.demo.feeding import Feed
from deploy.demo.ground import NOTHING_YET, require_ground
from deploy.demo.log import folded
from deploy.demo.quiet import Quiet
from deploy.demo.stages import Stage, fed
from deploy.demo.standing import differences, standing
from deploy.demo.watching import Watch
from deploy.documents import archive
from deploy.documents.paper import paper
from deploy.documents.printing import write_pdf
from deploy.installation import LANES, SERVICES, processes
from deploy.installation.processes import Services
from deploy.installation.topics import create_topics
from deploy.installation.trouble import InstallationTrouble
from deploy.local import places, servers
from deploy.local.addresses import Addresses, named
from deploy.sample.bills import payers
from deploy.sample.expected import summary
from deploy.sample.outbound import Wave
from deploy.sample.waves import waves
from deploy.verify import verified
from deploy.verify.report import show
from services.engine.mongo import Client
from services.fulfillment import settings as fulfillment
from services.orders import settings as orders

DATA = places.HOME / "demo"
ISSUER = "Leaseline demonstration"
DATABASES = "leaseline"
ENVIRONMENT = {
    "LEASELINE_TICK_SECONDS": "0",
    "LEASELINE_LANES": str(LANES),
    "LEASELINE_DATABASES": DATABASES,
    "LEASELINE_ZONE": "UTC",
    "LEASELINE_CONFIRMATION_REQUIRED": "no",
    "LEASELINE_ANNOUNCED_ONLY": "no",
    "LEASELINE_SERIAL_PATTERN": "",
    "LEASELINE_DEFAULT_TERM": payers.DEPLOYMENTS_TERM,
    "LEASELINE_BILLING_DAY": str(payers.DEPLOYMENTS_DAY),
    "LEASELINE_ISSUER": ISSUER,
    "LEASELINE_ISSUER_ADDRESS": "",
    "LEASELINE_ISSUER_VAT_ID": "",
    **{number.variable: "" for number in (*orders.NUMBERS, *fulfillment.NUMBERS)},
}
"""What the plan reckons with, whatever the shell's own settings are; a blank one has its default."""


def run(console: Console, *, again: bool, data: Path = DATA) -> int:
    """The whole demonstration. Exit status 0 only if every invariant holds, and all that was said is what the plan says
    (``again``: and nothing changed).

    Raises ``ServersTrouble`` with what to do. Everything that it started is gone afterwards.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    begun = time.monotonic()
    if again and named() is None and not (data / "servers").exists():
        raise InstallationTrouble(NOTHING_YET)
    with (
        console.status("Starting Kafka and MongoDB ..."),
        servers.running(data / "servers", fresh=not again) as addresses,
    ):
        asyncio.run(require_ground(addresses, DATABASES, again=again))
        asyncio.run(create_topics(addresses.kafka, LANES))
        if not again:
            _forget_logs(data / "logs")
        with processes.started(addresses, data / "logs", environment=ENVIRONMENT) as services:
            plan = waves()
            services.until_ready()
            console.print(
                f"Kafka {addresses.kafka}, MongoDB and three services are up after {time.monotonic() - begun:.1f} s."
            )
            return asyncio.run(
                _again(addresses, services, plan, console) if again else _once(addresses, services, plan, data, console)
            )


def _forget_logs(folder: Path) -> None:
    """Those of the last demonstration; nothing else that may lie there."""
    for service in SERVICES:
        (folder / f"{service}.log").unlink(missing_ok=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _once(addresses: Addresses, services: Services, plan: Sequence[Wave], data: Path, console: Console) -> int:
    stages = await _fed(addresses, services, plan, console)
    found = await folded(addresses.kafka, LANES)
    tables.show(found, stages, console)
    planned = comparing.show(found, summary(), console)
    status = await _checked(addresses, console)
    await asyncio.to_thread(_printed, addresses, largest_groups(found), data, console)
    return status if planned else 1


def _printed(addresses: Addresses, invoices: Sequence[Invoice], data: Path, console: Console) -> None:
    """Prints the largest of these invoices, as a person would send it."""
    with console.status("Printing an invoice ..."), archive.opened(addresses.mongo, DATABASES) as kept:
        largest = max(invoices, key=lambda invoice: invoice.lines)
        to = data / f"{largest.number}.pdf"
        write_pdf(paper(largest, kept.lines(largest.number)), ISSUER, to)
    console.print(f"The largest invoice, {largest.number} with {largest.lines:,} lines, is printed: {to}")


async def _fed(addresses: Addresses, services: Services, plan: Sequence[Wave], console: Console) -> tuple[Stage, ...]:
    watch, feed, quiet = Watch(addresses.kafka), Feed(addresses.kafka), Quiet(addresses, DATABASES, services)
    try:
        await watch.start(LANES)
        await feed.start()
        await quiet.start()
        return await fed(plan, feed, watch, quiet, services, console)
    finally:
        await quiet.close()
        await feed.close()
        await watch.close()


async def _again(addresses: Addresses, services: Services, plan: Sequence[Wave], console: Console) -> int:
    mongo: Client = Client(addresses.mongo, tz_aware=True)
    feed, quiet = Feed(addresses.kafka), Quiet(addresses, DATABASES, services)
    await feed.start()
    await quiet.start()
    try:
        with console.status("Feeding the same records again ..."):
            await quiet.reached()
            before = await standing(mongo, DATABASES)
            for wave in plan:
                await feed.send(wave.records)
                await quiet.reached()
    finally:
        await quiet.close()
        await feed.close()
    changed = differences(before, await standing(mongo, DATABASES))
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


async def _checked(addresses: Addresses, console: Console) -> int:
    with console.status("Checking the invariants ..."):
        report = await verified(addresses.kafka, addresses.mongo, DATABASES)
    show(report, console)
    return 0 if report.holds else 1
