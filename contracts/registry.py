"""Every message type by its name, and who writes and reads it: the table of topics, seen from the messages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.topics import TOPICS
from contracts.wire.message import Body
from contracts.wire.topic import Carried, Party, Topic

CARRIED: Final[Mapping[str, Carried]] = MappingProxyType(
    {carried.model.type_name(): carried for topic in TOPICS for carried in topic.carries}
)
"""Each type by its name, ``leaseline.<service>.<Name>.v1``."""

MESSAGES: Final[Mapping[str, type[Body]]] = MappingProxyType({name: c.model for name, c in CARRIED.items()})
"""The models by type name: what ``contracts.wire.envelope.opened`` needs to read anything that there is."""


def read_by(party: Party) -> tuple[type[Body], ...]:
    """The types that somebody reads, in the table's order."""
    return tuple(c.model for c in CARRIED.values() if party in c.readers)


def written_by(party: Party) -> tuple[type[Body], ...]:
    """The types that somebody writes, in the table's order."""
    return tuple(c.model for c in CARRIED.values() if party in c.writers)


def topic(name: str) -> Topic:
    """The topic of this name; raises KeyError for a name that is not in the table."""
    for each in TOPICS:
        if each.name == name:
            return each
    raise KeyError(name)
