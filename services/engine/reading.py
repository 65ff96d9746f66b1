"""Records into messages, each by itself: a bad record never costs its neighbours."""

from collections.abc import Mapping

from contracts.envelope import Opened, Senseless, opened
from contracts.immutable import Immutable
from contracts.message import Body, Kind
from services.engine.lanes import home
from services.engine.message import Message, Origin, message_time
from services.engine.record import Outgoing, Record, weight

ORIGIN = "leaseline-origin"
RECORDED = "leaseline-recorded"
FALSE_ORIGIN = "false_origin"
"""The reason of a dead letter that claims an origin which cannot be its own."""
LARGEST = 512 * 1024
"""Bytes, uncompressed, beyond which a record is dead-lettered before anything else is looked at (rule 12)."""

LAST_MOMENT = 250_000_000_000_000
"""Milliseconds, in the year 9892: no record's time is later, and no offset is larger."""


class PassOn(Immutable):
    """The record is at home elsewhere: goes there as it is, with its origin."""

    records: tuple[Outgoing, ...]


class Reject(Immutable):
    """The record goes to the dead letters with its reason.

    ``model`` is its type if it is no senseless record but a message that should have been decided: then somebody must
    look at it, and too many in a row stop the service.
    """

    reason: str
    detail: str = ""
    model: type[Body] | None = None


class PassedOver(Immutable):
    """An event that the service does not handle, or what was passed on and taken before."""


PASSED_OVER = PassedOver()
Read = Message | PassOn | Reject | PassedOver


class Reader(Immutable):
    """Reads for one service in an installation of so many lanes."""

    service: str
    known: Mapping[str, type[Body]]
    lanes: int

    @property
    def internal(self) -> str:
        """The service's own topic: only there the headers about origin mean anything (outsiders write elsewhere)."""
        return f"{self.service}.internal"

    def read(self, record: Record, incarnation: int) -> tuple[Read, Origin, bool]:
        """What the record is, where it first stood, and whether it was passed on to here."""
        origin = Origin(record.topic, incarnation, record.partition, record.offset, record.timestamp)
        size = weight(record.key, record.value, record.headers)
        if size > LARGEST:
            return Reject("too_large", f"{size} bytes, at most {LARGEST}"), origin, False
        ours = record.topic == self.internal
        try:
            first, recorded = _origin_of(record) if ours else (None, None)
        except ValueError:
            return Reject("unreadable", "headers about its origin that nobody of us writes"), origin, False
        passed = first is not None
        origin = first or origin
        if recorded is not None:
            origin = Origin(origin.topic, origin.incarnation, origin.partition, origin.offset, recorded)
        try:
            envelope = opened(record.value, record.headers, self.known)
        except (ValueError, RecursionError, MemoryError) as error:
            return Reject("unreadable", type(error).__name__), origin, passed
        if isinstance(envelope, Opened) and not ours and envelope.model.topic != record.topic:
            # Whoever may write to this topic may not say what belongs to another one: a forged clock, a forged order.
            if record.topic.endswith(".events"):
                return PASSED_OVER, origin, passed
            return Reject("wrong_topic", f"{envelope.model.__name__} belongs to {envelope.model.topic}"), origin, passed
        if isinstance(envelope, Senseless):
            if envelope.reason == "unknown_type" and record.topic.endswith(".events"):
                return PASSED_OVER, origin, passed
            return Reject(envelope.reason, envelope.detail), origin, passed
        if envelope.body is None and envelope.model.kind is not Kind.REQUEST:
            return _unreadable(envelope), origin, passed
        return self._placed(envelope, record, origin), origin, passed

    def claimed(self, record: Record) -> Origin | None:
        """Where a record of the internal topic says that it first stood; None if it says nothing that can be read."""
        if record.topic != self.internal:
            return None
        try:
            return _origin_of(record)[0]
        except ValueError:
            return None

    def _placed(self, envelope: Opened, record: Record, origin: Origin) -> Read:
        body = envelope.body
        subjects = body.subjects() if body is not None else envelope.model.subjects_of(envelope.data or {})
        homes = [home(subject, self.lanes) for subject in subjects]
        if not homes or -1 in homes:
            return Reject("no_subject", f"{envelope.model.__name__} without a valid id of whom it is about")
        lane = record.partition
        if lane not in homes:
            if record.topic == self.internal:
                return Reject("no_home", f"nothing in it is at home in lane {lane}")
            return PassOn(tuple(self._passed_on(record, origin, there) for there in dict.fromkeys(homes)))
        recorded = origin.recorded
        time, suspect = message_time(envelope.time, recorded)
        return Message(
            model=envelope.model,
            body=body,
            refusals=envelope.refusals,
            data=envelope.data,
            source=envelope.source,
            id=envelope.id,
            time=time,
            recorded=recorded,
            clock_suspect=suspect,
            subjects=tuple([subject for subject, there in zip(subjects, homes, strict=True) if there == lane]),
            lane=lane,
            origin=origin,
            unknown=envelope.unknown,
        )

    def _passed_on(self, record: Record, origin: Origin, lane: int) -> Outgoing:
        where = f"{origin.topic}|{origin.incarnation}|{origin.partition}|{origin.offset}|{origin.timestamp}"
        kept = tuple((name, content) for name, content in record.headers if name not in (ORIGIN, RECORDED))
        return Outgoing(self.internal, lane, record.key, record.value, (*kept, (ORIGIN, where.encode())))


def _unreadable(envelope: Opened) -> Reject:
    """What one of us said has no sender who could be told: it is kept, and replayed once we can read it."""
    wrong = ", ".join(f"{refusal.field} {refusal.code}" for refusal in envelope.refusals)
    return Reject("unreadable_data", f"{envelope.model.__name__}: {wrong}", envelope.model)


def _origin_of(record: Record) -> tuple[Origin | None, int | None]:
    """The origin of a record that was passed on; or the time that a continuation inherits. Raises ValueError."""
    for name, content in record.headers:
        if name == ORIGIN and content is not None:
            topic, *numbers = content.decode().split("|")
            incarnation, partition, offset, timestamp = (_number(text) for text in numbers)
            return Origin(topic, incarnation, partition, offset, timestamp), None
        if name == RECORDED and content is not None:
            return None, _number(content.decode())
    return None, None


def _number(text: str) -> int:
    """One that can be stored, and is a time of our calendar if it is meant as one."""
    number = int(text)
    if not 0 <= number <= LAST_MOMENT:
        raise ValueError(text[:40])
    return number
