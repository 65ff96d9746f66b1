"""Opens what mending needs: the shelf of dead letters, a rehearsal for each service, what sends again."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from contracts.values.immutable import Immutable
from installation.errors import InstallationError, kafka_answers, mongo_answers
from installation.lanes import agreed_lanes
from services.engine.adapters.kafka_log import LogReaders
from services.engine.adapters.kafka_producer import KafkaProducer
from services.engine.adapters.mongo_client import Client, connect
from services.engine.adapters.mongo_reading import MongoReadings
from services.engine.core.faults import Doubt, NotSaid
from services.engine.core.service import Service
from services.engine.runtime.rehearsing import Rehearsal
from services.mending.acts import SERVICES
from services.mending.holding_up import MOST
from services.mending.replaying import Replaying
from services.mending.shelf import Shelf


class Mending(Immutable):
    """Everything at hand. ``services`` are those of this installation's settings, as their workers have them."""

    shelf: Shelf
    replaying: Replaying
    services: Mapping[str, Service]
    client: Client
    databases: str
    lanes: int

    async def ask(self, service: str, collection: str, wanted: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Documents of a service, at most a hundred: for who waits for a letter."""
        return await self.client[f"{self.databases}_{service}"][collection].find(wanted).limit(MOST).to_list()


def service_of(name: str) -> Service:
    """A service with its settings from the environment. Raises SystemExit for a wrong one."""
    found: Service = import_module(f"services.{name}.app").service()
    return found


def now() -> int:
    """The time, milliseconds UTC."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def opened(
    kafka: str,
    mongo: str,
    databases: str,
    *,
    names: Sequence[str] = SERVICES,
    service: Callable[[str], Service] = service_of,
    at: Callable[[str], None] = lambda _step: None,
) -> AsyncIterator[Mending]:
    """Nothing of it owns a lane or joins a group. Raises ``InstallationError`` if a server does not answer."""
    lanes = await agreed_lanes(mongo, databases, None)
    readers, producer = LogReaders(kafka, 2), KafkaProducer(kafka, "leaseline-mending")
    services = {name: service(name) for name in names}
    try:
        with kafka_answers(kafka), mongo_answers():
            async with connect(mongo) as client:
                rehearsals = {
                    name: Rehearsal(each, lanes, MongoReadings(client[f"{databases}_{name}"]))
                    for name, each in services.items()
                }
                shelf = Shelf(readers, lanes)
                replaying = Replaying(rehearsals, producer, lanes, now, at)
                yield Mending(shelf, replaying, services, client, databases, lanes)
    except (Doubt, TimeoutError, NotSaid) as error:
        raise InstallationError(
            f"Kafka at {kafka} does not answer ({str(error) or type(error).__name__}): check LEASELINE_KAFKA, and that "
            "`leaseline topics create` made all topics."
        ) from error
    finally:
        await producer.close()
        await readers.close()
