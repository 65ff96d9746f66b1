"""Kafka's classes, loaded and linked once and kept: with them Kafka answers after 1.8 s instead of 4.2 s."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from deploy.local import places, ports, runtime
from deploy.local.folder import DataFolder
from deploy.local.kafka import Kafka
from deploy.local.supervisor import Running

WRITING_LIMIT: Final = 120.0
"""Seconds for the JVM to write the cache when it ends; it takes 8."""


def train() -> None:
    """Starts and ends one Kafka on a temporary folder, which also shows that it can run here.

    Does nothing if the cache is there. Raises ServerFailed with the end of Kafka's log. The JVM passes over a
    cache that does not fit (other jars, another JRE), so a stale one does no harm.
    """
    cache = runtime.kafka_cache()
    if cache.exists():
        return
    part = cache.with_suffix(".part")
    with tempfile.TemporaryDirectory(dir=places.RUNTIME, prefix="training-") as scratch:
        asyncio.run(_one_start(DataFolder(Path(scratch)), part))
    if part.exists():  # a JVM that cannot write one is as good, only slower
        part.replace(cache)


async def _one_start(folder: DataFolder, cache: Path) -> None:
    with folder.held(), ports.Holding() as holding:
        running = Running(folder)
        try:
            await running.start(Kafka(folder.kafka, holding.free(), holding.free(), train=cache))
        finally:
            await running.stop(WRITING_LIMIT)
