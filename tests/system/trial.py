"""One installation for all trials of the HTTP side in a module: what each of them does is under names of its own."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2 as httpx
from pymongo import MongoClient

from deploy.local.processes import Process
from installation.addresses import Addresses
from operations.jobs.granting import Wanted, opened_keys
from services.http.callers.scopes import SCOPES
from tests.system import shop
from tests.system.http_doors import Doors
from tests.system.installation import Installation, fresh_topics

ENTRY: Final = "tests.system.trial_entry"
LANES: Final = 8


@dataclass(frozen=True)
class Trial:
    """Services that decide, a variant in the catalog, and an HTTP process at ``port`` that is open to everybody."""

    installation: Installation
    services: list[Process]
    doors: Doors
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self, module: str = ENTRY, **environment: str) -> str:
        """One more HTTP process; its address."""

        async def opened() -> str:
            client = await self.doors.open(module, **environment)
            await client.aclose()
            return str(client.base_url).rstrip("/")

        return asyncio.run(opened())

    def key(self, owner: str) -> str:
        """A new key with every scope."""

        async def granted() -> str:
            at = self.installation.addresses.mongo
            async with opened_keys(at, self.installation.databases) as keys:
                return (await keys.grant(Wanted(owner, owner, tuple(SCOPES)))).text

        return asyncio.run(granted())

    def goes_on(self) -> None:
        """Nothing has ended, and an order is placed as ever."""
        order_id = f"last-{uuid.uuid4().hex[:8]}"
        with httpx.Client(base_url=self.address, timeout=90) as client:
            placed = client.post("/orders", json=shop.order_data(order_id), headers={"Prefer": "wait=30"})
            for _ in range(3):  # behind thousands of others it may take its time
                if placed.status_code == 202:
                    placed = client.post("/orders", json=shop.order_data(order_id), headers={"Prefer": "wait=30"})
        assert placed.status_code in (200, 201), placed.text
        for process in self.services:
            process.check()


@contextmanager
def standing(addresses: Addresses, folder: Path) -> Iterator[Trial]:
    """The installation, from its topics to the end of its databases."""
    databases = f"t{uuid.uuid4().hex[:10]}"
    with ExitStack() as stack:
        asyncio.run(fresh_topics(addresses.kafka, LANES))
        installation = Installation(addresses, databases, folder / "logs", LANES)
        stack.callback(_drop, addresses.mongo, databases)
        stack.callback(installation.stop)
        doors = Doors(installation, folder)
        stack.callback(doors.stop)
        services = installation.start()
        asyncio.run(installation.feed([shop.variant()]))
        services.until_ready()
        trial = Trial(installation, services.processes, doors, 0)
        port = int(trial.open(LEASELINE_HTTP_RATE="10000000").rpartition(":")[2])
        yield Trial(installation, services.processes, doors, port)


def _drop(mongo: str, databases: str) -> None:
    with MongoClient[dict[str, object]](mongo) as client:
        for name in client.list_database_names():
            if name.startswith(databases):
                client.drop_database(name)
