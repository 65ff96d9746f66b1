"""What people of operations did with a message that nobody could decide: on record, so that it is done once.

Rules: ``docs/operations.md`` section 5, ``docs/mending.md``.
"""

from typing import ClassVar, Literal

from contracts.values.words import LongText, Name, Whole
from contracts.wire.message import Act


class _DeadLetterAct(Act):
    service: ClassVar[str] = "watch"
    topic: ClassVar[str] = "watch.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("address", ""),)

    reader: Literal["orders", "fulfillment", "billing"]
    """The service that could not read, decide or store it."""
    address: str
    """Where the record first stood, by which the dead letter is known: ``topic/partition/offset``, behind the topic
    ``~n`` if that was reset n times.
    """
    letter: str
    """Where the dead letter stands: ``topic/partition/offset``."""
    why: str
    """The reason of the dead letter, as its header gives it."""
    message_type: str | None = None
    message_source: str | None = None
    message_id: str | None = None
    message_subject: str | None = None
    """Whom it is about, as far as that can be read."""
    actor: Name
    reason: LongText


class DeadLetterReplayed(_DeadLetterAct):
    """A dead letter was sent again to the topic where it first stood, under its own identity and with its cause.

    ``times`` counts how often it was by now. Of one that was ``edited``, ``original`` and ``edit`` are the two values
    as text if they are not too long; their bytes stand at ``letter`` and at ``sent_to`` in any case.
    """

    sent_to: str
    verdict: str
    """What the rehearsal before it said that it would be."""
    times: Whole = 1
    edited: bool = False
    original: str | None = None
    edit: str | None = None


class DeadLetterDiscarded(_DeadLetterAct):
    """Nobody will ever send this dead letter again, or so they said: it is kept, and can still be replayed."""
