"""Where the servers are, whatever their addresses ask for: one that every other command refuses is examined here."""

import os
from collections.abc import Mapping
from pathlib import Path

from deploy.local import places
from deploy.local.folder import DataFolder
from installation.addresses import KAFKA_VARIABLE, MONGO_VARIABLE, Addresses, named_kafka
from installation.errors import InstallationError
from services.engine.adapters.mongo_address import weakness, without_weakness


def weak_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """MongoDB's address as the environment names it, if it asks for too little."""
    named = environment.get(MONGO_VARIABLE, "").strip()
    return named if weakness(named) is not None else None


def strengthened(weak: str, data: Path | None, environment: Mapping[str, str] = os.environ) -> Addresses:
    """The servers, with MongoDB's address without what weakens it. Raises ``InstallationError``."""
    kafka = named_kafka(environment)
    if kafka is None and (running := DataFolder(places.SERVERS if data is None else data).running()) is not None:
        kafka = running.kafka
    if not kafka:
        raise InstallationError(f"No Kafka: name it ({KAFKA_VARIABLE}), or run `leaseline servers start`.")
    return Addresses(kafka, without_weakness(weak))
