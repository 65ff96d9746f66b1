"""The demonstration from start to end: servers, topics, services, waves, tables, invariants."""

import asyncio
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from contracts.messages.invoices import Invoice
from demo import comparing, tables
from demo.bills import largest_groups
from demo.feeding import Feed
from demo.ground import NOTHING_YET, require_ground
from demo.log import folded
from demo.quiet import Quiet
from demo.sample.bills import payers
from demo.sample.expected import summary
from demo.sample.outbound import Wave
from demo.sample.waves import waves
from demo.stages import Stage, fed
from demo.standing import differences, standing
from demo.watching import Watch
from deploy.local import places, processes, servers
from deploy.local.processes import Services
from installation import LANES, SERVICES
from installation.addresses import Addresses, named
from installation.errors import InstallationError
from installation.topics import create_topics
from operations.documents import archive
from operations.documents.paper import paper_read
from operations.terminal.counts import counted
from operations.terminal.screen import Screen
from operations.verify import verified
from operations.verify.report import show
from services.engine.adapters.mongo_client import connect
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


def run(screen: Screen, *, again: bool, data: Path = DATA) -> int:
    """The whole demonstration. Exit status 0 only if every invariant holds, and all that was said is what the plan says
    (``again``: and nothing changed).

    Raises ``MendableError`` with what to do. Everything that it started is gone afterwards.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    begun = time.monotonic()
    if again and named() is None and not (data / "servers").exists():
        raise InstallationError(NOTHING_YET)
    with ExitStack() as stack:
        with screen.working("Starting Kafka, MongoDB and three services ..."):
            addresses = stack.enter_context(servers.running(data / "servers", fresh=not again))
            asyncio.run(require_ground(addresses, DATABASES, again=again))
            asyncio.run(create_topics(addresses.kafka, LANES))
            if not again:
                _forget_logs(data / "logs")
            services = stack.enter_context(processes.started(addresses, data / "logs", environment=ENVIRONMENT))
            plan = waves()
            services.until_ready()
        screen.say(
            f"Kafka {addresses.kafka}, MongoDB and three services are up after {time.monotonic() - begun:.1f} s."
        )
        if again:
            return asyncio.run(_again(addresses, services, plan, screen))
        return asyncio.run(_once(addresses, services, plan, data, screen))


def _forget_logs(folder: Path) -> None:
    """Those of the last demonstration; nothing else that may lie there."""
    for service in SERVICES:
        (folder / f"{service}.log").unlink(missing_ok=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


async def _once(addresses: Addresses, services: Services, plan: Sequence[Wave], data: Path, screen: Screen) -> int:
    stages = await _fed(addresses, services, plan, screen)
    found = await folded(addresses.kafka, LANES)
    tables.show(found, stages, screen)
    planned = comparing.show(found, summary(), screen)
    status = await _checked(addresses, screen)
    groups = largest_groups(found)
    await _printed(addresses, groups, data, screen)
    for line in next_steps(data, groups[0].payer, named_servers=named() is not None):
        screen.say(line)
    return status if planned else 1


def next_steps(data: Path, payer: str, *, named_servers: bool) -> tuple[str, ...]:
    """The commands that open what was made, each on a line of its own: to be copied as they stand."""
    program = "leaseline" if shutil.which("leaseline") else shown_path(Path(sys.argv[0]).absolute())
    where = "" if named_servers else f" --data {shlex.quote(shown_path(data / 'servers'))}"
    starts = () if named_servers else (f"  {program} servers start{where}",)
    return (
        "What next:",
        *starts,
        f"  {program} invoices list{where}",
        f"  {program} statement {shlex.quote(payer)}{where}",
        f"  {program} assets{where}",
    )


def shown_path(path: Path) -> str:
    """From where the person stands, if it lies there: short enough for a line."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


async def _printed(addresses: Addresses, invoices: Sequence[Invoice], data: Path, screen: Screen) -> None:
    """Prints the largest of these invoices, as a person would send it."""
    from operations.documents.printing import write_pdf  # noqa: PLC0415 - 24 MB that each command would carry

    largest = max(invoices, key=lambda invoice: invoice.lines)
    to = data / f"{largest.number}.pdf"
    with screen.working("Printing an invoice ..."):
        async with archive.opened(addresses.mongo, DATABASES) as kept:
            made = await paper_read(largest, kept.lines(largest.number))
        await asyncio.to_thread(write_pdf, made, ISSUER, to)
    screen.say(
        f"The largest invoice, {largest.number} with {counted(largest.lines, 'line')}, is printed:\n  {shown_path(to)}"
    )


async def _fed(addresses: Addresses, services: Services, plan: Sequence[Wave], screen: Screen) -> tuple[Stage, ...]:
    watch, feed, quiet = Watch(addresses.kafka), Feed(addresses.kafka), Quiet(addresses, DATABASES, services)
    try:
        await watch.start(LANES)
        await feed.start()
        await quiet.start()
        return await fed(plan, feed, watch, quiet, services, screen)
    finally:
        await quiet.close()
        await feed.close()
        await watch.close()


async def _again(addresses: Addresses, services: Services, plan: Sequence[Wave], screen: Screen) -> int:
    feed, quiet = Feed(addresses.kafka), Quiet(addresses, DATABASES, services)
    await feed.start()
    await quiet.start()
    try:
        async with connect(addresses.mongo) as mongo:
            with screen.working("Feeding the same records again ..."):
                await quiet.reached()
                before = await standing(mongo, DATABASES)
                for wave in plan:
                    await feed.send(wave.records)
                    await quiet.reached()
            changed = differences(before, await standing(mongo, DATABASES))
    finally:
        await quiet.close()
        await feed.close()
    records = sum(len(wave.records) for wave in plan)
    for difference in changed:
        screen.say(("changed:", "red"), f" {difference}")
    tables.show(await folded(addresses.kafka, LANES), (), screen)
    status = await _checked(addresses, screen)
    if not changed:
        screen.say(
            (f"{counted(records, 'record')} fed again: nothing changed.", "bold green"),
            f" {counted(before.documents, 'document')} are the same.",
        )
    return 1 if changed else status


async def _checked(addresses: Addresses, screen: Screen) -> int:
    with screen.working("Checking the invariants ..."):
        report = await verified(addresses.kafka, addresses.mongo, DATABASES)
    show(report, screen)
    return 0 if report.holds else 1
