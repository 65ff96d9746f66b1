"""Runs one contestant through the whole flow: fed as fast as it takes, until every unit stands in a billing account."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import psutil
from aiokafka import AIOKafkaProducer

from bench.workload import Sent, catalog, orders
from deploy.local.processes import Services
from installation.addresses import Addresses
from services.engine.adapters.mongo_client import connect

BEHIND: Final = 1000
"""Scans follow their orders as in life: when fulfillment knows so many later ones, or all there are."""
PATIENCE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process used: CPU seconds, and resident memory at the end in megabytes."""

    name: str
    cpu: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant's run."""

    name: str
    orders: int
    units: int
    seconds: float
    costs: tuple[Cost, ...]

    @property
    def rate(self) -> float:
        """Orders a second through the whole flow."""
        return self.orders / self.seconds


class Processes:
    """The processes whose cost is counted, and what they had used before."""

    def __init__(self, services: Services, addresses: Addresses) -> None:
        named = [(p.service, p.popen.pid) for p in services.processes]
        named += [("mongod", addresses.mongod_pid or 0), ("kafka", addresses.kafka_pid or 0)]
        self._processes = [(name, psutil.Process(pid)) for name, pid in named if pid]
        self._before = {name: self._cpu(process) for name, process in self._processes}

    @staticmethod
    def _cpu(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    def costs(self) -> tuple[Cost, ...]:
        """What they used since then."""
        return tuple(
            Cost(name, self._cpu(process) - self._before[name], process.memory_info().rss / 1e6)
            for name, process in self._processes
        )


async def whole_flow(name: str, count: int, addresses: Addresses, services: Services, databases: str) -> Run:
    """Feeds ``count`` orders with their scans; returns when all units are billed. Raises TimeoutError."""
    todo = list(orders(count, f"{databases}-"))
    units = sum(u for _, _, u in todo)
    producer = AIOKafkaProducer(bootstrap_servers=addresses.kafka, linger_ms=5, max_batch_size=64 * 1024)
    mongo = connect(addresses.mongo)
    accounts, ledgers = mongo[f"{databases}_billing"].accounts, mongo[f"{databases}_fulfillment"].ledgers
    await producer.start()
    try:
        for record in catalog():
            await _send(producer, record)
        await producer.flush()
        await asyncio.sleep(2.0)
        processes = Processes(services, addresses)
        begun = time.monotonic()
        await _feed(todo, producer, ledgers)
        while True:
            active = await accounts.aggregate([{"$group": {"_id": None, "active": {"$sum": "$active"}}}])
            found = await active.to_list(1)
            if found and found[0]["active"] >= units:
                break
            services.check()
            if time.monotonic() - begun > PATIENCE:
                raise TimeoutError(f"{name}: {found} of {units} units billed after {PATIENCE:.0f} s")
            await asyncio.sleep(0.1)
        return Run(name, count, units, time.monotonic() - begun, processes.costs())
    finally:
        await producer.stop()
        await mongo.close()


async def _feed(
    todo: list[tuple[Sent, list[Sent], int]],
    producer: AIOKafkaProducer,
    ledgers: Any,
) -> None:
    waiting: deque[list[Sent]] = deque()
    scanned = 0
    for sent, (order, scans, _) in enumerate(todo, 1):
        await _send(producer, order)
        waiting.append(scans)
        if sent % 200 == 0 or sent == len(todo):
            while True:
                known = await ledgers.estimated_document_count()
                ready = known - (BEHIND if known < len(todo) else 0)
                while waiting and scanned < ready:
                    for scan in waiting.popleft():
                        await _send(producer, scan)
                    scanned += 1
                if sent < len(todo) and sent - scanned < 4 * BEHIND:
                    break
                if not waiting:
                    break
                await asyncio.sleep(0.02)
    await producer.flush()


async def _send(producer: AIOKafkaProducer, record: Sent) -> None:
    await producer.send(record.topic, record.value, record.key)
