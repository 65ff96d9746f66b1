"""Small values that nobody changes."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[T]) -> type[T]:
    """A dataclass with slots, equal and hashed by its fields; whoever assigns to one is told by the type checker.

    Python's own frozen dataclasses say so at run time, and pay a call for each field of each value that is made: a
    sixteenth of the time of a batch (``docs/decisions/0011``).
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
