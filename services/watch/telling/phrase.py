"""How one type of message is told."""

from collections.abc import Callable

from contracts.values.immutable import Immutable
from contracts.wire.message import Body
from services.watch.telling.part import Part
from services.watch.telling.told import Fate

Words = Callable[[Part], str]
"""What happened, by the message's data."""


class Phrase(Immutable):
    """The words of a type and its fate. ``codes`` finds the codes of a refusal."""

    words: Words
    fate: Fate
    codes: Callable[[Part], list[str]] | None = None


Phrases = dict[type[Body], Phrase]
"""Those of a family of messages."""


def asked(words: Words) -> Phrase:
    """A request's."""
    return Phrase(words, Fate.ASKED)


def said(words: Words) -> Phrase:
    """A fact's."""
    return Phrase(words, Fate.SAID)


def internal(words: Words) -> Phrase:
    """What a service says to itself."""
    return Phrase(words, Fate.INTERNAL)
