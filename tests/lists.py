"""Which lists stand in stored documents: each service's tests hold them to a bound."""

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from services.engine.core.document import Document

_HOLDS_MANY = ("tuple[", "dict[", "Mapping[")


def lists_in(documents: Iterable[type[Document]], service: str) -> set[str]:
    """The fields of a service's documents, and of all values in them, that hold a list or names by key."""
    kinds = [kind for kind in documents if issubclass(kind, msgspec.Struct)]
    values = [kind for kind in below(Document) if kind.__module__.startswith((service, "services.engine"))]
    return {name for kind in kinds for name in _lists(cast("type[Document]", kind), values, set())}


def below(kind: type[Document]) -> Iterator[type[Document]]:
    """Every kind of document, and of value in one, that was imported."""
    for inner in kind.__subclasses__():
        yield inner
        yield from below(inner)


def _lists(kind: type[Document], values: Iterable[type[Document]], seen: set[type[Document]]) -> Iterator[str]:
    seen.add(kind)
    for field in msgspec.structs.fields(cast("type[msgspec.Struct]", kind)):
        text = str(field.type)
        if any(sign in text for sign in _HOLDS_MANY):
            yield f"{kind.__name__}.{field.name}"
        for inner in values:
            if inner not in seen and f"{inner.__module__}.{inner.__name__}" in text:
                yield from _lists(inner, values, seen)
