"""What a service keeps: documents and the values in them, as structs; what the store holds of them.

A struct is made, changed and turned into what the store takes in a fraction of the time that a model of the wire
takes, and holds no more than its fields (``docs/decisions/0026``). It is checked when it is read from the store: types,
and that nothing is missing. No model of the wire stands in it (``docs/decisions/0085``, ``contract.py``).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, dataclass_transform

import msgspec
from msgspec import field

from contracts.values.immutable import Immutable

__all__ = [
    "Document",
    "Stored",
    "field",
    "fields_and_values",
    "fields_of",
    "read_from",
    "replace",
    "replace_by",
    "stored_fields",
    "stored_form",
    "stored_value",
]

Stored = Mapping[str, Any]

if TYPE_CHECKING:

    @dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
    class Document:
        """A document, or a value in one: fields by name, never changed, equal and hashed by them."""

        __struct_fields__: ClassVar[tuple[str, ...]]
else:

    class _DocumentMeta(msgspec.StructMeta):
        def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
            return super().__new__(mcls, name, bases, namespace, frozen=True, kw_only=True, omit_defaults=True)

    class Document(msgspec.Struct, metaclass=_DocumentMeta):
        """A document, or a value in one: fields by name, never changed, equal and hashed by them."""


D = TypeVar("D", bound=Document)
V = TypeVar("V", bound=Document | Immutable)
_replace_in_struct: Callable[..., Any] = msgspec.structs.replace
"""mypy holds documents for no structs. In tests it is one that looks at the values (``tests/checked.py``)."""
_AS_THEY_ARE = (datetime, bytes)
"""Types that the store knows itself; days are text there."""


def stored_form(document: Document) -> Stored:
    """A document as it is stored, without its id. Left out: fields that have their default, at every depth."""
    return cast("Stored", _stored(document))


def stored_fields(document: Document, names: Iterable[str]) -> Stored:
    """Some of its fields, by the same rule."""
    defaults = _defaults(type(document))  # type: ignore[arg-type]  # every class has a hash
    values = {name: getattr(document, name) for name in names}
    return {name: _stored(value) for name, value in values.items() if value != defaults[name]}


def stored_value(value: object) -> Any:
    """A value within a document as it is stored."""
    return _stored(value)


@cache
def _defaults(kind: type[Any]) -> Mapping[str, object]:
    return {
        each.name: each.default if each.default_factory is msgspec.NODEFAULT else each.default_factory()
        for each in msgspec.structs.fields(kind)
    }


def _stored(value: object) -> Any:
    return msgspec.to_builtins(value, builtin_types=_AS_THEY_ARE)


def read_from(stored: Stored, kind: type[D]) -> D:
    """The document that was stored so. Raises msgspec's ``ValidationError`` if it is none of this kind: a field is
    missing or has another type.
    """
    return msgspec.convert(stored, kind)


def fields_of(kind: type[Document]) -> Iterable[str]:
    """The names of its fields."""
    return kind.__struct_fields__


def fields_and_values(kind: type[Document]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of its fields, and what reads all of them from a document of this kind, in their order."""
    return _fields_and_values(kind)  # type: ignore[arg-type]  # every class has a hash


@cache
def _fields_and_values(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(fields_of(kind))
    if len(names) > 1:  # of a single name an ``attrgetter`` gives the value itself
        return names, attrgetter(*names)
    return names, lambda document: tuple(getattr(document, name) for name in names)


def replace(value: V, **changes: object) -> V:
    """It with these fields changed: how every decision says what becomes of a document. Nested values are shared.

    Names and types are checked by mypy (``tests/typing/replace_plugin.py``), and in the tests at run time.
    """
    made: V = _replace_in_struct(value, **changes)
    return made


def replace_by(value: V, changes: Mapping[str, object]) -> V:
    """The same where the names are known at run time only. Raises TypeError for a name that is no field of it."""
    made: V = _replace_in_struct(value, **changes)
    return made
