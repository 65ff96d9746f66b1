"""The one place that knows where Kafka and MongoDB are."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from installation.errors import WrongAddress
from services.engine.adapters.mongo_address import weakness

KAFKA_VARIABLE: Final = "LEASELINE_KAFKA"
"""Environment variable: `host:port` of a Kafka of one's own (several with commas)."""

MONGO_VARIABLE: Final = "LEASELINE_MONGO"
"""Environment variable: the URI of a MongoDB replica set of one's own."""


_HOST_AND_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):[0-9]{1,5}")
_PASSWORD: Final = re.compile(r"(?<=://)([^:/@]*):[^/@]*@")
_MONGO_SCHEMES: Final = ("mongodb://", "mongodb+srv://")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two servers answer, and which processes they are if they were started here."""

    kafka: str
    """`host:port`, as Kafka's clients take it."""

    mongo: str
    """A `mongodb://` URI of a replica set."""

    kafka_pid: int | None = None
    mongod_pid: int | None = None

    @property
    def mongo_shown(self) -> str:
        """MongoDB's URI for people to read: without a password that may stand in it."""
        return _PASSWORD.sub(r"\1:***@", self.mongo)

    def as_environment(self) -> dict[str, str]:
        """The two variables that make another process use these servers."""
        return {KAFKA_VARIABLE: self.kafka, MONGO_VARIABLE: self.mongo}


def named_kafka(environment: Mapping[str, str] = os.environ) -> str | None:
    """The Kafka that the environment names; None: one has to be started. Raises WrongAddress."""
    address = environment.get(KAFKA_VARIABLE, "").strip()
    if address and not all(_HOST_AND_PORT.fullmatch(each.strip()) for each in address.split(",")):
        raise WrongAddress(f"{KAFKA_VARIABLE} is {address!r}: give Kafka's host:port, several with commas.")
    return address or None


def named_mongo(environment: Mapping[str, str] = os.environ) -> str | None:
    """The MongoDB that the environment names; None: one has to be started. Raises WrongAddress."""
    address = environment.get(MONGO_VARIABLE, "").strip()
    if address and not address.startswith(_MONGO_SCHEMES):
        raise WrongAddress(
            f"{MONGO_VARIABLE} is no MongoDB URI: give mongodb://host:port/?replicaSet=NAME (a replica set)."
        )
    if (weak := weakness(address)) is not None:
        raise WrongAddress(f"{weak}.")
    return address or None


def named() -> Addresses | None:
    """Both servers as the environment names them; None if either has to be started."""
    kafka, mongo = named_kafka(), named_mongo()
    return Addresses(kafka, mongo) if kafka and mongo else None
