"""What a service keeps: documents and the values in them, as structs; what the store holds of them.

A struct is made, changed and turned into what the store takes in a fraction of the time that a model of the wire
takes, and holds no more than its fields (``docs/decisions/0026``). It is checked when it is read from the store: types,
and that nothing is missing. Values of the wire may stand in it; what is kept as it was said may be one altogether.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, dataclass_transform

import msgspec
from msgspec import field
from pydantic import BaseModel

from contracts.values.immutable import Immutable

__all__ = [
    "AnyDocument",
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


AnyDocument = Document | BaseModel
D = TypeVar("D", bound=AnyDocument)
V = TypeVar("V", bound=AnyDocument | Immutable)
_Struct, _replace_in_struct = msgspec.Struct, msgspec.structs.replace
_AS_THEY_ARE = (datetime, bytes)
"""Types that the store knows itself; days are text there."""


def stored_form(document: AnyDocument) -> Stored:
    """A document as it is stored, without its id. Left out: fields that have their default; of models, None."""
    return cast("Stored", _stored(document))


def stored_fields(document: AnyDocument, names: Iterable[str]) -> Stored:
    """Some of its fields, by the same rule."""
    if isinstance(document, BaseModel):
        return document.model_dump(include=set(names), exclude_none=True)
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
    return msgspec.to_builtins(value, builtin_types=_AS_THEY_ARE, enc_hook=_of_the_wire)


def read_from(stored: Stored, kind: type[D]) -> D:
    """The document that was stored so. Raises msgspec's ``ValidationError`` if it is none of this kind (pydantic's for
    a message kept as it was said): a field is missing or has another type.
    """
    if issubclass(kind, BaseModel):
        return cast("D", _to_the_wire(kind, stored))
    return msgspec.convert(stored, kind, dec_hook=_to_the_wire)


def fields_of(kind: type[AnyDocument]) -> Iterable[str]:
    """The names of its fields."""
    return kind.model_fields if issubclass(kind, BaseModel) else kind.__struct_fields__


def fields_and_values(kind: type[AnyDocument]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
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

    Names and types are checked by mypy (``tests/typing/replace_plugin.py``), not at run time.
    """
    found: object = value  # mypy holds documents for no structs
    if isinstance(found, _Struct):
        return cast("V", _replace_in_struct(found, **changes))
    return cast("V", _replace_in_model(cast("BaseModel", value), changes))


def replace_by(value: V, changes: Mapping[str, object]) -> V:
    """The same where the names are known at run time only. Raises TypeError for a name that is no field of it."""
    if isinstance(value, BaseModel):
        strange = changes.keys() - type(value).model_fields.keys()
        if strange:
            raise TypeError(f"{type(value).__name__} has no field {', '.join(sorted(strange))}")
        return cast("V", _replace_in_model(value, changes))
    return cast("V", _replace_in_struct(cast("msgspec.Struct", value), **changes))


def _of_the_wire(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_none=True)
    raise NotImplementedError(f"{type(value).__name__} cannot be kept")


def _to_the_wire(kind: type[Any], stored: Any) -> Any:
    return kind.model_validate(stored, strict=False)


def _replace_in_model(model: BaseModel, changes: Mapping[str, object]) -> BaseModel:
    # pydantic's own ``model_copy`` copies what a frozen value never needs of its own.
    made = model.__class__.__new__(model.__class__)
    set_field = object.__setattr__
    set_field(made, "__dict__", {**model.__dict__, **changes})
    set_field(made, "__pydantic_fields_set__", model.__pydantic_fields_set__)
    set_field(made, "__pydantic_extra__", model.__pydantic_extra__)
    set_field(made, "__pydantic_private__", model.__pydantic_private__)
    return made
