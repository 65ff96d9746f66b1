"""The AsyncAPI 3.1 document, made from the table of topics, the schemas and the golden examples."""

from collections.abc import Mapping
from typing import Any, Final

from contracts.registry import MESSAGES
from contracts.tools.parts import Parts, reference
from contracts.tools.schema import said
from contracts.topics import TOPICS
from contracts.wire.encoding import CONTENT_TYPE, STRUCTURED
from contracts.wire.message import Body
from contracts.wire.topic import SERVICES, Carried, Party, Topic

DEAD_LETTER_HEADERS: Final = {
    "leaseline-reason": "why it could not be read, decided or stored",
    "leaseline-detail": "what exactly, for a person",
    "leaseline-topic": "the topic where it first stood",
    "leaseline-incarnation": "how often that topic had been reset",
    "leaseline-partition": "the partition there",
    "leaseline-offset": "the offset there",
    "leaseline-timestamp": "the broker's time there, milliseconds UTC",
    "leaseline-null-value": "yes if the record had no value",
    "leaseline-cut": "yes if only the value's beginning is kept",
}
"""What a dead letter's headers tell; its value is the record's own bytes."""

_OUR_HEADERS: Final = {
    "title": "SaidHeaders",
    "type": "object",
    "properties": {
        CONTENT_TYPE[0]: {"type": "string", "const": STRUCTURED, "description": "structured mode, on all that we say"}
    },
    "required": [CONTENT_TYPE[0]],
}

_ABOUT = """\
Orders become subscriptions and billing accounts. Everything that changes state is a record on one of these topics.

Every message is a CloudEvents 1.0 event in JSON, in structured mode (the whole event is the record's value) or in
binary mode (attributes as headers `ce_id`, `ce_source`, `ce_type`, `ce_specversion`, `ce_time`; the value is `data`).
What the services say is in structured mode and carries the header `content-type: application/cloudevents+json;
charset=utf-8`, so that a CloudEvents library's Kafka binding opens it; what others sent keeps its own headers.
The record's key is the subject. A record with another key, or with none, is found its home all the same.

A request has exactly one answer, which names it by `causationsource` and `causationid`. A request that does not say
whom it is about is refused like any other; the subject of that answer is `unaddressed:` and a hash of the request's
source and id. What answers a request names under `ignored` the fields of it that nobody knows.

A message may carry `traceparent` (W3C Trace Context; `ce_traceparent` in binary mode). Whatever is said because of it
is in the same trace, in a span of its own, also what is decided only later. One that is malformed counts as absent.

Facts carry a version that counts without gaps for what they are about. Fields are added, never renamed: ignore those
that you do not know.

A record may stand in a topic twice: a service that starts again says its last batch again, with the same ids and bytes.
Drop what has the same `source` and `id` as something that you took. Whoever keeps a state needs no list of ids: keep
the `version` beside each subject's state and take a fact only if its version is higher; gaps are normal."""


