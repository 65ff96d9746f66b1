"""What is right by our schemas, and by what senders mean, though the strict models would say no at first sight.

Only looked at where a message was refused: what is plainly right pays nothing for it.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.wire.problems import model_in

_EXACT: Final = 2**53
"""Whole numbers below it are the same as floats; JSON Schema calls 2.0 an integer."""


def eased(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with ``null`` for a field that has a default taken as absent, and with ``2.0`` as 2."""
    return {
        name: _eased(model.model_fields.get(name), value)
        for name, value in data.items()
        if value is not None or not _may_be_absent(model.model_fields.get(name))
    }


def _may_be_absent(field: FieldInfo | None) -> bool:
    return field is not None and not field.is_required() and field.default is not None


def _eased(field: FieldInfo | None, value: Any) -> Any:
    if field is None:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    inner = model_in(field.annotation)
    if inner is None:
        return value
    if isinstance(value, dict):
        return eased(inner, value)
    if isinstance(value, list):
        return [eased(inner, each) if isinstance(each, dict) else each for each in value]
    return value
