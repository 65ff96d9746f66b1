"""A cheap look at an envelope: what its attributes and data say, without judging any of it."""

from base64 import b64decode
from collections.abc import Mapping

import msgspec

from contracts.values.immutable import Immutable
from services.engine.core.record import Headers
from services.watch.telling.part import EMPTY, Part

LARGEST = 8 * 1024 * 1024
"""Bytes that are looked into; no topic of ours takes more."""
_decode = msgspec.json.Decoder().decode
_STRUCTURED = b"application/cloudevents"


class Glance(Immutable):
    """What a record says of itself. ``attributes`` are those of the envelope; ``wrong`` tells why there are none."""

    attributes: Part
    data: Part
    wrong: str = ""


def glance(value: bytes | None, headers: Headers) -> Glance:
    """What stands in a record's value, in structured or in binary mode."""
    if value is not None and len(value) > LARGEST:
        return Glance(EMPTY, EMPTY, "too large to be looked at")
    attributes = _of_headers(headers)
    if attributes is not None:
        return Glance(Part(attributes), _data(value))
    if value is None:
        return Glance(EMPTY, EMPTY, "without a value")
    document = _parsed(value)
    if not isinstance(document, dict):
        return Glance(EMPTY, EMPTY, "not JSON" if document is None else "not an object")
    data = document.get("data")
    if isinstance(data, dict):
        return Glance(Part(document), Part(data))
    if isinstance(data, str):
        return Glance(Part(document), _data(data.encode("utf-8", "replace")))
    encoded = document.get("data_base64")
    if isinstance(encoded, str):
        try:
            return Glance(Part(document), _data(b64decode(encoded, validate=True)))
        except ValueError:
            return Glance(Part(document), EMPTY)
    return Glance(Part(document), EMPTY)


def _of_headers(headers: Headers) -> Mapping[str, object] | None:
    """The attributes of binary mode; None: the record is in structured mode."""
    found: dict[str, object] = {}
    for name, content in headers:
        if content is None:
            continue
        if name == "content-type" and content.startswith(_STRUCTURED):
            return None
        if name.startswith("ce_"):
            found[name[3:]] = content.decode("utf-8", "replace")
    return found if "type" in found else None


def _data(value: bytes | None) -> Part:
    document = _parsed(value or b"")
    return Part(document) if isinstance(document, dict) else EMPTY


def _parsed(value: bytes) -> object:
    try:
        return _decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