def document(
    version: str, schemas: Mapping[str, Mapping[str, Any]], examples: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The whole document; ``schemas`` and ``examples`` (whole events) by type name."""
    carried = [each for topic in TOPICS for each in topic.carries]
    parts = Parts({MESSAGES[name]: schema for name, schema in schemas.items()})
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Leaseline", "version": version, "description": _ABOUT},
        "defaultContentType": STRUCTURED,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: operation for service in SERVICES for name, operation in _operations(service).items()},
        "components": {
            "messages": {
                **{_name(c): _message(c, parts, examples[_name(c)]) for c in carried},
                "DeadLetter": _dead_letter(),
            },
            "schemas": {**_ATTRIBUTES, "SaidHeaders": _OUR_HEADERS, **parts.schemas},
        },
    }


def _name(carried: Carried) -> str:
    return carried.model.type_name()


def _is_dead_letters(topic: Topic) -> bool:
    return topic.name.endswith(".dead-letters")


def _channel(topic: Topic) -> Mapping[str, Any]:
    names = [_name(c) for c in topic.carries] or (["DeadLetter"] if _is_dead_letters(topic) else [])
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"Key: {topic.subject}. Owned by {topic.owner}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "x-owner": topic.owner.value,
        "x-writers": [party.value for party in topic.writers],
        "x-readers": [party.value for party in topic.readers],
    }


def _operations(service: Party) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for topic in TOPICS:
        hears = [_name(c) for c in topic.carries if service in c.readers]
        emits = [_name(c) for c in topic.carries if service in c.writers]
        if _is_dead_letters(topic) and service in topic.writers:
            emits = ["DeadLetter"]
        for action, names in (("receive", hears), ("send", emits)):
            if names:
                channel = f"#/channels/{topic.name}"
                found[f"{service}-{'hears' if action == 'receive' else 'emits'}-{topic.name}"] = {
                    "action": action,
                    "channel": {"$ref": channel},
                    "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
                }
    return found


def _message(carried: Carried, parts: Parts, example: Mapping[str, Any]) -> Mapping[str, Any]:
    name = _name(carried)
    model = carried.model
    data = parts.name_of(model)
    return {
        "name": name,
        "title": model.__name__,
        "summary": f"A {model.kind.value}, {'said' if said(model.kind) else 'heard'} by {model.service}.",
        "description": parts.schemas[data].get("description", ""),
        "contentType": STRUCTURED,
        **({"headers": {"$ref": reference("SaidHeaders")}} if said(carried.model.kind) else {}),
        "payload": _event(model, data),
        "examples": [{"name": name.rsplit(".", 2)[1], "payload": example}],
        "x-writers": [party.value for party in carried.writers],
        "x-readers": [party.value for party in carried.readers],
    }


def _dead_letter() -> Mapping[str, Any]:
    return {
        "name": "DeadLetter",
        "title": "DeadLetter",
        "summary": "A record that could not be read, decided or stored: its bytes, its own headers, and the reason.",
        "contentType": "application/octet-stream",
        "payload": {"title": "DeadLetterBytes", "type": "string", "format": "binary"},
        "headers": {
            "title": "DeadLetterHeaders",
            "type": "object",
            "properties": {
                name: {"type": "string", "description": about} for name, about in DEAD_LETTER_HEADERS.items()
            },
            "required": list(DEAD_LETTER_HEADERS),
        },
    }


def _event(model: type[Body], data: str) -> Mapping[str, Any]:
    """A whole event in structured mode, under a name of its own."""
    attributes = {name: {"$ref": reference(part)} for name, part in _ENVELOPE.items()}
    return {
        "title": f"{data}Event",
        "type": "object",
        "description": "CloudEvents 1.0 in structured mode. Identity of a message is source and id together.",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            **attributes,
            "type": {"type": "string", "const": model.type_name()},
            "data": {"$ref": reference(data)},
        },
    }


def _attribute(title: str, description: str, **rules: Any) -> Mapping[str, Any]:
    return {"title": title, "type": "string", "description": description, **rules}


_LENGTH: Final = {"minLength": 1, "maxLength": 256}
_ATTRIBUTES: Final = {
    part["title"]: part
    for part in (
        _attribute("SpecVersion", "The version of CloudEvents.", pattern="^1\\.[0-9]+$"),
        _attribute("EventId", "Given by the sender; the same again is a repeat, never a new message.", **_LENGTH),
        _attribute("EventSource", "Who sends: two senders may both count 1, 2, 3.", **_LENGTH),
        _attribute(
            "EventTime",
            "When it happened at the sender. Missing, unreadable or far ahead: the record's counts.",
            format="date-time",
        ),
        _attribute("EventSubject", "For people and tools: the subject is taken from data."),
        _attribute("DataContentType", "application/json"),
        _attribute("CausationSource", "The source of the message that led to this one."),
        _attribute("CausationId", "The id of the message that led to this one."),
        _attribute("TraceParent", "W3C Trace Context; what is said because of this message is in the same trace."),
    )
}
_ENVELOPE: Final = {
    "specversion": "SpecVersion",
    "id": "EventId",
    "source": "EventSource",
    "type": "",
    "time": "EventTime",
    "subject": "EventSubject",
    "datacontenttype": "DataContentType",
    "causationsource": "CausationSource",
    "causationid": "CausationId",
    "traceparent": "TraceParent",
}
"""The envelope's attributes in their order, and the part that each is."""
