"""Records into messages, each by itself: a bad record never costs its neighbours."""

from collections.abc import Mapping

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from contracts.wire.envelope import Opened, Senseless, opened
from contracts.wire.message import Body, Kind, Request
from contracts.wire.near import nearest_type
from services.engine.core.lanes import home
from services.engine.core.message import Message, Origin, identity_of, message_time
from services.engine.core.record import Outgoing, Record, weight

ORIGIN = "leaseline-origin"
RECORDED = "leaseline-recorded"
FALSE_ORIGIN = "false_origin"
"""The reason of a dead letter that claims an origin which cannot be its own."""
LARGEST = 512 * 1024
"""Bytes, uncompressed, beyond which a record is dead-lettered before anything else is looked at (rule 12)."""

LAST_MOMENT = 250_000_000_000_000
"""Milliseconds, in the year 9892: no record's time is later, and no offset is larger."""


class Forwarded(Immutable):
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


class Unaddressed(Immutable):
    """A request of somebody who can be told, but about nobody: refused in the lane where it was found."""

    message: Message

    @property
    def reject(self) -> Reject:
        """What it is to a service that answers no requests."""
        return Reject("no_subject", f"{self.message.model.__name__} without a valid id of whom it is about")


class Ignored(Immutable):
    """An event that the service does not handle, or what was passed on and taken before."""


IGNORED = Ignored()
Read = Message | Unaddressed | Forwarded | Reject | Ignored
UNADDRESSED = "unaddressed:"
"""How the subject of an answer begins whose request named none; a hash of the request's identity follows."""


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
            return self._misplaced(envelope.model, record.topic), origin, passed
        if isinstance(envelope, Senseless):
            if envelope.reason == "unknown_type":
                return self._unknown(envelope.detail, record.topic), origin, passed
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

    def _misplaced(self, model: type[Body], topic: str) -> Read:
        """A message of ours on a topic that is not its own. Events that we do not handle are passed over; a request
        among them has a sender who waits for its effect.
        """
        if topic.endswith(".events") and model.kind is not Kind.REQUEST:
            return IGNORED
        return Reject("wrong_topic", f"{model.__name__} belongs to {model.topic}: send it there")

    def _unknown(self, type_: str, topic: str) -> Read:
        """A type that this service does not read: another one's, a slip of one, or nobody's."""
        model = MESSAGES.get(type_)
        if model is not None and model.topic != topic:
            return self._misplaced(model, topic)
        if topic.endswith(".events"):
            return IGNORED
        near = nearest_type(type_, (*self.known, *MESSAGES))
        return Reject("unknown_type", type_ if near is None else f"{type_}: perhaps {near} is meant")

    def _placed(self, envelope: Opened, record: Record, origin: Origin) -> Read:
        body = envelope.body
        subjects = body.subjects() if body is not None else envelope.model.subjects_of(envelope.data or {})
        homes = [home(subject, self.lanes) for subject in subjects]
        lane = record.partition
        if not homes or -1 in homes:
            if issubclass(envelope.model, Request):
                return Unaddressed(self._about_nobody(envelope, envelope.model, lane, origin))
            return Reject("no_subject", f"{envelope.model.__name__} without a valid id of whom it is about")
        if lane not in homes:
            if record.topic == self.internal:
                return Reject("no_home", f"nothing in it is at home in lane {lane}")
            return Forwarded(tuple(self._passed_on(record, origin, there) for there in dict.fromkeys(homes)))
        if len(subjects) > 1:
            subjects = tuple([subject for subject, there in zip(subjects, homes, strict=True) if there == lane])
        return self._message(envelope, subjects, lane, origin)

    def _about_nobody(self, envelope: Opened, model: type[Request], lane: int, origin: Origin) -> Message:
        """The request with every reason why nobody can be found whom it is about."""
        data = envelope.data
        if envelope.body is not None:
            data = envelope.body.model_dump()
        told = {refusal.field for refusal in envelope.refusals}
        why = () if data is None else model.why_nobody(data)
        refusals = (*envelope.refusals, *(refusal for refusal in why if refusal.field not in told))
        subject = UNADDRESSED + identity_of(envelope.source, envelope.id).hex()
        refused = Opened(
            model,
            envelope.source,
            envelope.id,
            envelope.time,
            None,
            refusals,
            data,
            envelope.unknown,
            envelope.time_wrong,
            envelope.ignored,
            envelope.trace,
        )
        return self._message(refused, (subject,), lane, origin)

    @staticmethod
    def _message(envelope: Opened, subjects: tuple[str, ...], lane: int, origin: Origin) -> Message:
        recorded = origin.recorded
        time, suspect = message_time(envelope.time, recorded, unreadable=envelope.time_wrong)
        return Message(
            model=envelope.model,
            body=envelope.body,
            refusals=envelope.refusals,
            data=envelope.data,
            source=envelope.source,
            id=envelope.id,
            time=time,
            recorded=recorded,
            clock_suspect=suspect,
            subjects=subjects,
            lane=lane,
            origin=origin,
            unknown=envelope.unknown,
            ignored=envelope.ignored,
            trace=envelope.trace,
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
