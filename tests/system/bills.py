"""Billing runs without an end: there is always one on its way, since the next is asked for before the last ends."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Final

from contracts.messages.invoices import BillingRunRequested
from demo.feeding import Feed
from demo.sample.outbound import Outbound, Sending
from services.engine.adapters.mongo_client import connect
from tests.system.installation import Installation

FIRST: Final = "2018-08"
"""The period of the first: behind those that the sample itself asks for."""
AT_ONCE: Final = 2
"""Runs that are on their way together."""
LOOKED: Final = 0.1
"""Seconds between two looks at how many there are."""
UNDER_WAY: Final = "requests that wait for the end of a billing run"
"""How the report of ``verified`` names a run that it met on its way."""


class Bills:
    """Asks for month after month, each over all payers of then, until ``enough`` is set; ``asked`` counts them."""

    def __init__(self, installation: Installation) -> None:
        self.asked = 0
        self.enough = asyncio.Event()
        self._installation = installation

    async def run(self) -> None:
        """Asks."""
        addresses = self._installation.addresses
        feed, mongo = Feed(addresses.kafka), connect(addresses.mongo)
        runs = mongo[f"{self._installation.databases}_billing"]["runs"]
        await feed.start()
        try:
            for record in _requests():
                await feed.send([record])
                self.asked += 1
                while not self.enough.is_set() and self.asked - await _ended(runs) >= AT_ONCE:
                    await asyncio.sleep(LOOKED)
                if self.enough.is_set():
                    return
        finally:
            await mongo.close()
            await feed.close()


async def _ended(runs: Any) -> int:
    """How many of ours have ended."""
    return int(
        await runs.count_documents({"_id": {"$gte": f"run:{FIRST}"}, "run": {"$gt": 0}, "open": {"$exists": False}})
    )


def _requests() -> Iterator[Outbound]:
    year, month = map(int, FIRST.split("-"))
    while True:
        period = f"{year}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        as_of = date(year, month, 28)  # by then every payer's billing day has come
        body = BillingRunRequested(period=period, as_of=as_of, actor="finance")
        at = datetime.combine(as_of, time(6), UTC)
        yield Sending(BillingRunRequested, f"bills-{period}", "/finance/clock", at, body).outbound()
