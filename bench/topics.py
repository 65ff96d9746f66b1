"""The topics that a run of the bench starts with."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TOPICS
from installation import LANES
from installation.topics import create_topics


async def fresh_topics(kafka: str) -> None:
    """Every topic of an installation, made anew: a run must not read what another one left."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        there = [topic.name for topic in TOPICS if topic.name in set(await admin.list_topics())]
        if there:
            await admin.delete_topics(there)
            while set(await admin.list_topics()) & set(there):
                await asyncio.sleep(0.1)
    finally:
        await admin.close()
    await create_topics(kafka, LANES)
    await asyncio.sleep(1.0)
