"""What one record of the log says, in the form in which it is watched, indexed and told as a story."""

from datetime import datetime
from enum import StrEnum

from contracts.values.immutable import Immutable


class Fate(StrEnum):
    """What became of a message, or what it is: each has a colour of its own wherever it is shown."""

    ASKED = "asked"
    """A request, or a proposal of one service to another: its answer is still to come."""
    SAID = "said"
    """A fact: it is so."""
    REFUSED = "refused"
    """The business said no, with a code."""
    PARKED = "parked"
    """Understood, and waits for something."""
    REPEATED = "repeated"
    """It stood already: nothing new came of it."""
    DEAD = "dead"
    """A dead letter, or what can only become one."""
    INTERNAL = "internal"
    """What a service says to itself, and the clock."""


class Told(Immutable):
    """One record in one line. It holds no personal data: ids, codes, counts, amounts and names of goods.

    ``at`` is the broker's time, UTC. ``type`` is the short name of the type ("OrderPlaced"), or what stands in its
    place; empty: nothing can be read. ``code``: the codes of a refusal, or the reason of a dead letter; several with a
    blank between. ``by``: who acted, or the party that wrote it. ``source`` and ``id`` are the message's identity,
    ``cause`` is that of the message which it follows from. ``keys`` name what it is about: ``order:A-1``,
    ``serial:``, ``subscription:``, ``invoice:``, ``payer:group:x``, ``customer:``, ``sku:``, ``request:<source>/<id>``.
    """

    topic: str
    partition: int
    offset: int
    at: datetime
    type: str
    subject: str
    words: str
    fate: Fate
    code: str = ""
    by: str = ""
    source: str = ""
    id: str = ""
    cause: tuple[str, str] | None = None
    keys: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Each code by itself."""
        return tuple(self.code.split())
