"""The data of an event, however they were enclosed: as an object, as JSON text, as bytes in base64.

Client libraries write ``data_base64`` when they are given bytes, and a text when they are given one.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json, to_json

from contracts.values.immutable import Immutable
from contracts.values.refusals import Code


class Enclosed(Immutable):
    """The data, and the JSON text that they are read from."""

    data: Mapping[str, Any]
    text: bytes


class Unreadable(Immutable):
    """Why there are no data: ``code`` for the sender of a request, ``reason`` for the dead letter of anything else."""

    code: Code
    reason: str
    detail: str


def enclosed(document: Mapping[str, Any], deepest: int) -> Enclosed | Unreadable:
    """The data of an event in structured mode, whole as it was parsed."""
    data, encoded = document.get("data"), document.get("data_base64")
    if data is not None and encoded is not None:
        return _no("data and data_base64 exclude each other", Code.VALUE_INVALID)
    if isinstance(data, dict):
        deep = deeper_than(data, deepest - 1)
        return _too_deep(deepest) if deep else Enclosed(data, to_json(data))
    if data is None and encoded is None:
        return _no("an event without data says nothing", Code.FIELD_REQUIRED)
    if isinstance(data, str):
        return within(data.encode(), deepest)
    if isinstance(encoded, str):
        if not _is_json(document.get("datacontenttype")):
            return _no("data_base64 of another datacontenttype than JSON")
        try:
            return within(b64decode(encoded, validate=True), deepest)
        except (NotBase64, ValueError):
            return _no("data_base64 is not base64")
    return _no("data is not an object")


def within(value: bytes | None, deepest: int) -> Enclosed | Unreadable:
    """The data that bytes say: a record's value in binary mode, or what was enclosed as text."""
    if not value:
        return _no("an event without data says nothing", Code.FIELD_REQUIRED)
    try:
        data = from_json(value, allow_inf_nan=False)
    except ValueError as error:
        if str(error).startswith("recursion limit"):
            return _too_deep(deepest)
        return Unreadable(Code.WRONG_TYPE, "not_json", f"not JSON: {str(error)[:180]}")
    if not isinstance(data, dict):
        return _no("data is not an object")
    return _too_deep(deepest) if deeper_than(data, deepest) else Enclosed(data, value)


def deeper_than(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested deeper than so many levels."""
    if levels < 0:
        return True
    if isinstance(value, dict):
        return any(deeper_than(v, levels - 1) for v in value.values())
    if isinstance(value, list):
        return any(deeper_than(v, levels - 1) for v in value)
    return False


def _is_json(kind: object) -> bool:
    if kind is None:
        return True
    if not isinstance(kind, str):
        return False
    name = kind.partition(";")[0].strip().lower()
    return name.endswith(("/json", "+json"))


def _no(detail: str, code: Code = Code.WRONG_TYPE) -> Unreadable:
    return Unreadable(code, "not_an_envelope", detail)


def _too_deep(deepest: int) -> Unreadable:
    return Unreadable(Code.VALUE_INVALID, "too_deep", f"nested deeper than {deepest} levels")
