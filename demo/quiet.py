"""Waits until the services have read all that was said, to one another too: nothing is on its way any more."""

import asyncio
import time
from typing import Final

from deploy.local.processes import Services
from installation.addresses import Addresses
from installation.errors import InstallationError
from installation.lag import Lags

WITHIN: Final = 60.0
"""Seconds without any progress after which something is wrong."""
LOOKS: Final = 3
"""So many looks in a row must find nobody behind: what is saved is not yet said, and then read by nobody."""
PAUSE: Final = 0.1


class Quiet:
    """Asks over the same connections, as often as it is needed."""

    def __init__(self, addresses: Addresses, databases: str, services: Services) -> None:
        self._lags = Lags(addresses.kafka, addresses.mongo, databases)
        self._services = services

    async def start(self) -> None:
        """Connects."""
        await self._lags.start()

    async def close(self) -> None:
        """Disconnects."""
        await self._lags.close()

    async def reached(self) -> None:
        """Returns when nobody is behind. Raises ``InstallationError`` if it stays so."""
        last, since, quiet = -1, time.monotonic(), 0
        while quiet < LOOKS:
            self._services.check()
            lag = (await self._lags.now()).total
            quiet = 0 if lag else quiet + 1
            if lag != last:
                last, since = lag, time.monotonic()
            elif lag and time.monotonic() - since > WITHIN:
                raise InstallationError(f"{lag} records were not read for {WITHIN:.0f} s.")
            await asyncio.sleep(PAUSE)
