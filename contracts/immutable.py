"""Small values that nobody changes."""

from typing import TYPE_CHECKING, Any, dataclass_transform

import msgspec
from msgspec import field

if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True, field_specifiers=(field,))
    class Immutable:
        """A value: its fields in their order or by name, never changed, equal and hashed by them."""
else:

    class _Immutable(msgspec.StructMeta):
        def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            # Nothing frozen can hold itself, so the collector of cycles need not know of it.
            return super().__new__(mcls, name, bases, namespace, frozen=True, gc=False)

    class Immutable(msgspec.Struct, metaclass=_Immutable):
        """A value: its fields in their order or by name, never changed, equal and hashed by them."""
