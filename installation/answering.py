"""Whether servers answer now: a process that stands, or an address where nobody listens, does not."""

from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from installation.addresses import Addresses

WITHIN: Final = 2.0
"""Seconds in which a server must answer."""


def silent_servers(addresses: Addresses) -> tuple[str, ...]:
    """A sentence for each server that does not answer."""
    found = []
    try:
        AdminClient({"bootstrap.servers": addresses.kafka, "log_level": 0}).list_topics(timeout=WITHIN)
    except KafkaException:
        found.append(f"Kafka at {addresses.kafka} does not answer.")
    limit = int(WITHIN * 1000)
    try:
        with MongoClient[dict[str, object]](
            addresses.mongo, serverSelectionTimeoutMS=limit, socketTimeoutMS=limit, connectTimeoutMS=limit
        ) as client:
            client.admin.command("ping")
    except PyMongoError as error:
        found.append(f"MongoDB at {addresses.mongo_shown} does not answer ({type(error).__name__}).")
    return tuple(found)
