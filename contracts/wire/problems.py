"""pydantic's errors as refusals: which code, which field, and never more of the content than that."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from contracts.values.model import Model
from contracts.values.refusals import Code, Refusal, refusal
from contracts.values.text import tidy
from contracts.wire.near import nearest

_T = TypeVar("_T")
_CODES = frozenset(code.value for code in Code)
MOST = 200
"""Refusals in one answer: a request of 200 items that are all wrong gets an answer of bounded size."""
MOST_IGNORED = 20
"""Fields that an answer names as ignored."""
_MOST_NAMED = 6
AMOUNT = "an amount is a whole number of minor units, without quotes: 9.50 EUR is 950"
_LONGEST_NAME = 64
"""Characters of a foreign field's name that are said again."""


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


def at_most(refusals: Sequence[Refusal]) -> tuple[Refusal, ...]:
    """The refusals that one answer tells: 200 of them, in their order, and of each code the first."""
    return _chosen(refusals, lambda each: each.code)


def _chosen(found: Sequence[_T], code_of: Callable[[_T], Code]) -> tuple[_T, ...]:
    if len(found) <= MOST:
        return tuple(found)
    firsts: dict[Code, int] = {}
    for place, each in enumerate(found):
        firsts.setdefault(code_of(each), place)
    places = set(firsts.values())
    places |= set([place for place in range(len(found)) if place not in places][: MOST - len(places)])
    return tuple(found[place] for place in sorted(places))


def refusals_of(
    error: ValidationError, within: tuple[str, ...] = (), unknown: Iterable[str] = ()
) -> tuple[Refusal, ...]:
    """Every code with its field, at most 200 fields; ``within`` is the path that all fields share and nobody needs to
    read. A field that is missing names the one of the ``unknown`` paths that looks like a slip of it.
    """
    found = []
    foreign = tuple(unknown)
    problems = error.errors(include_url=False, include_input=False)
    for problem in _chosen(problems, lambda each: _code(each["type"])):
        path = problem["loc"]
        if path[: len(within)] == within:
            path = path[len(within) :]
        field, detail = ".".join(str(p) for p in path), problem["msg"][:200]
        if problem["type"] == "missing" and foreign:
            detail = _perhaps(field, foreign) or detail
        elif problem["type"] == "model_type":
            detail = _object_of(str(problem.get("ctx", {}).get("class_name", ""))) or detail
        elif problem["type"].startswith("int_") and path[-1:] == ("amount",):
            detail = AMOUNT
        found.append(refusal(_code(problem["type"]), field, detail))
    return tuple(found)


@cache
def _object_of(class_name: str) -> str | None:
    """What is said where an object of this model belongs; None for a model that is not ours."""
    model = next((each for each in _models(Model) if each.__name__ == class_name), None)
    if model is None:
        return None
    names = [name for name, field in model.model_fields.items() if field.is_required()]
    return "an object is expected" + (f", with {' and '.join(names)}" if 0 < len(names) <= _MOST_NAMED else "")


def _models(within: type[Model]) -> Iterator[type[Model]]:
    for each in within.__subclasses__():
        yield each
        yield from _models(each)


def _perhaps(field: str, foreign: tuple[str, ...]) -> str | None:
    parent, dot, name = field.rpartition(".")
    beside = {path.removeprefix(parent + dot): path for path in foreign if path.startswith(parent + dot)}
    near = nearest(name, (other for other in beside if "." not in other))
    return None if near is None else f"missing; {beside[near]} is given, which nobody knows: perhaps it is meant"


def unknown_fields(model: type[BaseModel], data: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """The paths of the fields of ``data`` that this version of the model does not know, at any depth."""
    for name, value in data.items():
        field = model.model_fields.get(name)
        if field is None:
            yield within + tidy(name)[:_LONGEST_NAME]
            continue
        inner = model_in(field.annotation)
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from unknown_fields(inner, value, f"{within}{name}.")
        elif isinstance(value, list):
            for place, each in enumerate(value):
                if isinstance(each, dict):
                    yield from unknown_fields(inner, each, f"{within}{name}.{place}.")


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field's value, or each of its values, is one of; None for a plain one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = model_in(argument)
        if found is not None:
            return found
    return None
