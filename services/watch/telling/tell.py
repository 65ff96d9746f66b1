"""A record of any topic as one line: what it is, whom it is about, what happened, by whom, caused by what."""

from datetime import datetime, timedelta
from typing import Final

from contracts.messages.answers import Repeated
from contracts.messages.fulfillment import SentOn
from contracts.wire.message import Body, Kind
from services.engine.core.message import EPOCH
from services.engine.core.reading import LAST_MOMENT
from services.engine.core.record import Record
from services.watch.masking.mask import mask_actor
from services.watch.telling.glance import Glance, glance
from services.watch.telling.keys import keys_of, keys_of_subject, request
from services.watch.telling.part import UNKNOWN, Part, printable
from services.watch.telling.table import BY_TYPE, Entry
from services.watch.telling.told import Fate, Told
from services.watch.telling.words.answers import short

_OURS: Final = "leaseline/"
_LONGEST: Final = 256
"""Characters of an identity."""


def tell(record: Record) -> Told:
    """What the record says. Never raises: what cannot be read is told as such."""
    try:
        if record.topic.endswith(".dead-letters"):
            return _dead_letter(record)
        return _told(record)
    except Exception as error:  # noqa: BLE001 - whatever it is, one record must not end the watch
        return _unreadable(record, f"{type(error).__name__} while it was told")


def _told(record: Record) -> Told:
    seen = glance(record.value, record.headers)
    if seen.wrong:
        return _unreadable(record, seen.wrong)
    type_ = seen.attributes.text("type")
    entry = BY_TYPE.get(type_)
    if entry is None:
        return _unknown(record, seen, type_)
    source, id_ = _identity(seen.attributes)
    words, fate = entry.phrase.words(seen.data), entry.phrase.fate
    own = record.topic == entry.model.topic
    internal = record.topic.endswith(".internal")
    if not own:
        fate = Fate.INTERNAL if internal else Fate.DEAD
        words = f"forwarded to its lane: {words}" if internal else f"on a topic where it does not belong: {words}"
    subject = _subject(entry.model, seen)
    return Told(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=_at(record),
        type=entry.name,
        subject=subject,
        words=words,
        fate=fate,
        code=_codes(entry, seen.data),
        by=mask_actor(seen.data.text("actor")) or source.removeprefix(_OURS),
        source=source,
        id=id_,
        cause=_cause(seen.attributes),
        keys=_keys(entry.model, seen, subject),
    )


def _dead_letter(record: Record) -> Told:
    about = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
    reason = printable(about.get("leaseline-reason", "")) or "no_reason_named"
    place = "/".join(printable(about.get(f"leaseline-{name}", UNKNOWN)) for name in ("topic", "partition", "offset"))
    kept = tuple((name, content) for name, content in record.headers if not name.startswith("leaseline-"))
    seen = glance(record.value, kept)
    type_ = seen.attributes.text("type")
    entry = BY_TYPE.get(type_)
    source, id_ = _identity(seen.attributes)
    subject = _subject(entry.model, seen) if entry is not None else ""
    what = entry.name if entry is not None else short(type_)
    words = f"{what or 'a record'} of {place} is a dead letter: {reason.replace('_', ' ')}"
    return Told(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=_at(record),
        type=what,
        subject=subject,
        words=words,
        fate=Fate.DEAD,
        code=reason.replace(" ", "_"),
        by=record.topic.partition(".")[0],
        cause=(source, id_) if source and id_ else None,
        keys=_keys(entry.model, seen, subject) if entry is not None else (),
    )


def _unreadable(record: Record, why: str) -> Told:
    fate = Fate.INTERNAL if record.topic.endswith(".events") else Fate.DEAD
    return Told(
        topic=str(record.topic),
        partition=record.partition,
        offset=record.offset,
        at=_at(record),
        type="",
        subject="",
        words=f"a record that cannot be read: {why}",
        fate=fate,
    )


def _unknown(record: Record, seen: Glance, type_: str) -> Told:
    """A type that is in no table of ours: on events it is passed over, elsewhere it can only become a dead letter."""
    source, id_ = _identity(seen.attributes)
    return Told(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=_at(record),
        type=short(type_),
        subject="",
        words="a message of a type that nobody here knows" if type_ else "JSON, but no message: it has no type",
        fate=Fate.INTERNAL if record.topic.endswith(".events") else Fate.DEAD,
        by=source,
        source=source,
        id=id_,
        cause=_cause(seen.attributes),
    )


def _codes(entry: Entry, data: Part) -> str:
    found = entry.phrase.codes
    return "" if found is None else " ".join(code.replace(" ", "_") for code in found(data) if code)


def _identity(attributes: Part) -> tuple[str, str]:
    return _attribute(attributes, "source"), _attribute(attributes, "id")


def _attribute(attributes: Part, name: str) -> str:
    value = attributes.values.get(name)
    return printable(value, _LONGEST) if isinstance(value, str) else ""


def _cause(attributes: Part) -> tuple[str, str] | None:
    source, id_ = _attribute(attributes, "causationsource"), _attribute(attributes, "causationid")
    return (source, id_) if source and id_ else None


def _subject(model: type[Body], seen: Glance) -> str:
    """By the data of a request: what a sender writes into the envelope counts for nobody."""
    if model.kind is not Kind.REQUEST:
        return printable(seen.attributes.text("subject"), _LONGEST)
    found = model.subjects_of(seen.data.values)
    return printable(found[0], _LONGEST) if found else ""


def _keys(model: type[Body], seen: Glance, subject: str) -> tuple[str, ...]:
    found = dict.fromkeys(keys_of(seen.data, subject))
    if model.kind is Kind.REQUEST:
        found[request(*_identity(seen.attributes))] = None
    cause = _cause(seen.attributes)
    if cause is not None and not cause[0].startswith(_OURS):
        found[request(*cause)] = None
    if issubclass(model, Repeated):
        _add(found, seen.data.text("first_source"), seen.data.text("first_id"))
    elif issubclass(model, SentOn):
        _add(found, seen.data.text("request_source"), seen.data.text("request_id"))
    elif model.kind is Kind.ACT:
        _add(found, seen.data.text("message_source"), seen.data.text("message_id"))
        found.update(dict.fromkeys(keys_of_subject(seen.data.text("message_subject"))))
    return tuple(found)


def _add(found: dict[str, None], source: str, id_: str) -> None:
    if source and id_:
        found[request(source, id_)] = None


def _at(record: Record) -> datetime:
    """A record without a time, as old clients wrote them, is told as of 1970."""
    return EPOCH + timedelta(milliseconds=record.timestamp if 0 <= record.timestamp <= LAST_MOMENT else 0)
