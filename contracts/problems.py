"""pydantic's errors as refusals: which code, which field, and never more of the content than that."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from contracts.refusals import Code, Refusal, refusal

_CODES = frozenset(code.value for code in Code)
MOST = 200
"""Refusals in one answer: a request of 200 items that are all wrong gets an answer of bounded size."""


def _code(kind: str) -> Code:
    if kind in _CODES:
        return Code(kind)
    if kind == "missing":
        return Code.FIELD_REQUIRED
    if kind in ("string_too_long", "too_long"):
        return Code.TEXT_TOO_LONG
    if kind.endswith(("_type", "_parsing", "_parsing_size")) or kind == "json_invalid":
        return Code.WRONG_TYPE
    return Code.VALUE_INVALID


def refusals_of(error: ValidationError, within: tuple[str, ...] = ()) -> tuple[Refusal, ...]:
    """Every code with its field; ``within`` is the path that all fields share and nobody needs to read."""
    found = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:MOST]:
        path = problem["loc"]
        if path[: len(within)] == within:
            path = path[len(within) :]
        code = _code(problem["type"])
        found.append(refusal(code, ".".join(str(p) for p in path), problem["msg"][:200]))
    return tuple(found)


def unknown_fields(model: type[BaseModel], data: Mapping[str, Any]) -> int:
    """How many fields of ``data`` this version of the model does not know, at any depth."""
    count = 0
    for name, value in data.items():
        field = model.model_fields.get(name)
        if field is None:
            count += 1
            continue
        inner = _model_in(field.annotation)
        if inner is None:
            continue
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, dict):
                count += unknown_fields(inner, each)
    return count


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None
