"""Kafka and MongoDB go away, fail, and leave open what became of a commit: nothing is lost, nothing is done twice.

On servers of its own: what is done to them would disturb the other tests.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from typing import Any

import pytest
from pymongo.read_concern import ReadConcern

from deploy.local import servers
from installation import SERVICES
from installation.addresses import Addresses
from services.engine.adapters.mongo_client import Client, connect
from tests.system import shop
from tests.system.conftest import LANES, Installing
from tests.system.entry import KILL, WRITTEN
from tests.system.installation import Installation, until
from tests.system.load import Load, catalog, the_whole_life

Fault = Mapping[str, Any]
GONE: Fault = {"closeConnection": True}
CONFLICT: Fault = {"errorCode": 112, "errorLabels": ["TransientTransactionError"]}
STEPPED_DOWN: Fault = {"errorCode": 10107, "errorLabels": ["TransientTransactionError"]}
UNANSWERED: Fault = {"writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"}}

FAULTS: tuple[tuple[tuple[str, ...], Fault, int], ...] = (
    (("commitTransaction",), GONE, 2),  # not committed, and the driver's own second try neither
    (("commitTransaction",), UNANSWERED, 2),  # committed, and nobody says so
    (("commitTransaction",), STEPPED_DOWN, 2),
    (("commitTransaction", "findAndModify", "killSessions"), GONE, 6),  # and acquiring again fails too
    (("update", "insert"), CONFLICT, 3),
    (("update", "insert"), STEPPED_DOWN, 2),
    (("update", "abortTransaction"), GONE, 4),
    (("find",), STEPPED_DOWN, 3),
)
"""Commands, how they fail, and how often."""


@pytest.fixture(scope="module")
def own_addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    with servers.running(tmp_path_factory.mktemp("servers"), cache_gb=0.25, test_commands=True) as addresses:
        if addresses.kafka_pid is None or addresses.mongod_pid is None:
            pytest.skip("the servers that the environment names are somebody else's: they are not made to fail")
        yield addresses


@pytest.fixture
async def own(installing: Installing, own_addresses: Addresses) -> Installation:
    return await installing(LANES, own_addresses)


@pytest.fixture
async def mongo_client(own_addresses: Addresses) -> AsyncIterator[Client]:
    async with connect(own_addresses.mongo) as client:
        yield client


async def _fails(client: Client, service: str, commands: tuple[str, ...], fault: Fault, times: int) -> None:
    """Lets the next commands of a service fail so often, and waits until they have."""
    data = {"failCommands": list(commands), "appName": service, **fault}
    set_up = await client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": data})
    await client.admin.command(
        {"waitForFailPoint": "failCommand", "timesEntered": set_up["count"] + times, "maxTimeMS": 60_000}
    )


async def _away(pid: int, seconds: float) -> None:
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


async def _under_load(own: Installation, done_meanwhile: Coroutine[Any, Any, None]) -> list[str]:
    """What the services log while this is done to them; afterwards everything holds."""
    services = own.start()
    await own.feed(catalog())
    await own.until_quiet(services.processes)
    load = Load(own, the_whole_life())
    running = asyncio.create_task(load.run())
    await done_meanwhile
    assert not running.done(), f"the load of {load.sent} records was over too early"
    load.enough.set()
    await running
    await own.until_quiet(services.processes)
    await own.assert_whole()
    return [process.log.read_text(encoding="utf-8") for process in services.processes]


async def test_commands_that_fail_and_commits_of_unknown_outcome_lose_nothing_and_do_nothing_twice(
    own: Installation, mongo_client: Client
) -> None:
    async def every_fault() -> None:
        for commands, fault, times in FAULTS:
            for service in SERVICES:
                await _fails(mongo_client, service, commands, fault, times)

    for log in await _under_load(own, every_fault()):
        assert '"batch.doubt"' in log, "no fault was felt"


@pytest.mark.parametrize("seconds", [4.0, pytest.param(30.0, marks=pytest.mark.long)])
async def test_servers_that_are_away_for_a_while_are_waited_for(own: Installation, seconds: float) -> None:
    kafka, mongod = own.addresses.kafka_pid, own.addresses.mongod_pid
    assert kafka is not None
    assert mongod is not None

    async def away() -> None:
        await _away(mongod, seconds)
        await asyncio.sleep(2.0)
        await _away(kafka, seconds)
        await asyncio.sleep(2.0)
        await asyncio.gather(_away(mongod, seconds), _away(kafka, seconds))

    await _under_load(own, away())


async def test_the_open_transaction_of_a_killed_worker_does_not_hold_up_its_successor(
    own: Installation, mongo_client: Client
) -> None:
    forever = {"setParameter": 1, "transactionLifetimeLimitSeconds": 3600}  # the server itself would never end it
    before = await mongo_client.admin.command(forever)
    try:
        first = own.start_one("orders")
        await own.feed([shop.variant(), *(shop.order(f"A-{number}") for number in range(20))])
        await own.until_quiet([first])
        own.stop()
        killed = own.start_one("orders", **{KILL: f"{WRITTEN}:1"})
        await own.feed([shop.order(f"B-{number}") for number in range(20)])

        async def ended() -> bool:
            return killed.popen.poll() is not None

        await until(ended, "a worker to be killed in its transaction")
        assert killed.popen.returncode == -signal.SIGKILL
        assert await _open_transactions(mongo_client) == 1
        services = own.start()
        await own.until_quiet(services.processes)
        assert await _open_transactions(mongo_client) == 0
        await own.assert_whole()
    finally:
        await mongo_client.admin.command({**forever, "transactionLifetimeLimitSeconds": before["was"]})


async def _open_transactions(client: Client) -> int:
    """Sessions that hold a transaction open and do nothing."""
    now = client.admin.with_options(read_concern=ReadConcern("local"))  # $currentOp takes no other
    idle = await now.aggregate(
        [
            {"$currentOp": {"allUsers": True, "idleSessions": True}},
            {"$match": {"type": "idleSession", "transaction": {"$exists": True}}},
        ]
    )
    return len(await idle.to_list(None))


async def test_a_store_that_refuses_for_good_stops_the_service_and_nothing_is_lost(
    own: Installation, mongo_client: Client
) -> None:
    first = own.start_one("orders")
    await own.feed([shop.variant(), shop.order("A-1")])
    await own.until_quiet([first])
    await asyncio.gather(
        _fails(mongo_client, "orders", ("update", "insert"), {"errorCode": 13}, 1), own.feed([shop.order("A-2")])
    )
    assert await asyncio.to_thread(first.popen.wait) == 1
    assert "MongoDB refuses to store (codes [13]" in first.log.read_text(encoding="utf-8")
    services = own.start()
    await own.until_quiet(services.processes)
    await own.assert_whole()
