"""Masks the data of a message by the tags of its model (``contracts/values/personal.py``). Pure."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from contracts.values.personal import Personal, tag_of
from contracts.wire.problems import model_in

MASK: Final = "***"
"""What stands in place of a value that is not shown."""


def mask(model: type[BaseModel], data: Mapping[str, Any], wrong: frozenset[str] = frozenset(), path: str = "") -> Any:
    """The data with every personal value masked, and every one that the model does not foresee: a field that nobody
    knows, an object where a text should stand, what is ``wrong`` (paths as refusals name them). It may hold anything.
    """
    return {name: _field(model, name, value, wrong, f"{path}{name}") for name, value in data.items()}


def mask_actor(actor: str) -> str:
    """Who acted, by name; of an e-mail address only its domain."""
    before, at, domain = actor.rpartition("@")
    return f"…@{domain}" if at and before else actor


def _field(model: type[BaseModel], name: str, value: Any, wrong: frozenset[str], path: str) -> Any:
    field = model.model_fields.get(name)
    if value is None:
        return None
    if field is None or path in wrong:
        return MASK
    tag = tag_of(field)
    inner = model_in(field.annotation)
    if inner is None:
        return _leaf(value, tag, wrong, path)
    if isinstance(value, dict):
        return mask(inner, value, wrong, f"{path}.")
    if isinstance(value, list):
        return [_row(inner, each, wrong, f"{path}.{number}") for number, each in enumerate(value)]
    return MASK


def _row(inner: type[BaseModel], value: Any, wrong: frozenset[str], path: str) -> Any:
    return mask(inner, value, wrong, f"{path}.") if isinstance(value, dict) and path not in wrong else MASK


def _leaf(value: Any, tag: Personal | None, wrong: frozenset[str], path: str) -> Any:
    if isinstance(value, dict):
        return MASK
    if isinstance(value, list):
        return [
            MASK if isinstance(each, list) or f"{path}.{number}" in wrong else _leaf(each, tag, wrong, path)
            for number, each in enumerate(value)
        ]
    if tag is None:
        return value
    if tag.only_address:
        return mask_actor(value) if isinstance(value, str) else MASK
    return MASK
