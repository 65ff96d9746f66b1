"""The columns of a CSV: each heading is a path into the request (``customer.email``, ``items.0.sku``), and its type is
that of the contract's model.

An empty cell is an absent field; an item of a list whose cells are all empty is not there, so that a file with three
items' columns takes orders of one.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from contracts.values.cells import unescaped
from contracts.values.immutable import Immutable
from contracts.wire.near import nearest
from services.http.imports.line import OCCURRED_AT
from services.http.telling.problem import Fault, fault

MOST: Final = 4_000
"""Columns of a file."""
_FURTHEST: Final = 999
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,19}\Z", re.ASCII)
_YES_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

BESIDE: Final = (OCCURRED_AT,)
"""The path that is none of the request's, and known all the same."""

Type = Literal["text", "whole", "yes_no", "texts"]
Path = tuple[str | int, ...]


class Column(Immutable):
    """A column that the model knows: its place in a row, its heading as it stands in the file, where it goes."""

    place: int
    heading: str
    path: Path
    type: Type


class Unknown(Immutable):
    """A heading that nobody knows, and the one that it may be a slip of."""

    heading: str
    perhaps: str | None = None


class Columns:
    """The columns of one file."""

    def __init__(self, headings: Sequence[str], model: type[BaseModel]) -> None:
        """Raises ``Problem`` (``file_invalid``) if they contradict one another, or none is known."""
        self.width: Final = len(headings)
        self.unknown: Final[list[Unknown]] = []
        self._known: Final[list[Column]] = []
        if len(headings) > MOST:
            raise fault(Fault.FILE_INVALID, f"the header has {len(headings):,} columns, at most {MOST:,}")
        for place, raw in enumerate(headings):
            heading = raw.strip()
            path = path_of(heading)
            type_ = None if path is None else "text" if path == BESIDE else type_at(model, path)
            if path is None or type_ is None:
                self.unknown.append(Unknown(heading[:64] or f"(column {place + 1})", _perhaps(heading, model)))
            else:
                self._known.append(Column(place, heading, path, type_))
        if all(column.path == BESIDE for column in self._known):
            raise fault(Fault.FILE_INVALID, "the first line names no field of the request: it must be the header")
        self._check()

    def _check(self) -> None:
        seen: dict[Path, str] = {}
        for column in self._known:
            if column.path in seen:
                raise fault(Fault.FILE_INVALID, f"two columns are {column.heading}")
            seen[column.path] = column.heading
        for column in self._known:
            for length in range(1, len(column.path)):
                if (other := seen.get(column.path[:length])) is not None:
                    raise fault(Fault.FILE_INVALID, f"the columns {other} and {column.heading} exclude each other")

    def data_of(self, cells: Sequence[str]) -> dict[str, Any]:
        """The request's data that a row stands for."""
        tree: dict[str | int, Any] = {}
        for column in self._known:
            cell = unescaped(cells[column.place]).strip() if column.type != "text" else unescaped(cells[column.place])
            if not cell.strip():
                continue
            inner = tree
            for part in column.path[:-1]:
                inner = inner.setdefault(part, {})
            inner[column.path[-1]] = typed(cell, column.type)
        found: dict[str, Any] = _packed(tree)
        return found

    def heading_of(self, pointer: str, cells: Sequence[str]) -> str:
        """The heading of what a JSON pointer into ``data_of(cells)`` means; what has no column is named likewise."""
        there: dict[int | str, Any] = {}
        for column in self._known:
            if cells[column.place].strip():
                inner = there
                for part in column.path[:-1]:
                    inner = inner.setdefault(part, {})
                inner[column.path[-1]] = None
        parts: list[str] = []
        here: Any = there
        for part in pointer.split("/")[1:]:
            if here is None:
                break  # within the texts of one cell
            name = part.replace("~1", "/").replace("~0", "~")
            key: str | int = name
            if here and isinstance(next(iter(here)), int) and name.isdigit():
                numbers = sorted(here)
                key = numbers[int(name)] if int(name) < len(numbers) else int(name)
            parts.append(str(key))
            here = here.get(key, {})
        return ".".join(parts)


def _packed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if tree and isinstance(next(iter(tree)), int):
        return [_packed(tree[place]) for place in sorted(tree)]
    return {name: _packed(value) for name, value in tree.items()}


def typed(cell: str, type_: Type) -> Any:
    """The value of a cell. What is none of its type stays a text, and is refused by whoever reads the request."""
    if type_ == "whole":
        return int(cell) if _WHOLE.match(cell) else cell
    if type_ == "yes_no":
        return _YES_NO.get(cell.lower(), cell)
    if type_ == "texts":
        return [part.strip() for part in (cell.split("|") if "|" in cell else cell.split()) if part.strip()]
    return cell


def path_of(heading: str) -> Path | None:
    """The parts of a heading; None: it is none."""
    parts = heading.split(".")
    if not all(parts) or len(parts) > 8:
        return None
    plain = [part.isascii() and part.isdigit() for part in parts]
    if any(digits and (len(part) > 3 or int(part) > _FURTHEST) for part, digits in zip(parts, plain, strict=True)):
        return None
    return tuple(int(part) if digits else part for part, digits in zip(parts, plain, strict=True))


def type_at(model: type[BaseModel], path: Path) -> Type | None:
    """The type of the field at a path of the model; None: there is no such field that a cell could hold."""
    here: object = model
    for part in path:
        kind = _bare(here)
        if isinstance(part, int):
            if get_origin(kind) is not tuple:
                return None
            here = get_args(kind)[0]
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            here = kind.model_fields[part].annotation
        else:
            return None
    return _type_of(_bare(here))


def _type_of(kind: object) -> Type | None:
    if kind is bool:
        return "yes_no"
    if kind is int:
        return "whole"
    if get_origin(kind) is tuple:
        return "texts" if _type_of(_bare(get_args(kind)[0])) == "text" else None
    return None if isinstance(kind, type) and issubclass(kind, BaseModel) else "text"


def _bare(annotation: object) -> object:
    """The annotation without its metadata, and without None."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation


def _perhaps(heading: str, model: type[BaseModel]) -> str | None:
    known = _paths(model)
    plain = re.sub(r"\.[0-9]+(?=\.|\Z)", ".0", heading)
    return nearest(plain, known) if heading else None


@cache
def _paths(model: type[BaseModel]) -> Mapping[str, None]:
    """Every heading that there could be, with 0 for each number."""
    return dict.fromkeys([*_each(model, ""), OCCURRED_AT])


def _each(model: type[BaseModel], within: str) -> list[str]:
    found: list[str] = []
    for name, field in model.model_fields.items():
        kind = _bare(field.annotation)
        inner, path = kind, within + name
        if get_origin(kind) is tuple:
            inner = _bare(get_args(kind)[0])
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += _each(inner, f"{path}.0." if inner is not kind else f"{path}.")
        else:
            found.append(path)
    return found
