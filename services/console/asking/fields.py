"""Forms and JSON: a field's name is its path in the contract (`items.0.sku`), so a refusal lands at its field."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request

Form = Mapping[str, str]
MOST_FIELDS: Final = 1_000
MOST_OF_NEW_ORDER: Final = 2_000
MOST_OF_EDITED_ORDER: Final = 4_000
"""Fields of a form. An order that is edited has each value twice, and what waits for a log-in may be any form."""


async def form_of(request: Request, most: int = MOST_FIELDS) -> dict[str, str]:
    """The form that was sent, of at most so many fields."""
    return {name: str(value) for name, value in (await request.form(max_fields=most)).items()}


def body_of(form: Form, take: Iterable[str]) -> dict[str, Any]:
    """The JSON of the fields whose paths begin with one of ``take``. Blank fields are absent; lists are packed: a gap
    in their numbers is closed.
    """
    heads = tuple(take)
    found: dict[str, Any] = {}
    for name, value in form.items():
        path = name.split(".")
        if path[0] in heads and value.strip():
            _put(found, path, value.strip())
    packed: dict[str, Any] = _packed(found)
    return packed


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        into = into.setdefault(part, {})
    into[path[-1]] = value


def _packed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_packed(value[key]) for key in sorted(value, key=int)]
    return {key: _packed(each) for key, each in value.items()}


def flat(value: Any, path: str = "") -> dict[str, str]:
    """The fields of a JSON value by their paths: the other way round."""
    if isinstance(value, Mapping):
        rows = value.items()
    elif isinstance(value, list | tuple):
        rows = ((str(number), each) for number, each in enumerate(value))  # type: ignore[assignment]
    else:
        return {} if value is None else {path: str(value)}
    found: dict[str, str] = {}
    for key, each in rows:
        found |= flat(each, f"{path}.{key}" if path else str(key))
    return found


def name_of(pointer: str) -> str:
    """The field that a JSON pointer (RFC 6901) names; empty: all of the form."""
    parts = pointer.lstrip("/").split("/") if pointer else []
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in parts)


def whole(text: str) -> int | str:
    """A whole number, or the text as it stands: the API says what is wrong with it, at its field."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
