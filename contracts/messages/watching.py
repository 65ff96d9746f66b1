"""What people of operations did with a message that nobody could decide, on record so that it is done once; and that
they looked at personal data.

Rules: ``docs/operations.md`` section 5, ``docs/mending.md``.
"""

from typing import Annotated, ClassVar, Literal

from contracts.values.personal import ACTOR, PERSONAL
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
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]


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
    original: Annotated[str | None, PERSONAL] = None
    edit: Annotated[str | None, PERSONAL] = None


class DeadLetterDiscarded(_DeadLetterAct):
    """Nobody will ever send this dead letter again, or so they said: it is kept, and can still be replayed."""


class PersonalDataShown(Act):
    """Somebody saw personal data unmasked. It is said before anything is shown (``count`` absent), and once more at the
    end with what was shown, if that was more than one record.

    ``shown`` is what they asked for: the place of a record, a key (``order:A-1``), or ``everything``. ``asked`` has
    their filters in words, ``places`` the first 200 records that they saw, as ``topic/partition/offset``.
    """

    service: ClassVar[str] = "watch"
    topic: ClassVar[str] = "watch.events"
    about: ClassVar[tuple[tuple[str, str], ...]] = (("shown", ""),)

    shown: str
    through: Literal["terminal", "http"]
    asked: Annotated[str | None, PERSONAL] = None
    places: tuple[str, ...] = ()
    count: Whole | None = None
    actor: Annotated[Name, ACTOR]
    reason: Annotated[LongText, PERSONAL]
