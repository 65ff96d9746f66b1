"""A checkpoint as a document. Topic names have dots, so they are values here, never field names."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import bson

from services.engine.core.checkpoint import Barrier, Bookmark, Checkpoint
from services.engine.core.record import Outgoing
from services.engine.core.service import LaneClock

SMALL = 512
"""Bytes under which compressing costs more than it saves."""


def to_document(checkpoint: Checkpoint) -> dict[str, Any]:
    """The whole document, its id included."""
    return {
        "_id": checkpoint.lane,
        "epoch": checkpoint.epoch,
        "session": bson.Binary(checkpoint.session or b"", bson.binary.UUID_SUBTYPE),
        "marks": list(checkpoint.marks.items()),
        **passing_field(checkpoint.passing),
        "lanes": checkpoint.lanes,
        "barriers": [(b.topic, b.lane, b.incarnation, b.offset) for b in checkpoint.barriers],
        **saved_fields(checkpoint),
    }


def saved_fields(checkpoint: Checkpoint) -> dict[str, Any]:
    """What a save sets of the stored document. Every other field stays as it is: the owner's, which acquiring sets,
    the operator's, and those that only a newer version knows: a worker of an older one erases nothing.
    """
    return {
        "batch": checkpoint.batch,
        **position_fields(checkpoint),
        "as_of": checkpoint.clock.as_of,
        "waited": checkpoint.clock.waited,
        "outgoing": packed(checkpoint.outgoing),
    }


def passing_field(passing: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """Up to where what cannot be decided passes."""
    return {"passing": [(topic, *until) for topic, until in passing.items()]}


def position_fields(checkpoint: Checkpoint) -> dict[str, Any]:
    """How far it was read."""
    return {
        "offsets": list(checkpoint.offsets.items()),
        "bookmarks": [(t, b.offset, b.timestamp, b.digest) for t, b in checkpoint.bookmarks.items()],
        "incarnations": list(checkpoint.incarnations.items()),
    }


def from_document(document: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint; a document that was just made by the first acquisition has an epoch and nothing else."""
    return Checkpoint(
        lane=document["_id"],
        epoch=document["epoch"],
        batch=document.get("batch", 0),
        session=bytes(document["session"]) if document.get("session") else None,
        offsets=dict(document.get("offsets", ())),
        bookmarks={t: Bookmark(o, at, d) for t, o, at, d in document.get("bookmarks", ())},
        incarnations=dict(document.get("incarnations", ())),
        marks=dict(document.get("marks", ())),
        passing={topic: (incarnation, before) for topic, incarnation, before in document.get("passing", ())},
        clock=LaneClock(document.get("as_of"), document.get("waited", 0)),
        outgoing=unpacked(document.get("outgoing", b"")),
        lanes=document.get("lanes"),
        barriers=tuple(Barrier(*each) for each in document.get("barriers", ())),
    )


def packed(outgoing: Sequence[Outgoing]) -> bytes:
    """What is to be said, as bytes; compressed when that is worth it."""
    if not outgoing:
        return b""
    raw = bson.encode({"o": [[o.topic, o.lane, o.key, o.value, list(o.headers)] for o in outgoing]})
    return b"0" + raw if len(raw) < SMALL else b"1" + zlib.compress(raw, 1)


def unpacked(content: bytes) -> tuple[Outgoing, ...]:
    """The same back."""
    if not content:
        return ()
    raw = bytes(content[1:]) if content[:1] == b"0" else zlib.decompress(content[1:])
    return tuple(
        Outgoing(topic, lane, key, value, tuple((name, value_) for name, value_ in headers))
        for topic, lane, key, value, headers in bson.decode(raw)["o"]
    )
