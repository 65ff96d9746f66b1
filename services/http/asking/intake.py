"""A request as it comes in over HTTP becomes the message that a Kafka client would have sent: pure, no I/O.

The body is the contract's ``data``, judged by the very reader of the Kafka edge (``contracts.wire.envelope``), so that
no request is read in two ways. What the address and the key say already is filled in: the subject and the actor.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pydantic_core import from_json, to_json

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from contracts.values.timestamp import instant
from contracts.values.words import stamp
from contracts.wire.envelope import Senseless, opened
from contracts.wire.message import Request
from contracts.wire.trace import NONE, TRACEPARENT
from services.engine.core.answer import answer_id
from services.engine.core.lanes import home
from services.engine.core.record import Outgoing
from services.http.callers.caller import Caller
from services.http.telling.problem import Fault, fault
from services.http.telling.refusing import problem_of

LONGEST_KEY: Final = 200
_JSON: Final = ("content-type", b"application/json")


class Intake(Immutable):
    """A request that can be stored and sent. ``record`` is what goes to Kafka, whoever sends it and however often.

    ``id`` is its name over HTTP; ``fingerprint`` stands for method, path and content as the caller sent them: what
    comes under the same key must have the same one.
    """

    id: str
    source: str
    message_id: str
    fingerprint: str
    subject: str
    record: Outgoing
    ignored: tuple[str, ...]


class Asked(Immutable):
    """What was asked of one route, before it is read."""

    model: type[Request]
    method: str
    path: str
    body: bytes
    filled: Mapping[str, object]
    """What the address says: must not differ in the body."""
    actor: str | None
    """The field in which the contract names who asks; the key says it, whatever the body does."""
    made: Mapping[str, object]
    """What is made up where the body says nothing: an order id."""
    trace: str = NONE
    """The trace that the request belongs to."""
    beside: tuple[str, ...] = ()
    """Fields of the body that are said beside the request and are none of its own: when it happened."""


def read_key(text: str | None) -> str | None:
    """The Idempotency-Key as it counts: its quoted and its bare form are equal. Raises ``Problem``."""
    if text is None:
        return None
    key = text.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':  # a structured field's string (RFC 9651)
        key = key[1:-1]
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= sign <= "~" for sign in key):
        raise fault(Fault.IDEMPOTENCY_KEY_INVALID)
    return key


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object that was sent; nothing at all is an empty one. Raises ``Problem``."""
    if not body.strip():
        return {}
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise fault(Fault.NOT_JSON, str(error)[:200]) from None
    if not isinstance(found, dict):
        raise fault(Fault.NOT_JSON, "a JSON object is expected")
    return found


def read_time(said: object, *, pointer: str | None = None, parameter: str | None = None) -> datetime:
    """When it happened, as its sender says it: a scanner that was offline. Raises ``Problem`` for what is no time."""
    found = instant(said)
    if found is None:
        detail = "this is no time as RFC 3339 has it, as in 2026-03-02T09:00:00Z"
        raise fault(Fault.PARAMETER_INVALID, detail, pointer=pointer, parameter=parameter)
    return found


def fingerprint(asked: Asked) -> str:
    """Stands for what the caller sent: the same again gives the same, whatever was filled in meanwhile."""
    content = to_json(read_body(asked.body))
    head = f"{asked.method} {asked.path}\n".encode()
    return sha256(head + content).hexdigest()


def take_in(asked: Asked, caller: Caller, key: str, time: datetime, lanes: int) -> Intake:
    """The request as a message. Raises ``Problem`` with every reason why it would be refused at the door; what the
    state of things may refuse is the lane's to say.
    """
    data = _filled(asked, caller)
    headers: Sequence[tuple[str, bytes | None]] = (
        ("ce_specversion", b"1.0"),
        ("ce_id", key.encode()),
        ("ce_source", caller.sender.encode()),
        ("ce_type", asked.model.type_name().encode()),
        ("ce_time", stamp(time).encode()),
        _JSON,
        *(((f"ce_{TRACEPARENT}", asked.trace.encode()),) if asked.trace else ()),
    )
    value = to_json(data)
    found = opened(value, headers, MESSAGES)
    if isinstance(found, Senseless):
        raise fault(Fault.NOT_JSON, found.detail or found.reason)
    if found.body is None:
        raise problem_of(found.refusals)
    subjects = found.body.subjects()
    if not subjects:
        raise problem_of(asked.model.why_nobody(data))
    subject = subjects[0]
    record = Outgoing(asked.model.topic, home(subject, lanes), subject.encode(), value, tuple(headers))
    id_ = f"{asked.model.service}-{answer_id(caller.sender, key)}"
    return Intake(id_, caller.sender, key, fingerprint(asked), subject, record, found.ignored)


def _filled(asked: Asked, caller: Caller) -> dict[str, Any]:
    data = read_body(asked.body)
    for name in asked.beside:
        data.pop(name, None)
    for name, value in asked.filled.items():
        given = data.setdefault(name, value)
        if given != value and str(given).strip() != value:
            raise fault(Fault.PATH_DIFFERS, f"the address says {value}", pointer=f"/{name}")
        data[name] = value
    for name, _ in asked.model.about:  # the first one given is the subject: it must be the address's
        if asked.filled and name not in asked.filled and data.get(name) is not None:
            raise fault(Fault.PATH_DIFFERS, "the address names whom it is about", pointer=f"/{name}")
    for name, value in asked.made.items():
        if data.get(name) in (None, ""):
            data[name] = value
    if asked.actor is not None:
        data[asked.actor] = caller.actor
    if caller.test and "test" in asked.model.model_fields and data.setdefault("test", True) is not True:
        raise fault(Fault.TEST_KEY, pointer="/test")
    return data
