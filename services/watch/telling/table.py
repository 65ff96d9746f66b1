"""The phrase of every type by its name on the wire."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.watch.telling.phrase import Phrase, Phrases
from services.watch.telling.words import acts, answers, bills, clock, devices, goods, orders, subscriptions

ALL: Final[Phrases] = {
    **orders.PHRASES,
    **answers.PHRASES,
    **devices.PHRASES,
    **subscriptions.PHRASES,
    **bills.PHRASES,
    **goods.PHRASES,
    **clock.PHRASES,
    **acts.PHRASES,
}
"""Every type that has words of its own: all that are in ``contracts/topics.py`` (a test compares)."""


class Entry(Immutable):
    """A type with its phrase."""

    model: type[Body]
    name: str
    phrase: Phrase


BY_TYPE: Final[Mapping[str, Entry]] = MappingProxyType(
    {model.type_name(): Entry(model, model.__name__, phrase) for model, phrase in ALL.items()}
)
"""The same by the name on the wire."""
