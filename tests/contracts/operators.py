"""Requests in which somebody put an operator of a query where a value belongs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.registry import MESSAGES
from contracts.tools.generate import example_of
from contracts.wire.message import Body, Kind

MARK: Final = "operator-mark"
"""Stands in every operator, so that it is found wherever it comes out."""
OPERATORS: Final[tuple[Any, ...]] = (
    {"$ne": MARK},
    {"$gt": "", "$comment": MARK},
    {"$regex": f"^{MARK}"},
    {"$in": [MARK]},
    {"$where": f"'{MARK}'"},
    {"$expr": {"$eq": [MARK, MARK]}},
    [{"$ne": MARK}],
    {"$exists": True, "$comment": MARK},
    {"$oid": MARK},
    {"nested": {"$not": {"$lt": MARK}}},
)
TEXTS: Final = ("$ne", "$where", '{"$gt": ""}', "$email", "$$ROOT", "a.$b", "items.0.sku", "'; return true; //", "$")
"""Texts that a careless reader would take for operators, paths or code."""
REQUESTS: Final[Mapping[str, type[Body]]] = {
    name: model for name, model in MESSAGES.items() if model.kind is Kind.REQUEST
}
Path = tuple[str | int, ...]


def data_of(name: str) -> dict[str, Any]:
    """What a request's golden example says."""
    data: dict[str, Any] = json.loads(json.dumps(example_of(name)["data"]))
    return data


def paths(value: Any, so_far: Path = ()) -> Iterator[Path]:
    """Every place in it, the whole left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*so_far, key)
        yield from paths(each, (*so_far, key))


def changed(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with another value at this place."""
    found: Any = json.loads(json.dumps(data))
    holder = found
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return dict(found)


def operators_in(value: object) -> list[object]:
    """Every operator of these that stands anywhere in it."""
    if isinstance(value, Mapping):
        mine: list[object] = [value] if value in _INJECTED else []
        return mine + [found for each in value.values() for found in operators_in(each)]
    if isinstance(value, list | tuple):
        return [found for each in value for found in operators_in(each)]
    return []


def _with_operators(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        if any(str(key).startswith("$") for key in value):
            yield value
        for each in value.values():
            yield from _with_operators(each)
    elif isinstance(value, list):
        for each in value:
            yield from _with_operators(each)


_INJECTED: Final = tuple(_with_operators(list(OPERATORS)))
