"""A dead letter, read from its record; and the record that it becomes when it is sent again.

It is known by where the record first stood, not by where the letter stands: a service that starts again may say the
same letter twice.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from contracts.wire.encoding import CONTENT_TYPE
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Kind, Request
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.message import Origin
from services.engine.core.reading import FALSE_ORIGIN, RECORDED
from services.engine.core.record import Headers, Outgoing, Record

PREFIX: Final = "leaseline-"
DEAD_LETTERS: Final = ".dead-letters"
_ATTRIBUTES: Final = ("specversion", "id", "source", "type", "time", "causationsource", "causationid")
_KEPT: Final = ("source", "id", "causationsource", "causationid")
"""What an edit may not change: who sent it, under which name, because of what."""


class NotSentAgain(ValueError):
    """Why a letter cannot go back to where it came from, in a sentence."""


class Letter(Immutable):
    """``service`` could not read, decide or store the record that stood at ``origin``: ``why``, ``detail``.

    ``place`` is where the letter stands itself, ``at`` since when (milliseconds UTC). ``value`` is the record's own,
    ``cut`` if only its beginning is kept. Type, identity, cause and subject as far as they can be read: ``type`` is
    whatever stands there.
    """

    service: str
    place: str
    at: int
    origin: Origin
    why: str
    detail: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    cut: bool = False
    type: str = ""
    source: str = ""
    id: str = ""
    cause: tuple[str, str] | None = None
    subject: str = ""
    subjects: tuple[str, ...] = ()
    request: bool = False

    @property
    def address(self) -> str:
        """By which it is known, for ever."""
        return self.origin.address

    @property
    def name(self) -> str:
        """The short name of its type, as in ``contracts``."""
        parts = self.type.split(".")
        return parts[2] if len(parts) == 4 else self.type


def letter_of(record: Record) -> Letter | None:
    """The letter that a record of a topic of dead letters is; None for what no service wrote there."""
    service = record.topic.removesuffix(DEAD_LETTERS)
    try:
        about = {name.removeprefix(PREFIX): _text(content) for name, content in record.headers if _ours(name)}
        origin = Origin(
            about["topic"],
            int(about["incarnation"]),
            int(about["partition"]),
            int(about["offset"]),
            int(about["timestamp"]),
        )
        why = about["reason"]
    except (KeyError, ValueError):
        return None
    letter = Letter(
        service=service,
        place=f"{record.topic}/{record.partition}/{record.offset}",
        at=record.timestamp,
        origin=origin,
        why=why,
        detail=about.get("detail", ""),
        key=record.key,
        value=None if about.get("null-value") == "yes" else record.value,
        headers=tuple((name, content) for name, content in record.headers if not _ours(name)),
        cut=about.get("cut") == "yes",
    )
    return _named(letter)


def _ours(name: str) -> bool:
    return name.startswith(PREFIX)


def _text(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def _named(letter: Letter) -> Letter:
    """With what can be read of it."""
    attributes = attributes_of(letter.value, letter.headers)
    cause = (attributes.get("causationsource", ""), attributes.get("causationid", ""))
    named = replace(
        letter,
        type=attributes.get("type", ""),
        source=attributes.get("source", ""),
        id=attributes.get("id", ""),
        cause=cause if all(cause) else None,
    )
    found = _opened(letter.value, letter.headers)
    if found is None:
        return named
    subjects = found.body.subjects() if found.body is not None else found.model.subjects_of(found.data or {})
    return replace(
        named,
        subjects=subjects,
        subject=next(iter(subjects), ""),
        request=found.model.kind is Kind.REQUEST and issubclass(found.model, Request),
    )


def _opened(value: bytes | None, headers: Headers) -> Opened | None:
    try:
        found = opened(value, headers, MESSAGES)
    except (ValueError, RecursionError, MemoryError):
        return None
    return found if isinstance(found, Opened) else None


def attributes_of(value: bytes | None, headers: Headers) -> Mapping[str, str]:
    """The attributes of its envelope that are texts, wherever they stand; nothing of what is no JSON."""
    if any(name == "ce_type" for name, _ in headers):
        return {
            name.removeprefix("ce_"): _text(content)[:256]
            for name, content in headers
            if name.removeprefix("ce_") in _ATTRIBUTES and name.startswith("ce_")
        }
    try:
        document = json.loads(value or b"")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {
        name: document[name][:256].encode("utf-8", "replace").decode()
        for name in _ATTRIBUTES
        if isinstance(document.get(name), str)
    }


def sent_again(letter: Letter, lanes: int, edit: bytes | None = None) -> Outgoing:
    """The record that goes back: to the topic and partition where it first stood, under its own key and headers.

    What a service said to itself goes to its own topic again, to the home of its subject, with the time that it had.
    With an ``edit`` that is a whole event, the record is in structured mode from now on; any other edit is its value.

    Raises ``NotSentAgain``: where it stood somebody forged it; its bytes are not whole; the edit makes another message
    of it.
    """
    if letter.cut and edit is None:
        raise NotSentAgain(
            f"only the beginning of its {letter.detail.split(',')[0]} is kept: its sender must send less at once"
        )
    value, headers = letter.value, tuple(letter.headers)
    if edit is not None:
        _check_identity(letter, edit)
        value = edit
        if attributes_of(edit, ()).get("specversion"):
            headers = tuple(each for each in headers if not each[0].startswith("ce_") and each[0] != CONTENT_TYPE[0])
            headers = (*headers, CONTENT_TYPE)
    topic, lane = letter.origin.topic, letter.origin.partition
    if not topic.endswith(".internal"):
        return Outgoing(topic, lane, letter.key, value, headers)
    found = _opened(value, headers)
    if letter.why == FALSE_ORIGIN or found is None or found.model.topic != topic:
        raise NotSentAgain(
            f"it stood in {topic}, where only {letter.service} may write, and is nothing that {letter.service} says to "
            "itself: whoever wrote it there must send it to its own topic"
        )
    subjects = found.body.subjects() if found.body is not None else ()
    there = home(subjects[0], lanes) if subjects else -1
    inherited = (RECORDED, str(letter.origin.timestamp).encode())
    return Outgoing(topic, lane if there < 0 else there, letter.key, value, (*headers, inherited))


def _check_identity(letter: Letter, edit: bytes) -> None:
    """Raises ``NotSentAgain`` if the edit has another sender, id or cause, as far as the letter had one."""
    had = attributes_of(letter.value, letter.headers)
    has = attributes_of(edit, ())
    if not has and any(name == "ce_type" for name, _ in letter.headers):
        return  # in binary mode the headers say so, and they stay
    for name in _KEPT:
        if had.get(name) and had[name] != has.get(name):
            raise NotSentAgain(
                f"the edit has another {name}: {had[name]!r} must stay, or it is another message. Send that one by "
                "`leaseline send`"
            )


def as_event(letter: Letter) -> Mapping[str, Any] | None:
    """The letter as a whole event in structured mode, for whoever edits it; None if its value is no JSON object."""
    try:
        document = json.loads(letter.value or b"")
    except (ValueError, RecursionError):
        return None
    if not any(name == "ce_type" for name, _ in letter.headers):
        return document if isinstance(document, dict) else None
    return {**attributes_of(letter.value, letter.headers), "data": document}
