"""A record of a batch, and what is known of it so far."""

from collections.abc import Mapping

from contracts.values.immutable import Immutable
from services.engine.core.document import replace
from services.engine.core.failing import Failure, failed
from services.engine.core.message import Message, Origin
from services.engine.core.reading import FALSE_ORIGIN, Read, Reader, Reject
from services.engine.core.record import Record

Spot = tuple[str, int, int]
"""Where a record stands: (topic, partition, offset)."""
SetAside = Failure | Reject
"""Why a record goes to the dead letters undecided."""


class Entry(Immutable):
    """``origin`` is where it first stood; ``passed``: another lane passed it on. ``message`` stays what it was when
    ``read`` becomes a reject, by ``failure``.
    """

    record: Record
    read: Read
    origin: Origin
    passed: bool = False
    message: Message | None = None
    failure: Failure | None = None

    def given_up(self, failure: Failure) -> "Entry":
        """It goes to the dead letters; its lane goes on."""
        return replace(self, read=failure.reject, failure=failure)


def spot(record: Record) -> Spot:
    """Where it stands."""
    return record.topic, record.partition, record.offset


def entry_of(record: Record, reader: Reader, incarnation: int, set_aside: Mapping[Spot, SetAside]) -> Entry:
    """Reads a record; what raises while it is read costs this record only."""
    why = set_aside.get(spot(record)) if set_aside else None
    if isinstance(why, Reject) and why.reason == FALSE_ORIGIN:  # what it says of its origin counts for nothing
        return Entry(record, why, _own(record, incarnation))
    try:
        read, origin, passed = reader.read(record, incarnation)
    except Exception as error:  # noqa: BLE001 - a type whose subject cannot be told, or a defect of the reader
        unread = failed("read", error, None)
        return Entry(record, unread.reject, _own(record, incarnation), failure=unread)
    message = read if isinstance(read, Message) else None
    if why is None:
        return Entry(record, read, origin, passed, message)
    failure = why if isinstance(why, Failure) else None
    reject = why.reject if isinstance(why, Failure) else why
    if reject.model is None and message is not None:
        reject = replace(reject, model=message.model)
    return Entry(record, reject, origin, passed, message, failure)


def _own(record: Record, incarnation: int) -> Origin:
    return Origin(record.topic, incarnation, record.partition, record.offset, record.timestamp)
