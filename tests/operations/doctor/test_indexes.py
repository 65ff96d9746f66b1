"""An index that is not there, or another one of its name, in a real database."""

from collections.abc import Iterator
from typing import Any

import pytest

from installation.kept import KNOWN
from operations.doctor import indexes
from operations.doctor.indexes import wanted
from services.engine.adapters.mongo_indexes import indexes_of
from tests.operations.doctor.ward import Ward


@pytest.fixture
def without(ward: Ward) -> Iterator[Any]:
    """Drops an index, and makes it again as it was."""
    dropped: list[tuple[Any, dict[str, Any]]] = []

    def drop(service: str, collection: str, name: str) -> Any:
        where = ward.of(service)[collection]
        dropped.append((where, {"name": name, **where.index_information()[name]}))
        where.drop_index(name)
        return where

    yield drop
    for where, index in dropped:
        if index["name"] in where.index_information():
            where.drop_index(index["name"])
        options = {name: value for name, value in index.items() if name not in ("v", "key")}
        where.create_index(index["key"], **options)


async def test_what_services_make_as_they_start_has_no_finding(ward: Ward) -> None:
    assert await ward.findings("indexes") == {}


@pytest.mark.parametrize(
    ("service", "collection", "name"),
    [
        ("orders", "findable", "keys_1__id_1"),  # hinted by the search
        ("fulfillment", "ledgers", "lane_1_due_1__id_1"),
        ("billing", "requests", "open"),  # hinted by the HTTP side
        ("billing", "answers", "expiry"),
    ],
)
async def test_an_index_that_is_missing(ward: Ward, without: Any, service: str, collection: str, name: str) -> None:
    without(service, collection, name)
    found = await ward.findings("indexes")
    assert {each.name: each.what for each in found.values()} == {
        "indexes.missing": f"{service} misses {collection}.{name}"
    }


@pytest.mark.parametrize(
    "options",
    [{}, {"sparse": True}, {"partialFilterExpression": {"keys": {"$exists": True}}, "hidden": True}],
    ids=["of all documents", "sparse", "hidden"],
)
async def test_another_index_of_that_name(ward: Ward, without: Any, options: dict[str, Any]) -> None:
    without("orders", "findable", "keys_1__id_1").create_index([("keys", 1), ("_id", 1)], **options)
    found = await ward.findings("indexes")
    assert {each.name: each.what for each in found.values()} == {
        "indexes.other": "orders has another findable.keys_1__id_1"
    }


async def test_where_no_api_process_ever_ran_its_indexes_are_not_missed(ward: Ward, without: Any) -> None:
    without("billing", "answers", "expiry")
    ward.of("billing").drop_collection("requests")
    try:
        assert await ward.findings("indexes") == {}
    finally:
        await ward.prepare()


def test_all_that_services_declare_is_wanted() -> None:
    for service in KNOWN.values():
        declared = {each.name: len(indexes_of(each)) for each in service.collections if each.indexes}
        assert {name: len(found) for name, found in wanted(service.name).items()} == declared


def test_every_finding_about_indexes_is_tried() -> None:
    assert {symptom.name for symptom in indexes.SYMPTOMS} == {"indexes.missing", "indexes.other"}
