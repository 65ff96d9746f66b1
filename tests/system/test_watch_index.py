"""The index of the watch room from the command line: how it stands, and built anew by whoever runs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from pymongo.asynchronous.database import AsyncDatabase

from installation.errors import InstallationError
from operations.watching.index import Rebuilt, rebuild, standing
from services.engine.adapters.kafka_whole_log import opened_whole_log
from services.engine.adapters.mongo_client import connect
from services.watch.index import read_state
from services.watch.indexing import NAMES
from tests.system import shop
from tests.system.installation import Installation, until

Database = AsyncDatabase[dict[str, Any]]
ORDERS = 30


@pytest.fixture
async def watched(installation: Installation) -> AsyncIterator[Database]:
    async with connect(installation.addresses.mongo) as client:
        yield client[f"{installation.databases}_watch"]


async def rebuilt(installation: Installation, *, lose_older: bool = False) -> tuple[Rebuilt, list[tuple[int, int]]]:
    heard: list[tuple[int, int]] = []
    done = await rebuild(
        installation.addresses,
        installation.databases,
        400,
        lose_older=lose_older,
        told=lambda read, total: heard.append((read, total)),
    )
    return done, heard


async def delete_all(installation: Installation, topic: str) -> int:
    """As retention does; returns how many records there were."""
    async with opened_whole_log(installation.addresses.kafka, [topic], "test") as log:
        begins, ends = await log.bounds(await log.places())
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.addresses.kafka)
    await admin.start()
    try:
        gone = {TopicPartition(*place): RecordsToDelete(before_offset=end) for place, end in ends.items()}
        await admin.delete_records(gone)
    finally:
        await admin.close()
    return sum(ends[place] - begins[place] for place in ends)


async def test_without_its_service_the_command_builds_the_index_itself_and_loses_nothing_unasked(
    installation: Installation, watched: Database
) -> None:
    await installation.feed([shop.order(f"R-{n}") for n in range(ORDERS)])
    done, heard = await rebuilt(installation)
    assert (done.records, done.by_service) == (ORDERS, False)
    assert heard[-1] == (ORDERS, ORDERS)
    found = await standing(installation.addresses, installation.databases)
    assert (found.rows, sum(found.unread.values()), found.running) == (ORDERS, 0, True)
    await installation.feed([shop.scan("R-1", "SN-1")])
    assert (await standing(installation.addresses, installation.databases)).unread["fulfillment.requests"] == 1

    assert await delete_all(installation, "orders.requests") == ORDERS
    with pytest.raises(InstallationError, match=f"{ORDERS} rows .* Kafka no longer keeps.*--lose-older"):
        await rebuilt(installation)
    assert await watched["rows"].count_documents({}) == ORDERS
    await rebuilt(installation, lose_older=True)
    assert await watched["rows"].count_documents({}) == 1


async def test_the_service_builds_it_anew_if_it_runs_and_counts_what_was_deleted_unread(
    installation: Installation, watched: Database
) -> None:
    await installation.feed([shop.order(f"R-{n}") for n in range(ORDERS)])
    first = installation.start_watch()
    await until(lambda: _rows(watched, ORDERS), "the rows")
    done, _ = await rebuilt(installation)
    assert (done.records, done.by_service) == (ORDERS, True)
    assert await watched["rows"].count_documents({}) == ORDERS
    first.popen.kill()
    first.popen.wait()

    await installation.feed([shop.order(f"R-{n}", id_=f"again-{n}") for n in range(ORDERS)])
    await delete_all(installation, "orders.requests")
    await installation.feed([shop.order("R-last")])
    installation.start_watch()
    await until(lambda: _rows(watched, ORDERS + 1), "what came behind")
    assert (await read_state(watched)).lost == ORDERS
    assert set(NAMES) == set((await read_state(watched)).topics)


async def _rows(watched: Database, count: int) -> bool:
    return await watched["rows"].count_documents({}) == count
