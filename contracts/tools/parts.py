"""The schemas of all messages in one room: each part once, under a name of its own, for generators of models.

A part that requests and what we say have in common differs between them (what may be left out, what is always there):
where it does, the one that senders write is called ``...Input``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.tools.schema import named, said
from contracts.wire.message import Body

Schema = Mapping[str, Any]
_WHOLE: Final = ("$schema", "$comment", "$defs")


class Parts:
    """Every part by its name, made from the schemas of ``contracts.tools.schema`` by type."""

    def __init__(self, schemas: Mapping[type[Body], Schema]) -> None:
        """Raises ValueError for two parts of one name."""
        self._short = _short_names(schemas)
        sent = tuple(_definitions(schemas, said_ones=False))
        told = tuple(_definitions(schemas, said_ones=True))
        known = dict(told)
        self._inputs = frozenset(name for name, part in sent if name in known and known[name] != part)
        self.schemas: dict[str, Schema] = {}
        for name, part in told:
            self._add(name, part, sent=False)
        for name, part in sent:
            self._add(self._called(name, sent=True), part, sent=True)
        for model, schema in schemas.items():
            data = {key: value for key, value in schema.items() if key not in _WHOLE}
            self._add(self.name_of(model), data, sent=not said(model.kind))

    def name_of(self, model: type[Body]) -> str:
        """The name of a message's data: its own, with the service before it where another service has one like it."""
        return self._short[model]

    def _called(self, name: str, *, sent: bool) -> str:
        return f"{name}Input" if sent and name in self._inputs else name

    def _add(self, name: str, part: Schema, *, sent: bool) -> None:
        made = {"title": name, **{k: v for k, v in named(part, name).items() if k != "title"}}
        pointed = self._pointed(made, sent=sent)
        if self.schemas.setdefault(name, pointed) != pointed:
            raise ValueError(f"two parts are called {name}: rename one of the models")

    def _pointed(self, value: Any, *, sent: bool) -> Any:
        """The same with references into this room."""
        if isinstance(value, list):
            return [self._pointed(each, sent=sent) for each in value]
        if not isinstance(value, dict):
            return value
        pointed = {name: self._pointed(each, sent=sent) for name, each in value.items()}
        if isinstance(value.get("$ref"), str):
            pointed["$ref"] = reference(self._called(value["$ref"].rpartition("/")[2], sent=sent))
        return pointed


def reference(name: str) -> str:
    """Where a part stands in the document."""
    return f"#/components/schemas/{name}"


def _definitions(schemas: Mapping[type[Body], Schema], *, said_ones: bool) -> Iterator[tuple[str, Schema]]:
    for model, schema in schemas.items():
        if said(model.kind) is said_ones:
            yield from schema.get("$defs", {}).items()


def _short_names(schemas: Mapping[type[Body], Schema]) -> dict[type[Body], str]:
    own = [model.__name__ for model in schemas]
    return {
        model: model.__name__ if own.count(model.__name__) == 1 else f"{model.service.capitalize()}{model.__name__}"
        for model in schemas
    }
