"""A page is read from where the last one ended: nothing is sorted, and what was read before is not looked at again."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pymongo import ASCENDING, MongoClient

from services.billing.service import billing
from services.engine.adapters.mongo_indexes import indexes_of
from services.engine.adapters.mongo_store import MongoStore
from services.engine.core.service import Collection, Service
from services.fulfillment.service import fulfillment
from services.fulfillment.settings import Settings as Fulfillment
from services.orders.service import orders
from services.orders.settings import Settings as Orders

SERVICES = [orders(Orders()), fulfillment(Fulfillment()), billing()]
FOUND = [
    (service, collection, fields)
    for service in SERVICES
    for collection in service.collections
    for fields in collection.indexes
]
INDEXED = [pytest.param(*each, id=f"{each[1].name} by {', '.join(each[2])}") for each in FOUND]
DUE = [pytest.param(*each, id=f"{each[1].name} by {', '.join(each[2])}") for each in FOUND if len(each[2]) > 1]
COUNT, LIMIT = 4000, 25


def _stages(plan: Mapping[str, Any]) -> Iterator[str]:
    yield plan["stage"]
    for inner in (*plan.get("inputStages", ()), *([plan["inputStage"]] if "inputStage" in plan else [])):
        yield from _stages(inner)


def _asked(fields: tuple[str, ...], after: str, most: int) -> dict[str, Any]:
    *equal, last = fields
    asked: dict[str, Any] = dict.fromkeys(equal, 1)
    asked[last] = {"$lte": most} if equal else 1
    return {**asked, "_id": {"$gt": after}}


def _with(fields: tuple[str, ...], value: int) -> Mapping[str, Any]:
    """A document whose fields have this value; a field may lie within another."""
    made: dict[str, Any] = {}
    for field in fields:
        outer, dot, inner = field.partition(".")
        made[outer] = {inner: value} if dot else value
    return made


@pytest.fixture
def client(mongo: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo) as found:
        yield found


async def _prepared(mongo: str, database: str, service: Service) -> None:
    store = MongoStore(mongo, database, service)
    await store.prepare(4)
    await store.close()


@pytest.mark.parametrize(("service", "collection", "fields"), INDEXED)
async def test_a_page_sorts_nothing_and_looks_at_no_more_than_it_holds(
    mongo: str,
    client: MongoClient[dict[str, Any]],
    database: str,
    service: Service,
    collection: Collection,
    fields: tuple[str, ...],
) -> None:
    await _prepared(mongo, database, service)
    documents = client[database][collection.name]
    documents.insert_many([{"_id": f"{n:06}", **_with(fields, n % 4)} for n in range(COUNT)])
    documents.insert_many([{"_id": f"x{n:06}"} for n in range(COUNT)])  # never due, in no lane
    for after in ("", f"{COUNT // 2:06}", f"{COUNT - 200:06}"):
        found = documents.find(_asked(fields, after, 9)).sort("_id", ASCENDING).limit(LIMIT).explain()
        assert "SORT" not in list(_stages(found["queryPlanner"]["winningPlan"]))
        stats = found["executionStats"]
        assert stats["nReturned"] == LIMIT
        assert stats["totalDocsExamined"] == LIMIT
        assert stats["totalKeysExamined"] <= LIMIT + 1


@pytest.mark.parametrize(("service", "collection", "fields"), DUE)
async def test_where_nothing_is_due_nothing_is_looked_at(
    mongo: str,
    client: MongoClient[dict[str, Any]],
    database: str,
    service: Service,
    collection: Collection,
    fields: tuple[str, ...],
) -> None:
    await _prepared(mongo, database, service)
    documents = client[database][collection.name]
    *equal, last = fields
    documents.insert_many([{"_id": f"{n:06}", **dict.fromkeys(equal, 1), last: 1_000_000 + n} for n in range(COUNT)])
    found = documents.find(_asked(fields, "", 9)).sort("_id", ASCENDING).limit(1).explain()
    assert found["executionStats"]["totalKeysExamined"] <= 1
    assert found["executionStats"]["totalDocsExamined"] == 0


async def test_the_indexes_of_before_are_replaced_and_a_second_start_changes_nothing(
    mongo: str, client: MongoClient[dict[str, Any]], database: str
) -> None:
    service = SERVICES[0]
    for collection in service.collections:
        for fields in collection.indexes:
            client[database][collection.name].create_index([(field, 1) for field in fields], sparse=True)
        client[database][collection.name].create_index([("mine", 1)])
    for _ in range(2):
        await _prepared(mongo, database, service)
        for collection in service.collections:
            keys = {tuple(index["key"]) for index in client[database][collection.name].list_indexes()}
            assert keys == {("_id",), ("mine",), *indexes_of(collection)}
