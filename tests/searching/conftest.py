"""Stores of orders on the real database, with the indexes that the service makes."""

from collections.abc import AsyncIterator

import pytest

from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_store import MongoStore
from services.orders.search import Database
from services.orders.service import orders


@pytest.fixture
async def kept(mongo: str, database: str) -> AsyncIterator[Database]:
    """An empty database as the service prepares it."""
    store = MongoStore(mongo, database, orders())
    await store.prepare(4)
    await store.close()
    async with connect(mongo) as client:
        yield client[database]
