"""Small values that nobody changes."""

from typing import TYPE_CHECKING, dataclass_transform

import msgspec
from msgspec import field

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    class Immutable:
        """A value: its fields in their order or by name, never changed, equal and hashed by them."""
else:

    class Immutable(msgspec.Struct, frozen=True):
        """A value: its fields in their order or by name, never changed, equal and hashed by them."""
