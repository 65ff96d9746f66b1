"""The one place that knows where Kafka and MongoDB are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KAFKA_VARIABLE: Final = "LEASELINE_KAFKA"
"""Environment variable: `host:port` of a Kafka of one's own (several with commas)."""

MONGO_VARIABLE: Final = "LEASELINE_MONGO"
"""Environment variable: the URI of a MongoDB replica set of one's own."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers answer, and which processes they are if they were started here."""

    kafka: str
    """`host:port`, as Kafka's clients take it."""

    mongo: str
    """A `mongodb://` URI of a replica set."""

    kafka_pid: int | None = None
    mongod_pid: int | None = None

    def as_environment(self) -> dict[str, str]:
        """The two variables that make another process use these servers."""
        return {KAFKA_VARIABLE: self.kafka, MONGO_VARIABLE: self.mongo}


def named_kafka(environment: Mapping[str, str] = os.environ) -> str | None:
    """The Kafka that the environment names; None: one has to be started."""
    return environment.get(KAFKA_VARIABLE, "").strip() or None


def named_mongo(environment: Mapping[str, str] = os.environ) -> str | None:
    """The MongoDB that the environment names; None: one has to be started."""
    return environment.get(MONGO_VARIABLE, "").strip() or None


def named() -> Addresses | None:
    """Both servers as the environment names them; None if either has to be started."""
    kafka, mongo = named_kafka(), named_mongo()
    return Addresses(kafka, mongo) if kafka and mongo else None
