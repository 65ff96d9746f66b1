"""What is read of the records of billing's topics: envelopes, where a record first stood, what lies among the dead."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from contracts.values.immutable import Immutable
from services.engine.core.reading import ORIGIN
from services.engine.core.record import Headers, Record

FULFILLMENT: Final = "leaseline/fulfillment"
"""Who says what subscriptions are."""
Spot = tuple[str, int, int]
"""Where a record first stood: topic, partition, offset."""


class _Wire(msgspec.Struct):
    type: str
    id: str
    source: str
    time: str
    data: Mapping[str, Any]
    subject: str = ""
    causationsource: str = ""
    causationid: str = ""


class Said(Immutable):
    """Something that billing said: its short type, its id, whom it is about, its message time, what caused it (source,
    id), its data.
    """

    type: str
    id: str
    subject: str
    time: str
    cause: tuple[str, str]
    data: Mapping[str, Any]


_DECODER: Final = msgspec.json.Decoder(_Wire)


def said_in(record: Record) -> Said | None:
    """What billing says in a record of one of its own topics; None for what is no message (nobody of us wrote that)."""
    try:
        wire = _DECODER.decode(record.value or b"")
    except (msgspec.MsgspecError, ValueError):
        return None
    owner, service, name, *_ = (*wire.type.split("."), "", "", "")
    if (owner, service) != ("leaseline", "billing"):
        return None
    return Said(name, wire.id, wire.subject, wire.time, (wire.causationsource, wire.causationid), wire.data)


def id_in(record: Record) -> str | None:
    """The id of a message in structured mode."""
    try:
        return _DECODER.decode(record.value or b"").id
    except (msgspec.MsgspecError, ValueError):
        return None


def named_in(record: Record) -> tuple[str, str] | None:
    """The id of a fact about a subscription, and that of the subscription."""
    try:
        wire = _DECODER.decode(record.value or b"")
        return wire.id, str(wire.data["subscription"]["subscription_id"])
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError):
        return None


def spot_of(record: Record) -> Spot:
    """Where it stands."""
    return record.topic, record.partition, record.offset


def origin_spot(record: Record) -> tuple[Spot, int] | None:
    """Where a record that was forwarded first stood, and in which incarnation of its topic; None: it was not."""
    where = _header(record.headers, ORIGIN)
    if where is None:
        return None
    topic, incarnation, partition, offset, _ = where.split("|")
    return (topic, int(partition), int(offset)), int(incarnation)


def dead_spot(record: Record) -> Spot | None:
    """Where a dead letter first stood."""
    topic, partition, offset = (
        _header(record.headers, f"leaseline-{name}") for name in ("topic", "partition", "offset")
    )
    if topic is None or partition is None or offset is None:
        return None
    return topic, int(partition), int(offset)


def _header(headers: Headers, wanted: str) -> str | None:
    return next((content.decode() for name, content in headers if name == wanted and content is not None), None)
