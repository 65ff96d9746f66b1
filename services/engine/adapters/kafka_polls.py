"""How the consumer waits for records: at once when they come, and at rest while none do.

Behind the polls the client asks the broker for every partition, again each time that the broker has waited as long as
it may; each answer names all of them, and reading it is nearly all that an idle service does. The broker answers a
record at once, however long it may wait. But a partition whose records lay unread for 100 ms, since a batch took so
long, is left out of the next question, and what comes there meanwhile waits until that one ends: while records come it
must be short (``docs/decisions/0037``).
"""

import time
from collections.abc import Callable
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.engine.core.record import Record

BUSY: Final = 50
"""Milliseconds that the broker waits for records at most, while some come."""
IDLE: Final = 1_000
"""Milliseconds that it waits while none do."""
IDLE_AFTER: Final = 2.0
"""Seconds without a record after which a service counts as idle."""


def rest_while_idle(
    consumer: AIOKafkaConsumer,
    monotonic: Callable[[], float] = time.monotonic,
    idle: Callable[[], None] = lambda: None,
) -> None:
    """Has the broker wait longer while there are no records. Call it once the consumer runs.

    ``idle`` is called each time that it begins to be idle.
    """
    poll = consumer.getmany
    fetcher = consumer._fetcher  # noqa: SLF001 - the only place where a running consumer keeps how long to wait
    last = monotonic()

    async def getmany(
        *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[Record]]:
        nonlocal last
        found: dict[TopicPartition, list[Record]] = await poll(
            *partitions, timeout_ms=timeout_ms, max_records=max_records
        )
        # Nothing else runs between the poll's end and here: the next question is sent with what is set now.
        now = monotonic()
        if found:
            last = now
        begins = now - last > IDLE_AFTER and fetcher._fetch_max_wait_ms != IDLE  # noqa: SLF001
        fetcher._fetch_max_wait_ms = IDLE if now - last > IDLE_AFTER else BUSY  # noqa: SLF001
        if begins:
            idle()
        return found

    consumer.getmany = getmany
