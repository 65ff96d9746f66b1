"""Between what is kept and what is said: a struct and a model of the wire whose fields have the same names.

No model stands in a document (``docs/decisions/0085``). What a message carries becomes a struct where it is taken in,
and a model again where it is said. Both ways run in compiled code, values in values too, and cost what it costs to make
the struct or the model by hand.
"""

from collections.abc import Collection
from functools import cache
from typing import TypeVar

import msgspec

from contracts.values.judging import JUDGED
from contracts.values.model import Model
from services.engine.core.document import Document, fields_of

D = TypeVar("D", bound=Document)
M = TypeVar("M", bound=Model)


def as_document(said: Model, kind: type[D]) -> D:
    """What was said, as it is kept: the fields that ``kind`` has. Raises TypeError for a kind with a field that the
    model lacks: it would stand at its default for ever.
    """
    _check_all_there(kind, type(said))  # type: ignore[arg-type]  # every class has a hash
    return msgspec.convert(said, kind, from_attributes=True)


def as_contract(kept: Document, model: type[M]) -> M:
    """What is kept, as messages carry it: the fields that ``model`` has. It was judged when it came, and is not again
    (``docs/decisions/0061``). Raises TypeError for a model with a field that the document lacks.
    """
    _check_all_there(model, type(kept))  # type: ignore[arg-type]  # every class has a hash
    return model.model_validate(kept, from_attributes=True, context=JUDGED)


@cache
def _check_all_there(wanted: type[Document] | type[Model], given: type[Document] | type[Model]) -> None:
    lacking = sorted(set(_names(wanted)) - set(_names(given)))
    if lacking:
        raise TypeError(f"{given.__name__} has no {', '.join(lacking)} for {wanted.__name__}")


def _names(kind: type[Document] | type[Model]) -> Collection[str]:
    return kind.model_fields if issubclass(kind, Model) else tuple(fields_of(kind))
