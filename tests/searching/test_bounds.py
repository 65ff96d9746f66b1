"""What a search reads does not grow with the store: keys and documents examined, of each query that it makes."""

from collections.abc import AsyncIterator, Mapping
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from bench.searching import KINDS_OF_SEARCH, fill
from services.engine.core.document import replace
from services.orders import search as searching
from services.orders.identifiers import MOST_IDENTIFIED
from services.orders.search import Database, Page, count_by_status, search

ORDERS = 12_000
MOST_READ, COUNTED = 500, 100
"""Much smaller than they are, so that a store which a test can fill is much larger."""
IDENTIFIED = MOST_IDENTIFIED
FOR_EACH_COMMAND = {"lsid", "$db", "$clusterTime", "$readPreference", "readConcern", "txnNumber", "maxTimeMS"}


class Queries(CommandListener):
    """The queries that were made."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        """Notes it."""
        if event.command_name in ("find", "aggregate", "count"):
            self.made.append({name: value for name, value in event.command.items() if name not in FOR_EACH_COMMAND})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def queries() -> Queries:
    return Queries()


@pytest.fixture
async def full(mongo: str, database: str, queries: Queries) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](mongo, tz_aware=True, event_listeners=[queries]) as client:
        await fill(client[database], ORDERS)
        with patch.object(searching, "MOST_READ", MOST_READ), patch.object(searching, "COUNTED", COUNTED):
            yield client[database]


def stages_in(plan: Any) -> set[str]:
    """The names of all stages of a plan."""
    if isinstance(plan, list):
        return {name for each in plan for name in stages_in(each)}
    if not isinstance(plan, Mapping):
        return set()
    own = {plan["stage"]} if isinstance(plan.get("stage"), str) else set()
    return own.union(*(stages_in(value) for value in plan.values()))


def read_by(explained: Mapping[str, Any]) -> tuple[int, int]:
    """Keys and documents that a query examined."""
    if "stages" in explained:
        explained = explained["stages"][0]["$cursor"]
    stats = explained["executionStats"]
    return int(stats["totalKeysExamined"]), int(stats["totalDocsExamined"])


async def assert_bounded(database: Database, made: list[dict[str, Any]]) -> None:
    assert made
    for query in made:
        if "tallies" in query.values():
            continue
        explained = await database.command("explain", query, verbosity="executionStats")
        keys, documents = read_by(explained)
        assert "COLLSCAN" not in stages_in(explained), query
        assert "SORT" not in stages_in(explained) or documents <= 10 * IDENTIFIED, query
        assert keys <= MOST_READ + IDENTIFIED, query
        assert documents <= MOST_READ + IDENTIFIED, query


async def test_no_query_reads_more_than_its_bound_whatever_is_searched(full: Database, queries: Queries) -> None:
    bounded = 0
    for kind in KINDS_OF_SEARCH:
        wanted = kind.wanted(Random(3), ORDERS)
        queries.made.clear()
        page = await search(full, wanted)
        assert isinstance(page, Page)
        if "common" in kind.name:  # so do counts and the pages behind the first
            await count_by_status(full, wanted)
            await search(full, replace(wanted, cursor=page.cursor))
        bounded += page.looked_back_to is not None
        await assert_bounded(full, list(queries.made))
    assert bounded, "none of them met the bound: the store is too small to show anything"
