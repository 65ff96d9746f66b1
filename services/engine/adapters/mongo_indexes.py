"""The indexes that pages are read by: each ends so that a page begins where the last one ended.

A page is in the order of ids. With the id behind the fields that are equal it is read from an index in this order, from
its beginning on, and nothing is sorted. Where a field may be at most so much there are two: one finds the few that are
due among many, the other walks over many that are due without sorting them for each page; MongoDB tries both.
"""

from collections.abc import Sequence
from typing import Final

from services.engine.core.service import Collection

ID: Final = "_id"


def indexes_of(collection: Collection) -> Sequence[tuple[str, ...]]:
    """The fields of each index of a collection."""
    return [index for fields in collection.indexes for index in _of_pages(fields)]


def _of_pages(fields: tuple[str, ...]) -> Sequence[tuple[str, ...]]:
    *equal, last = fields
    return [(*fields, ID)] if not equal else [(*fields, ID), (*equal, ID, last)]


def only_where(fields: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Which documents an index holds: those that have its fields. Every document has an id: it would hold them all."""
    return {field: {"$exists": True} for field in fields if field != ID}


def replaced(collection: Collection) -> Sequence[str]:
    """The names of the indexes that stood here before, without the id."""
    return [name_of(fields) for fields in collection.indexes]


def name_of(fields: Sequence[str]) -> str:
    """The name that MongoDB gives an index over these fields."""
    return "_".join(f"{field}_1" for field in fields)
