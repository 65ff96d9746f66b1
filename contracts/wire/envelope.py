"""The CloudEvents 1.0 envelope over Kafka: structured mode (one JSON document) and binary mode (attributes in headers).

A reader never raises on what it reads: it gives an ``Opened`` envelope or says why the record is ``Senseless``.
What is wrong with ``data`` is no reason to call a request senseless: it is refused with every code and field.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import Field, ValidationError
from pydantic_core import from_json, to_json

from contracts.values.immutable import Immutable
from contracts.values.judging import JUDGED
from contracts.values.model import Model
from contracts.values.refusals import Refusal, refusal
from contracts.values.timestamp import instant
from contracts.wire.enclosed import Enclosed, Unreadable, enclosed, within
from contracts.wire.lines import HINT, looks_like_a_line
from contracts.wire.loose import eased
from contracts.wire.message import Body, Kind
from contracts.wire.problems import MOST_IGNORED, refusals_of, unknown_fields
from contracts.wire.trace import NONE, TRACEPARENT, read_trace

B = TypeVar("B", bound=Body)
Headers = Sequence[tuple[str, bytes | None]]

DEEPEST: Final = 100
"""Levels of nesting beyond which a document is senseless: nothing that we store or say is deeper."""
STRUCTURED_PREFIX: Final = b"application/cloudevents"
"""A ``content-type`` that begins so means structured mode, whatever ``ce_`` headers a forwarder left there."""
_NO_TIME: Final = (None, "")
_SPECVERSION = re.compile(r"1\.[0-9]+\Z")
_TYPE = re.compile(rb'"type"\s*:\s*"([A-Za-z0-9_.]{1,120})"')


class Attributes(Model):
    """The attributes alone, for a message of a type that the reader does not take: its ``data`` is read past."""

    specversion: str = Field(pattern=r"^1\.[0-9]+$")
    id: str = Field(min_length=1, max_length=256)
    source: str = Field(min_length=1, max_length=256)
    type: str = Field(min_length=1, max_length=256)


class Envelope(Model, Generic[B]):
    """A message in structured mode. ``subject`` and others are read past: the subject comes from ``data``."""

    specversion: str = Field(pattern=r"^1\.[0-9]+$")
    id: str = Field(min_length=1, max_length=256)
    source: str = Field(min_length=1, max_length=256)
    type: str
    time: Any = None
    subject: Any = None
    datacontenttype: Any = None
    dataschema: Any = None
    causationsource: Any = None
    causationid: Any = None
    traceparent: Any = None
    tracestate: Any = None
    data: B


class Opened(Immutable):
    """What was read. Either ``body`` is there, or ``refusals`` say what is wrong in ``data``. Then ``data`` is there,
    too, unless it is no JSON object at all.

    ``time`` is UTC in whole milliseconds; absent when the sender gave none, or (``time_wrong``) none that can be read.
    ``unknown`` counts the fields that this version does not know, ``ignored`` names the first of a request's. ``trace``
    is a valid ``traceparent``, or nothing.
    """

    model: type[Body]
    source: str
    id: str
    time: datetime | None
    body: Body | None
    refusals: tuple[Refusal, ...] = ()
    data: Mapping[str, Any] | None = None
    unknown: int = 0
    time_wrong: bool = False
    ignored: tuple[str, ...] = ()
    trace: str = NONE


class Senseless(Immutable):
    """Why a record cannot be read at all. ``unknown_type`` names a type that is well-formed but not in the table."""

    reason: str
    detail: str = ""


_envelopes: dict[type[Body], type[Envelope[Any]]] = {}


def _envelope_of(model: type[Body]) -> type[Envelope[Any]]:
    found = _envelopes.get(model)
    if found is None:
        found = _envelopes[model] = Envelope[model]  # type: ignore[valid-type]
    return found


def _context(model: type[Body]) -> Mapping[str, Any] | None:
    """What our services said was judged before they said it."""
    return None if model.kind is Kind.REQUEST else JUDGED


def opened(value: bytes | None, headers: Headers, known: Mapping[str, type[Body]]) -> Opened | Senseless:
    """Reads one record's value and headers against the types that the reader knows."""
    if _is_binary(headers):
        return _binary(value, headers, known)
    if value is None:
        return Senseless("null_value", "a record without a value says nothing")
    peeked = _TYPE.search(value, 0, 4096)
    if peeked is not None:
        model = known.get(peeked[1].decode())
        if model is None:
            try:
                attributes = Attributes.model_validate_json(value)
            except ValidationError:
                pass
            else:
                if attributes.type not in known:
                    return Senseless("unknown_type", attributes.type[:120])
        else:
            try:
                envelope = _envelope_of(model).model_validate_json(value, extra="forbid", context=_context(model))
            except ValidationError:
                pass
            else:
                if envelope.type == model.type_name():
                    time = instant(envelope.time)
                    wrong = time is None and envelope.time not in _NO_TIME
                    trace = NONE if envelope.traceparent is None else read_trace(envelope.traceparent)
                    return Opened(
                        model, envelope.source, envelope.id, time, envelope.data, time_wrong=wrong, trace=trace
                    )
    return _structured(value, known)


