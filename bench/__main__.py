"""``python -m bench``: rounds on the same servers; prints ratios, CPU seconds and memory of every process."""

import argparse
import asyncio
import statistics
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import asking, invoicing, verifying
from bench.alone import Alone, alone
from bench.burst import Burst, burst
from bench.contestants import Run, whole_flow
from bench.idle import Idle, idle
from bench.idle import show as show_idle
from bench.latency import Latency, lone_scans
from bench.topics import fresh_topics
from deploy.local import places, processes, servers
from installation import LANES, SERVICES
from installation.addresses import Addresses

OURS, BY_HAND, PLAIN = "leaseline", "by hand", "plain handlers"
MODULES = {OURS: "services.{}.app", BY_HAND: "bench.handwritten {}", PLAIN: "bench.plain {}"}
DATA = places.HOME / "bench"
WARM_UP = 1500
"""Orders before anything is measured: whoever came first would pay for Kafka's compiler."""


def main() -> None:
    """Runs every contestant ``--rounds`` times in turns."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="orders through ours and the loop by hand")
    parser.add_argument("--plain-orders", type=int, default=600, help="orders through the plain handlers")
    parser.add_argument("--payers", type=int, default=10_000, help="small payers of a billing run")
    parser.add_argument("--rounds", type=int, default=3, help="the rates shown are medians of so many")
    asked = parser.parse_args()
    console = Console(highlight=False)
    runs: dict[str, list[Run]] = {OURS: [], BY_HAND: [], PLAIN: []}
    latencies: list[Latency] = []
    each: list[Alone] = []
    bursts: list[Burst] = []
    verified: list[verifying.Verified] = []
    resting: list[Idle] = []
    with servers.running(DATA / "servers", fresh=True) as addresses:
        asyncio.run(_run(BY_HAND, WARM_UP, "warm", addresses, [], [], [], [], warm=True))
        for number in range(asked.rounds):
            for name, found in runs.items():
                count = asked.plain_orders if name == PLAIN else asked.orders
                lone = latencies if number == 0 else []
                run = asyncio.run(_run(name, count, f"b{number}{name[0]}", addresses, lone, each, verified, resting))
                found.append(run)
                console.print(f"{name}: {run.orders:,} orders, {run.units:,} units in {run.seconds:.1f} s")
            bursts.append(asyncio.run(_burst(f"u{number}", addresses)))
        invoiced = [asyncio.run(invoicing.invoicing(shape, addresses)) for shape in invoicing.shapes(asked.payers)]
        asked_for = asyncio.run(asking.asking(addresses, "asking"))
    _show(runs, latencies, each, console)
    _show_bursts(bursts, console)
    invoicing.show(invoiced, console)
    verifying.show(verified[0], console)
    show_idle(resting, console)
    asking.show(asked_for, console)


async def _run(
    name: str,
    count: int,
    databases: str,
    addresses: Addresses,
    latencies: list[Latency],
    each: list[Alone],
    verified: list[verifying.Verified],
    resting: list[Idle],
    *,
    warm: bool = False,
) -> Run:
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    with processes.started(
        addresses, DATA / "logs" / databases, environment=environment, module=MODULES[name]
    ) as services:
        await asyncio.to_thread(services.until_ready)
        run = await whole_flow(name, count, addresses, services, databases)
        if name != PLAIN and not warm:
            latencies.append(await lone_scans(name, addresses.kafka, LANES, f"{databases}-lone-"))
        if name == OURS and not verified:
            await verifying.all_read(addresses, databases, services)
            resting += await idle(services)
    if name == OURS and not verified:  # before a service that reads the same topics alone says everything again
        verified.append(await asyncio.to_thread(verifying.verifying, addresses, databases))
    if name == OURS and not each:
        each += [await alone(service, addresses, DATA / "logs" / "alone", environment) for service in SERVICES]
    return run


async def _burst(databases: str, addresses: Addresses) -> Burst:
    await fresh_topics(addresses.kafka)
    environment = {"LEASELINE_DATABASES": databases, "LEASELINE_TICK_SECONDS": "0", "LEASELINE_LANES": str(LANES)}
    logs, module = DATA / "logs" / databases, MODULES[OURS]
    with processes.started(addresses, logs, environment=environment, module=module) as services:
        await asyncio.to_thread(services.until_ready)
        return await burst(addresses.kafka, LANES, f"{databases}-")


def _show(runs: dict[str, list[Run]], latencies: list[Latency], each: list[Alone], console: Console) -> None:
    rates = {name: statistics.median(run.rate for run in found) for name, found in runs.items()}
    flow = Table(
        title="The whole flow: order, scan, subscription, account; three services at once", title_justify="left"
    )
    for column in ("", "orders/s", "ours is", "CPU us an order", "of it mongod", "of it kafka"):
        flow.add_column(column, justify="right" if column else "left")
    for name, found in runs.items():
        run = found[-1]
        cpu = {cost.name: cost.cpu * 1e6 / run.orders for cost in run.costs}
        flow.add_row(
            name,
            f"{rates[name]:,.0f}",
            f"{rates[OURS] / rates[name]:.2f} x",
            f"{sum(cpu.values()):,.0f}",
            f"{cpu.get('mongod', 0):,.0f}",
            f"{cpu.get('kafka', 0):,.0f}",
        )
    console.print(flow)
    alone_ = Table(title="Each service alone on preloaded topics", title_justify="left")
    for column in ("service", "records", "records/s"):
        alone_.add_column(column, justify="right" if column != "service" else "left")
    for one in each:
        alone_.add_row(one.service, f"{one.records:,}", f"{one.records / one.seconds:,.0f}")
    console.print(alone_)
    lone = Table(title="A lone scan, milliseconds (p50, p99)", title_justify="left")
    for column in ("", "to SubscriptionCreated", "to its billing account"):
        lone.add_column(column, justify="right" if column else "left")
    for latency in latencies:
        lone.add_row(
            latency.name, "{:.1f}, {:.1f}".format(*latency.subscription), "{:.1f}, {:.1f}".format(*latency.account)
        )
    console.print(lone)
    cost_table = Table(title=f"Every process of one run of {OURS} and {BY_HAND}", title_justify="left")
    for column in ("", "process", "CPU s", "MB"):
        cost_table.add_column(column, justify="right" if column in ("CPU s", "MB") else "left")
    for name in (OURS, BY_HAND):
        for cost in runs[name][-1].costs:
            cost_table.add_row(name, cost.name, f"{cost.cpu:.1f}", f"{cost.megabytes:.0f}")
    console.print(cost_table)


def _show_bursts(bursts: list[Burst], console: Console) -> None:
    table = Table(title="A burst: orders and their scans published at full speed", title_justify="left")
    for column in ("orders", "scans", "of them parked", "seconds"):
        table.add_column(column, justify="right")
    for each in bursts:
        share = f"{each.parked / each.scans:.0%}"
        table.add_row(f"{each.orders:,}", f"{each.scans:,}", share, f"{each.seconds:.1f}")
    console.print(table)


if __name__ == "__main__":
    Path(DATA).mkdir(parents=True, exist_ok=True)
    main()
