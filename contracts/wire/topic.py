"""What a topic is: whom it is about, who owns it, who writes and reads there, and what it carries."""

from enum import StrEnum
from typing import Final

from contracts.values.immutable import Immutable
from contracts.wire.message import Body


class Party(StrEnum):
    """Who sends or hears messages: the three services, the one that watches, and the people and systems around them."""

    ORDERS = "orders"
    FULFILLMENT = "fulfillment"
    BILLING = "billing"
    WATCH = "watch"
    SHOPS = "shops"
    CLERKS = "clerks"
    CATALOG = "catalog"
    SCANNERS = "scanners"
    FINANCE = "finance"
    WATCHERS = "watchers"
    OPERATIONS = "operations"


SERVICES: Final = (Party.ORDERS, Party.FULFILLMENT, Party.BILLING)
"""The parties that are ours and decide."""


class Carried(Immutable):
    """A message type on its topic: who writes it and who reads it."""

    model: type[Body]
    writers: tuple[Party, ...]
    readers: tuple[Party, ...]


class Topic(Immutable):
    """One topic. ``subject`` says what the record's key is, ``owner`` is the service that answers for it.

    ``carries`` is empty for dead letters: they are foreign bytes.
    """

    name: str
    subject: str
    owner: Party
    writers: tuple[Party, ...]
    readers: tuple[Party, ...]
    carries: tuple[Carried, ...] = ()

    @property
    def messages(self) -> tuple[type[Body], ...]:
        """The types that it carries."""
        return tuple(carried.model for carried in self.carries)
