"""``python -m bench.asking``: orders over HTTP, one after another, and many at once, each to its 201."""

import argparse
import asyncio
import json
import socket
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx2 as httpx
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Table

from bench.topics import fresh_topics
from bench.workload import catalog, orders
from deploy.local import places, processes, servers
from installation import LANES
from installation.addresses import Addresses

DATA: Final = places.HOME / "bench"
AT_ONCE: Final = 64
PAUSE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """Milliseconds of a lone ``POST /orders`` to its 201 at the median and p95; how many a second ``AT_ONCE`` clients
    got, and their p95.
    """

    lone: tuple[float, float]
    rate: float
    many: float


async def asking(addresses: Addresses, databases: str, count: int = 2000, lone: int = 300) -> Asked:
    """Runs orders and one HTTP process, and asks it."""
    await fresh_topics(addresses.kafka)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "LEASELINE_DATABASES": databases,
        "LEASELINE_TICK_SECONDS": "0",
        "LEASELINE_LANES": str(LANES),
        "LEASELINE_HTTP_OPEN": "yes",
        "LEASELINE_HTTP_PORT": str(port),
        "LEASELINE_HTTP_RATE": "10000000",
    }
    logs = DATA / "logs" / databases
    with processes.running(addresses, logs, services=("orders",), environment=environment):
        door = processes.started(
            addresses, logs / "http", services=("orders",), environment=environment, module="services.{}.http"
        )
        with door:
            limits = httpx.Limits(max_connections=AT_ONCE)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client:
                await _ready(client)
                await _offer(addresses.kafka)
                bodies = [json.loads(order.value)["data"] for order, _, _ in orders(count + lone, f"{databases}-")]
                taken = [await _ask(client, body, PAUSE) for body in bodies[:lone]]
                begun = time.perf_counter()
                turn = asyncio.Semaphore(AT_ONCE)
                many = await asyncio.gather(*(_in_turn(turn, client, body) for body in bodies[lone:]))
                seconds = time.perf_counter() - begun
    return Asked((_at(taken, 0.5), _at(taken, 0.95)), count / seconds, _at(many, 0.95))


async def _ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def _offer(kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for record in catalog():
        await producer.send(record.topic, record.value, record.key)
    await producer.stop()
    await asyncio.sleep(2.0)


async def _in_turn(turn: asyncio.Semaphore, client: httpx.AsyncClient, body: dict[str, Any]) -> float:
    async with turn:
        return await _ask(client, body, 0.0)


async def _ask(client: httpx.AsyncClient, body: dict[str, Any], pause: float) -> float:
    begun = time.perf_counter()
    answer = await client.post("/orders", json=body, headers={"Prefer": "wait=30"})
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
    await asyncio.sleep(pause)
    return taken


def _at(taken: list[float], share: float) -> float:
    return sorted(taken)[int(len(taken) * share)]


def show(found: Asked, console: Console) -> None:
    """Prints the row."""
    table = Table(title="POST /orders to its 201, milliseconds; orders and one HTTP process", title_justify="left")
    for column in ("alone: p50", "p95", f"{AT_ONCE} at once: orders/s", "p95"):
        table.add_column(column, justify="right")
    table.add_row(f"{found.lone[0]:.1f}", f"{found.lone[1]:.1f}", f"{found.rate:,.0f}", f"{found.many:.0f}")
    console.print(table)


def main() -> None:
    """Starts servers of its own, and measures."""
    parser = argparse.ArgumentParser(prog="bench.asking", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000, help="orders that are asked for at once")
    asked = parser.parse_args()
    with servers.running(DATA / "servers", fresh=True) as addresses:
        show(asyncio.run(asking(addresses, "asking", asked.orders)), Console(highlight=False))


if __name__ == "__main__":
    main()
