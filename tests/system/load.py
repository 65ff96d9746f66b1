"""The load: the sample's records side by side, never more on the way than the services can bear."""

import asyncio
from collections.abc import Sequence

from demo.feeding import Feed
from demo.sample.outbound import Outbound
from demo.sample.waves import waves
from installation.lag import Lags
from tests.system.installation import Installation

AT_ONCE = 40
EVERY = 0.2
"""Seconds: so that the load lasts as long as what is done to the services meanwhile."""
ON_THE_WAY = 400
"""Records that were not decided yet, beyond which the load waits."""


def catalog() -> Sequence[Outbound]:
    """What has to be known before the first order."""
    return waves()[0].records


def the_whole_life() -> Sequence[Outbound]:
    """Everything else of the sample but ticks: orders, changes, scans, what is asked of subscriptions, billing runs.
    Each wave is in its order and all are in proportion, so that all three services are busy with everything at once.

    What the sample sends behind the last scan comes here beside the scans, and some of it before: then it waits, or is
    refused, or wins a race that it never had.
    """
    sent = [
        ((number + 0.5) / len(wave.records), record)
        for wave in waves()[1:]
        for number, record in enumerate(wave.records)
        if record.identity is not None and record.partition is None
    ]
    return [record for _, record in sorted(sent, key=lambda each: each[0])]


class Load:
    """Feeds ``records`` until they end or ``enough`` is set; ``sent`` counts them."""

    def __init__(self, installation: Installation, records: Sequence[Outbound]) -> None:
        self.sent = 0
        self.enough = asyncio.Event()
        self._installation = installation
        self._records = records

    async def run(self) -> None:
        """Feeds."""
        addresses = self._installation.addresses
        feed = Feed(addresses.kafka)
        lags = Lags(addresses.kafka, addresses.mongo, self._installation.databases)
        await feed.start()
        await lags.start()
        try:
            while not self.enough.is_set() and self.sent < len(self._records):
                await feed.send(self._records[self.sent : self.sent + AT_ONCE])
                self.sent += AT_ONCE
                await asyncio.sleep(EVERY)
                while not self.enough.is_set() and (await lags.now()).total > ON_THE_WAY:
                    await asyncio.sleep(0.1)
        finally:
            await lags.close()
            await feed.close()
