"""Every field of a stored document that names a lane is declared, with the subject that it follows from."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from pydantic import BaseModel

from installation.kept import COLLECTIONS

NAMES_OF_LANES = ("lane", "home")
"""What the names of fields have in them that hold a lane. (A ``partition`` is where a record stands, and stays.)"""


def _numbers(kind: Any, path: str = "") -> Iterator[str]:
    """The paths of all fields that can hold a whole number and are named as a lane, at every depth."""
    hints = get_type_hints(kind)
    names = kind.model_fields if issubclass(kind, BaseModel) else kind.__struct_fields__
    for name in names:
        for inner in _inner(hints[name]):
            if isinstance(inner, type) and issubclass(inner, BaseModel | msgspec.Struct):
                yield from _numbers(inner, f"{path}{name}.")
            elif inner is int and any(word in name for word in NAMES_OF_LANES):
                yield f"{path}{name}"


def _inner(hint: Any) -> Iterator[Any]:
    if get_origin(hint) in (Union, UnionType, tuple, list, dict, Annotated) or get_args(hint):
        for each in get_args(hint):
            yield from _inner(each)
    else:
        yield hint


EACH = [
    pytest.param(service, collection, id=f"{service}.{collection.name}")
    for service, collections in COLLECTIONS.items()
    for collection in collections
]


@pytest.mark.parametrize(("service", "collection"), EACH)
def test_every_field_that_names_a_lane_is_declared(service: str, collection: Any) -> None:
    """One that is forgotten would stay with the old lane, whose tick then decides beside the new one's writer."""
    declared = {field.name for field in collection.homes}
    assert set(_numbers(collection.kind)) == declared, f"declare it in services/{service}/service.py (HomeField)"


@pytest.mark.parametrize(("service", "collection"), EACH)
def test_what_pages_are_read_by_for_a_lane_is_declared(service: str, collection: Any) -> None:
    """An index that begins with a number of which there are pages for each lane names a lane."""
    del service
    hints = get_type_hints(collection.kind)
    firsts = {fields[0] for fields in collection.indexes if "." not in fields[0]}
    numbers = {name for name in firsts if int in set(_inner(hints[name]))}
    assert numbers == {field.name for field in collection.homes}


@pytest.mark.parametrize(("service", "collection"), EACH)
def test_a_subject_is_made_of_fields_that_are_always_there(service: str, collection: Any) -> None:
    del service
    for field in collection.homes:
        stored = {"_id": "x", **dict.fromkeys(msgspec_required(collection.kind), "x")}
        assert field.subject.format_map(stored)


def msgspec_required(kind: Any) -> set[str]:
    """The fields without a default: they are stored always."""
    return {each.name for each in msgspec.structs.fields(kind) if each.required}


def test_the_fields_that_name_lanes_are_these() -> None:
    """As many as decision 39 counted; who adds one declares it, and looks at this list."""
    found = {
        f"{service}.{collection.name}.{field.name}": field.subject
        for service, collections in COLLECTIONS.items()
        for collection in collections
        for field in collection.homes
    }
    assert found == {
        "orders.awaited_orders.lane": "{_id}",
        "orders.awaited_variants.lane": "sku:{sku}",
        "orders.change_lines.lane": "{_id}",
        "fulfillment.ledgers.lane": "{_id}",
        "fulfillment.ledgers.home": "{_id}",
        "fulfillment.serials.lane": "serial:{_id}",
        "billing.payers.lane": "{_id}",
    }


def test_what_counts_lanes_is_a_list_that_is_not_stored_when_it_is_empty() -> None:
    counting = [(c.name, c.over_lanes, c.kind) for each in COLLECTIONS.values() for c in each if c.over_lanes]
    assert [(name, field) for name, field, _ in counting] == [("runs", "open")]
    assert all(getattr(kind(), field) == () for _, field, kind in counting)
