"""A service alone: it reads what a whole flow left in its topics, into a database of its own."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local import processes
from installation.addresses import Addresses
from installation.lag import Lags


@dataclass(frozen=True, slots=True)
class Alone:
    """How many records it read, in how many seconds."""

    service: str
    records: int
    seconds: float


async def alone(service: str, addresses: Addresses, logs: Path, environment: Mapping[str, str]) -> Alone:
    """Starts it with empty databases and waits until it has read all there was."""
    databases = f"alone_{service}"
    with processes.started(
        addresses, logs, services=(service,), environment={**environment, "LEASELINE_DATABASES": databases}
    ) as services:
        lags = Lags(addresses.kafka, addresses.mongo, databases)
        await lags.start()
        try:
            records = (await lags.now()).behind[service]
            await asyncio.to_thread(services.until_ready)
            begun = time.monotonic()
            while (await lags.now()).behind[service] > 0:
                services.check()
                await asyncio.sleep(0.1)
            return Alone(service, records, time.monotonic() - begun)
        finally:
            await lags.close()
