"""What is sent, in which wave, and what must be heard before the next wave is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from contracts.values.words import stamp
from contracts.wire.encoding import encoded
from contracts.wire.message import Body

Identity = tuple[str, str]
"""A message's source and id."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """How a record travels: by which client's partitioner, with or without its key, in which CloudEvents mode.

    ``partition`` is only for who owns a topic and knows its lanes.
    """

    via: Literal["java", "librdkafka"] = "java"
    keyed: bool = True
    binary: bool = False
    partition: int | None = None


PLAIN = Carriage()


@dataclass(frozen=True, slots=True)
class Awaited:
    """An answer or notice that must be heard: ``causationsource`` and ``causationid`` are ``identity``.

    ``emits``: the CloudEvents types any one of which will do. ``times``: so many messages with different ids (one
    ``SubscriptionCreated`` for each accepted serial). ``codes``: those of a refusal, sorted.
    """

    identity: Identity
    emits: tuple[str, ...]
    times: int = 1
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """A record to publish. ``identity`` is absent, and only then, when it cannot be read: it becomes a dead letter.

    ``type`` is the CloudEvents type of what it asks (``unreadable`` without identity). ``via`` names the partitioner
    that chooses the partition from the key; without a key any partition will do. ``partition``: this one and no other.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    via: Literal["java", "librdkafka"]
    identity: Identity | None
    type: str
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Wave:
    """Records to send in this order, and everything that must be heard of them (and of earlier ones that waited).

    ``dead_letters``: so many of the records appear in the dead letters. ``quiet``: the next wave depends on what the
    services tell one another, not only on their answers: it is sent when they have read all that was said.
    """

    name: str
    records: tuple[Outbound, ...]
    awaited: tuple[Awaited, ...]
    dead_letters: int = 0
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """A request on its way: a body, or, where a rule is to be broken, the raw ``data`` of a message of ``model``.

    ``time`` (UTC) absent: the sender has no clock. ``answers`` are awaited in its own wave, ``later`` in a later one.
    """

    model: type[Body]
    id: str
    source: str
    time: datetime | None
    body: Body | None = None
    data: Mapping[str, Any] | None = None
    carriage: Carriage = PLAIN
    answers: tuple[Awaited, ...] = ()
    later: tuple[Awaited, ...] = ()

    @property
    def identity(self) -> Identity:
        """Source and id."""
        return (self.source, self.id)

    def awaiting(self, *emits: type[Body], times: int = 1, codes: tuple[str, ...] = ()) -> "Sending":
        """The same with one more answer, of any one of these types, awaited in its own wave."""
        return replace(self, answers=(*self.answers, self._awaited(emits, times, codes)))

    def awaiting_later(self, *emits: type[Body], times: int = 1, codes: tuple[str, ...] = ()) -> "Sending":
        """The same with one more answer awaited in a later wave."""
        return replace(self, later=(*self.later, self._awaited(emits, times, codes)))

    def _awaited(self, emits: tuple[type[Body], ...], times: int, codes: tuple[str, ...]) -> Awaited:
        return Awaited(self.identity, tuple(each.type_name() for each in emits), times, tuple(sorted(codes)))

    def outbound(self) -> Outbound:
        """The record: always the same bytes for the same request."""
        subject = self._subject()
        key = subject.encode() if self.carriage.keyed else None
        headers: tuple[tuple[str, bytes], ...] = ()
        if self.carriage.binary:
            attributes = {**self._attributes(subject), "datacontenttype": "application/json"}
            headers = (
                ("content-type", attributes.pop("datacontenttype").encode()),
                *((f"ce_{name}", text.encode()) for name, text in attributes.items()),
            )
            value = self._data()
        elif self.body is not None and self.time is not None:
            value = encoded(self.body, id=self.id, source=self.source, time=self.time)
        else:
            attributes = {**self._attributes(subject), "datacontenttype": "application/json"}
            head = json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode()
            value = head[:-1] + b',"data":' + self._data() + b"}"
        type_ = self.model.type_name()
        carriage = self.carriage
        return Outbound(self.model.topic, key, value, headers, carriage.via, self.identity, type_, carriage.partition)

    def _subject(self) -> str:
        subjects = self.body.subjects() if self.body is not None else self.model.subjects_of(self.data or {})
        return subjects[0]

    def _attributes(self, subject: str) -> dict[str, str]:
        attributes = {
            "specversion": "1.0",
            "type": self.model.type_name(),
            "source": self.source,
            "id": self.id,
            "subject": subject,
        }
        if self.time is not None:
            attributes["time"] = stamp(self.time)
        return attributes

    def _data(self) -> bytes:
        if self.body is not None:
            return self.body.model_dump_json(exclude_none=True).encode()
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()