def _is_binary(headers: Headers) -> bool:
    typed = False
    for name, content in headers:
        if content is None:
            continue
        if name == "content-type" and content.startswith(STRUCTURED_PREFIX):
            return False
        typed = typed or name == "ce_type"
    return typed


def _structured(value: bytes, known: Mapping[str, type[Body]]) -> Opened | Senseless:
    document = _document(value)
    if isinstance(document, Senseless):
        return document
    attributes = {name: document.get(name) for name in ("specversion", "id", "source", "type")}
    wrong = _not_an_envelope(attributes)
    if wrong is not None:
        return wrong
    model = known.get(str(document["type"]))
    if model is None:
        return Senseless("unknown_type", str(document["type"])[:120])
    return _read(model, document, enclosed(document, DEEPEST))


def _binary(value: bytes | None, headers: Headers, known: Mapping[str, type[Body]]) -> Opened | Senseless:
    attributes: dict[str, Any] = {}
    for name, content in headers:
        if name.startswith("ce_") and content is not None:
            try:
                attributes[name[3:]] = content.decode()
            except UnicodeDecodeError:
                if name[3:] == TRACEPARENT:  # a trace that cannot be read is none
                    continue
                return Senseless("not_an_envelope", f"header {name[:40]} is not UTF-8")
    wrong = _not_an_envelope(attributes)
    if wrong is not None:
        return wrong
    model = known.get(attributes["type"])
    if model is None:
        return Senseless("unknown_type", attributes["type"][:120])
    return _read(model, attributes, within(value, DEEPEST))


def _read(model: type[Body], attributes: Mapping[str, Any], data: Enclosed | Unreadable) -> Opened | Senseless:
    """The message of a known type, whose data are what was enclosed."""
    source, id_, claimed = str(attributes["source"]), str(attributes["id"]), attributes.get("time")
    time = instant(claimed)
    wrong = time is None and claimed not in _NO_TIME
    trace = read_trace(attributes.get(TRACEPARENT))
    if isinstance(data, Unreadable):
        if model.kind is not Kind.REQUEST:
            return Senseless(data.reason, data.detail)
        unreadable = refusal(data.code, "data", data.detail)
        return Opened(model, source, id_, time, None, (unreadable,), time_wrong=wrong, trace=trace)
    found = data.data
    foreign = tuple(unknown_fields(model, found))
    ignored = foreign[:MOST_IGNORED] if model.kind is Kind.REQUEST else ()
    body, refusals = _body(model, found, data.text, foreign)
    if body is None:
        found = eased(model, found)
    return Opened(
        model,
        source,
        id_,
        time,
        body,
        refusals,
        None if body is not None else found,
        unknown=len(foreign),
        time_wrong=wrong,
        ignored=ignored,
        trace=trace,
    )


def _body(
    model: type[Body], data: Mapping[str, Any], text: bytes, foreign: tuple[str, ...]
) -> tuple[Body | None, tuple[Refusal, ...]]:
    """What the data say; or every reason why they cannot be read, once what is only loose is eased."""
    try:
        return model.model_validate_json(text, context=_context(model)), ()
    except ValidationError:
        pass
    try:
        return model.model_validate_json(to_json(eased(model, data)), context=_context(model)), ()
    except ValidationError as error:
        return None, refusals_of(error, unknown=foreign)


def _document(value: bytes) -> Mapping[str, Any] | Senseless:
    try:
        document = from_json(value, allow_inf_nan=False)
    except ValueError as error:
        if str(error).startswith("recursion limit"):
            return Senseless("too_deep", str(error)[:200])
        return Senseless("not_json", str(error)[:200] + (HINT if looks_like_a_line(value) else ""))
    if not isinstance(document, dict):
        scalar = not isinstance(document, list)
        return Senseless("not_an_envelope", "not a JSON object" + (HINT if scalar else ""))
    return document


def _not_an_envelope(attributes: Mapping[str, Any]) -> Senseless | None:
    for name in ("specversion", "id", "source", "type"):
        found = attributes.get(name)
        if not isinstance(found, str) or not 1 <= len(found) <= 256:
            return Senseless("not_an_envelope", f"attribute {name} is missing or not 1 to 256 characters of text")
    if _SPECVERSION.match(str(attributes["specversion"])) is None:
        return Senseless("not_an_envelope", f"specversion {str(attributes['specversion'])[:16]}, expected 1.0")
    return None
