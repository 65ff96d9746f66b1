"""``replace`` and ``restate`` as the tests have them: names are fields, and values have the declared types.

mypy sees most of it; what is named at run time only (``replace_by``, a mapping that is spread) it does not see.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeVar
from unittest.mock import patch

import msgspec

from contracts.values import model
from contracts.values.judging import JUDGED
from contracts.values.model import Model
from services.engine.core import document
from services.engine.core.document import Document

M = TypeVar("M", bound=Model)
_AS_THEY_ARE: Final = (bytes, datetime, date)
"""A text is none of these, though it could be read as one."""


@contextmanager
def checked() -> Iterator[None]:
    """Meanwhile a change raises TypeError for a name that is no field, or a value that is not of its field's type."""
    of_documents: type[Any] = Document
    replace, with_fields = msgspec.structs.replace, model._with_fields

    def replace_checked(struct: msgspec.Struct, /, **changes: Any) -> Any:
        if isinstance(struct, of_documents):
            _check_document(type(struct), changes)
        return replace(struct, **changes)

    def with_fields_checked(said: M, fields: Mapping[str, object]) -> M:
        _check_message(type(said), fields)
        return with_fields(said, fields)

    with (
        patch.object(document, "_replace_in_struct", replace_checked),
        patch.object(model, "_with_fields", with_fields_checked),
    ):
        yield


def _check_document(kind: type[Any], changes: Mapping[str, object]) -> None:
    types = _types(kind)  # type: ignore[arg-type]  # every class has a hash
    name = ""
    try:
        for name, value in changes.items():
            msgspec.convert(value, types[name], builtin_types=_AS_THEY_ARE)
            if isinstance(value, list):
                raise TypeError(f"{kind.__name__}.{name}: a list can be changed by whoever has it")
    except KeyError:
        raise TypeError(f"{kind.__name__} has no field {name}") from None
    except msgspec.ValidationError as error:
        raise TypeError(f"{kind.__name__}.{name}: {error}") from error


@cache
def _types(kind: type[Any]) -> Mapping[str, Any]:
    return {field.name: field.type for field in msgspec.structs.fields(kind)}


def _check_message(kind: type[Model], fields: Mapping[str, object]) -> None:
    strange = fields.keys() - kind.model_fields.keys()
    if strange:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(strange))}")
    try:
        kind.model_validate(fields, context=JUDGED)
    except ValueError as error:
        raise TypeError(f"{kind.__name__}: {error}") from error
