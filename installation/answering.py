"""Whether servers answer now: a process that stands, or an address where nobody listens, does not."""

import asyncio
from typing import Final

import pymongo
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo.errors import PyMongoError

from installation.addresses import Addresses
from services.engine.adapters.mongo_client import connect

WITHIN: Final = 2.0
"""Seconds in which a server must answer."""


def silent_servers(addresses: Addresses) -> tuple[str, ...]:
    """A sentence for each server that does not answer."""
    found = []
    try:
        AdminClient({"bootstrap.servers": addresses.kafka, "log_level": 0}).list_topics(timeout=WITHIN)
    except KafkaException:
        found.append(f"Kafka at {addresses.kafka} does not answer.")
    try:
        asyncio.run(_ping(addresses.mongo))
    except PyMongoError as error:
        found.append(f"MongoDB at {addresses.mongo_shown} does not answer ({type(error).__name__}).")
    return tuple(found)


async def _ping(mongo: str) -> None:
    async with connect(mongo, answer_within=WITHIN) as client:
        with pymongo.timeout(WITHIN):  # one that stands takes what is sent, and says nothing
            await client.admin.command("ping")
