"""A document with every field filled in, made from its types alone; and what a document that was read means."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

SAID: Mapping[str, Any] = {
    "currency": "EUR",
    "country": "NL",
    "email": "ada@example.com",
    "payer": "group:tulip",
    "term": "net_30",
    "default_term": "net_30",
    "months": 12,
    "period": "2024-05",
    "service_period": "2024-05",
    "billing_day": 5,
}
"""Values that a type alone does not tell: the wire's models judge them."""
AT = datetime(2024, 5, 14, 13, 31, tzinfo=UTC)


def filled(kind: type[Any]) -> Any:
    """A value of this kind in which no field has its default, as far as its types allow."""
    hints = get_type_hints(kind, include_extras=True)
    return kind(**{name: _value(hints[name], name) for name in kind.__struct_fields__})


def _value(hint: Any, name: str) -> Any:
    found = _of(hint, name)
    return SAID[name] if name in SAID and isinstance(found, type(SAID[name])) else found


def _of(hint: Any, name: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _of(inner[0], name)
    if origin in (Union, UnionType):
        return _of(next(each for each in inner if each is not type(None)), name)
    if origin is Literal:
        return inner[-1]
    if origin is tuple:
        return tuple(_of(each, name) for each in inner if each is not ...)
    if origin is not None and issubclass(origin, Mapping):
        return {_of(inner[0], name): _of(inner[1], name)}
    if issubclass(hint, Enum):
        return next(iter(hint))
    if issubclass(hint, msgspec.Struct):
        return filled(hint)
    plain = {str: name, int: 7, bool: True, bytes: b"\x01\x02", datetime: AT, date: AT.date(), object: name}
    return plain[hint]


def meaning(value: Any) -> Any:
    """What it means, defaults spelled out, as JSON data."""
    if isinstance(value, msgspec.Struct):
        return {name: meaning(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(key): meaning(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [meaning(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.hex() if isinstance(value, bytes) else str(value) if isinstance(value, date) else value
