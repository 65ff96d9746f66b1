"""The ground of every model on the wire: frozen, strict, unknown fields ignored."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value on the wire. Strict: a number in quotes is not a number. Read from JSON bytes, never from objects.

    Unknown fields of a known version are ignored, so that a newer sender can talk to an older reader; the reader
    counts them (``contracts.wire.envelope``).
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", use_attribute_docstrings=True)


M = TypeVar("M", bound=Model)


def restate(said: M, **changes: object) -> M:
    """The same with these fields said otherwise. It is not judged: what stays was, and what is new comes from a rule.

    Names and types are checked by mypy (``tests/typing/replace_plugin.py``), and in the tests at run time.
    """
    return _with_fields(said, {**said.__dict__, **changes})


def _with_fields(said: M, fields: Mapping[str, object]) -> M:
    # pydantic's own ``model_copy`` copies what a frozen value never needs of its own.
    made = said.__class__.__new__(said.__class__)
    set_field = object.__setattr__
    set_field(made, "__dict__", fields)
    set_field(made, "__pydantic_fields_set__", said.__pydantic_fields_set__)
    set_field(made, "__pydantic_extra__", said.__pydantic_extra__)
    set_field(made, "__pydantic_private__", said.__pydantic_private__)
    return made
