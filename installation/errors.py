"""What can go wrong with an installation, told so that a person can mend it."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError


class MendableError(Exception):
    """Something that a person can mend; the message says what was wrong, where, and what to do."""


class WrongAddress(MendableError):
    """The environment names a server by something that is no address."""


class InstallationError(MendableError):
    """Topics or services cannot be had as they should be; the message says why and what to do."""


@contextmanager
def kafka_answers(servers: str) -> Iterator[None]:
    """Whatever goes wrong with this Kafka in here is told in a sentence. Raises ``InstallationError``."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise InstallationError(
            f"Kafka at {servers} does not answer ({type(error).__name__}): check LEASELINE_KAFKA."
        ) from error


@contextmanager
def mongo_answers() -> Iterator[None]:
    """Whatever goes wrong with MongoDB in here is told in a sentence. Raises ``InstallationError``."""
    try:
        yield
    except PyMongoError as error:
        raise InstallationError(f"MongoDB does not answer ({type(error).__name__}): check LEASELINE_MONGO.") from error
