"""A record as it is shown whole: masked, unless somebody with the right asked for what is personal in it."""

from typing import Any, Final

from contracts.registry import MESSAGES
from contracts.values.immutable import Immutable
from contracts.wire.envelope import Opened, opened
from contracts.wire.message import Kind
from services.engine.core.record import Record
from services.watch.masking.mask import MASK, mask
from services.watch.telling.glance import glance
from services.watch.telling.part import printable

LONGEST: Final = 4096
"""Bytes of a foreign body that are shown; the rest is said to be there."""
_ATTRIBUTES: Final = (
    "specversion",
    "type",
    "source",
    "id",
    "time",
    "datacontenttype",
    "causationsource",
    "causationid",
)
"""Attributes of an envelope that are shown; its subject is, where the data have the same."""


class Shown(Immutable):
    """What is shown of a record. ``message`` is its envelope with its data; where there is none, ``text`` has what may
    be seen of the bytes. ``masked``: something is left out that an operator with the right could see.
    """

    message: dict[str, Any] | None
    text: str
    headers: dict[str, str]
    size: int
    masked: bool


def shown(record: Record, *, unmasked: bool = False) -> Shown:
    """The record as it may be seen. A dead letter, and what cannot be read, is masked whole. Never raises."""
    size = len(record.value or b"")
    headers = _headers(record, unmasked=unmasked)
    if unmasked:
        return _bare(record, headers, size)
    if not record.topic.endswith(".dead-letters"):
        try:
            message = _masked(record)
        except Exception:  # noqa: BLE001 - what cannot be masked by its model is masked whole
            message = None
        if message is not None:
            return Shown(message, "", headers, size, masked=True)
    return Shown(None, f"{MASK} ({size:,} bytes, masked whole)", headers, size, masked=True)


def _bare(record: Record, headers: dict[str, str], size: int) -> Shown:
    seen = glance(record.value, record.headers)
    if seen.wrong or not seen.attributes.has("type"):
        return Shown(None, beginning(record.value), headers, size, masked=False)
    attributes = {name: value for name, value in seen.attributes.values.items() if name != "data"}
    return Shown({**attributes, "data": dict(seen.data.values)}, "", headers, size, masked=False)


def beginning(value: bytes | None) -> str:
    """The first 4 kB of foreign bytes as text, with the rest counted."""
    value = value or b""
    rest = len(value) - LONGEST
    text = printable(value[:LONGEST].decode("utf-8", "replace"), LONGEST)
    return f"{text} … and {rest:,} bytes more" if rest > 0 else text


def _masked(record: Record) -> dict[str, Any] | None:
    seen = glance(record.value, record.headers)
    model = MESSAGES.get(seen.attributes.text("type"))
    if model is None:
        return None
    read = opened(record.value, record.headers, MESSAGES)
    if not isinstance(read, Opened):
        return None
    wrong = frozenset(each.field for each in read.refusals) if model.kind is Kind.REQUEST else frozenset()
    attributes = {name: value for name, value in seen.attributes.values.items() if name in _ATTRIBUTES}
    subjects = model.subjects_of(seen.data.values) if model.kind is Kind.REQUEST else None
    subject = seen.attributes.values.get("subject")
    if subject is not None:
        attributes["subject"] = subject if subjects is None or subject in subjects else MASK
    return {**attributes, "data": mask(model, seen.data.values, wrong)}


def _headers(record: Record, *, unmasked: bool) -> dict[str, str]:
    """Those of our own writing; the names of all others, with their content only if it may be seen."""
    found = {}
    for name, content in record.headers:
        ours = name.startswith("leaseline-") and name != "leaseline-detail"
        ours = ours or name in ("content-type", "traceparent")
        text = printable((content or b"").decode("utf-8", "replace"), LONGEST)
        found[printable(name)] = text if ours or unmasked else MASK
    return found
