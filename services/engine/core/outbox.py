"""What a decision says, as records: their ids, the lanes they go to, the same bytes for the same decision."""

from collections.abc import Sequence

from contracts.values.model import restate
from contracts.wire.encoding import CONTENT_TYPE, encoded
from contracts.wire.message import Answer, Body, Fact, Kind
from services.engine.core.document import replace
from services.engine.core.lanes import home
from services.engine.core.message import Cause, Message, Origin
from services.engine.core.reading import LARGEST, RECORDED, Reject
from services.engine.core.record import Outgoing, Record
from services.engine.core.service import Emit
from services.engine.core.trace import trace_below

BEGINNING = 64 * 1024
"""Bytes of a too large record that its dead letter keeps."""


class TooLargeToSay(ValueError):
    """Its readers would not take it, and no producer could ever say it: the lane would stand still."""


def to_records(emits: Sequence[Emit], message: Message, service: str, lanes: int, stage: str = "") -> list[Outgoing]:
    """The records of what was said while ``message`` was decided, in order; ``stage`` tells a batch's end apart.

    Raises ``TooLargeToSay``, or whatever a body raises that cannot be put into words.
    """
    if not emits:
        return []
    cause = message.cause
    return [
        outgoing
        for number, say in enumerate(emits)
        for outgoing in _records(
            say.body if stage else _naming_ignored(say.body, say.cause or cause),
            say.cause or cause,
            message,
            service,
            lanes,
            f"{stage}{number}",
        )
    ]


def _naming_ignored(body: Body, cause: Cause) -> Body:
    """What answers a request names the fields of it that nobody knows: a slip in an optional field is no secret."""
    if cause.ignored and isinstance(body, Fact | Answer):
        return restate(body, ignored=cause.ignored)
    return body


def _records(body: Body, cause: Cause, message: Message, service: str, lanes: int, number: str) -> list[Outgoing]:
    headers: tuple[tuple[str, bytes | None], ...] = (CONTENT_TYPE,)
    if isinstance(body, Fact):
        said = f"{body.chain()}@{body.version}"
    elif body.kind in (Kind.ANSWER, Kind.NOTICE):
        said = f"{type(body).__name__}:{cause.address}"
    else:
        said = f"{type(body).__name__}:{message.origin.address}:{number}"
        headers = (
            CONTENT_TYPE,
            (RECORDED, str(message.origin.timestamp).encode()),
        )
    subjects = body.subjects()
    trace = trace_below(cause, service) if cause.trace else ""
    value = encoded(
        body,
        id=said,
        source=f"leaseline/{service}",
        time=message.time,
        cause=(cause.source, cause.id),
        subject=subjects[0],
        trace=trace,
    )
    if trace and len(value) > LARGEST:  # a trace costs nobody a message
        return _records(body, replace(cause, trace=""), message, service, lanes, number)
    key = subjects[0].encode()
    if len(value) > LARGEST:
        raise TooLargeToSay(f"{type(body).__name__}: {len(value)} bytes, at most {LARGEST}")
    if len(subjects) == 1:
        return [Outgoing(body.topic, home(subjects[0], lanes), key, value, headers)]
    return [
        Outgoing(body.topic, lane, key, value, headers)
        for lane in dict.fromkeys(home(subject, lanes) for subject in subjects)
    ]


def dead_letter(service: str, lane: int, record: Record, origin: Origin, reject: Reject) -> Outgoing:
    """A record that could not be read, decided or stored: its bytes (or their beginning) with reason and source."""
    value, key = record.value, record.key
    cut = reject.reason == "too_large"
    if cut:
        value, key = (value or b"")[:BEGINNING], (key or b"")[:1024]
    about = {
        "reason": reject.reason,
        "detail": reject.detail[:500],
        "topic": origin.topic,
        "incarnation": str(origin.incarnation),
        "partition": str(origin.partition),
        "offset": str(origin.offset),
        "timestamp": str(origin.timestamp),
        "null-value": "yes" if record.value is None else "no",
        "cut": "yes" if cut else "no",
    }
    kept = () if cut else tuple((n, c) for n, c in record.headers if not n.startswith("leaseline-"))
    headers = tuple((f"leaseline-{name}", text.encode("utf-8", "replace")) for name, text in about.items())
    return Outgoing(f"{service}.dead-letters", lane, key, value, (*headers, *kept))
