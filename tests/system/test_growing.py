"""An installation grows from 4 to 8 lanes in the middle of its life, and the command is killed at every step."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from contracts.messages.changes import OrderAmendmentRequested
from contracts.messages.clock import ClockTicked
from contracts.messages.invoices import BillingRunRequested
from contracts.messages.orders import OrderSubmitted
from demo.sample.outbound import Carriage, Outbound, Sending
from deploy.local.processes import Process
from installation.errors import InstallationError
from installation.growing import STEPS, Grow
from installation.kept import COLLECTIONS
from services.engine.adapters.mongo_client import connect
from services.engine.adapters.mongo_lanes import checkpoints
from services.engine.core.growing import new_homes
from tests.system import shop
from tests.system.conftest import Installing
from tests.system.entry import KILL
from tests.system.installation import Installation, until
from tests.system.load import catalog, the_whole_life

BEFORE, AFTER = 4, 8
TICKS = datetime(2018, 9, 1, tzinfo=UTC)
MUCH = 3_000
"""Records: orders in every state, and their scans."""
TURNS = 40
"""Orders that are amended behind some of the steps; at most 8 changes of an order may wait."""
AMENDED = ("held", "moving", "partitions", "forwarded", "lanes", "ended")
RUN = BillingRunRequested.type_name()
NEW_SKU = "CLOCK-2"


async def test_an_installation_grows_though_the_command_is_killed_at_every_step(installing: Installing) -> None:
    """Given orders in every state, some waiting, and requests that nobody has read; when the command is killed at every
    step and run again; then all goes on in twice as many lanes, and every invariant holds.
    """
    installation = await installing(lanes=BEFORE)
    life = _life()
    half = len(life) // 2
    await installation.feed((*catalog(), shop.variant()))
    running = list(installation.start().processes)
    await installation.feed((*life[:half], *_waiting(), *(shop.order(f"turn-{n}") for n in range(TURNS))))
    await installation.feed([_tick(lane, TICKS) for lane in range(BEFORE)])
    await installation.until_quiet(running)

    fed = half
    for turn, step in enumerate(STEPS, 1):
        await _killed(installation, step)
        if step == "held":
            await _all_hold(running)
        if step == "moving":
            await _all_stopped(running)
        amended = _amended(turn) if step in AMENDED else ()
        await installation.feed((*life[fed : fed + 60], *amended))  # nobody reads, some partitions are new
        fed += 60
    assert await _grow(installation) == 0, "a command that has ended is no trouble"

    installation.lanes = AFTER
    await _moved(installation)
    running = list(installation.start().processes)
    await installation.feed((*life[fed:], *_awaited()))
    await installation.feed([_tick(lane, TICKS + timedelta(days=60)) for lane in range(AFTER)])
    await installation.until_quiet(running)
    await installation.assert_whole()
    await _moved(installation)
    await _amended_in_order(installation)
    await _all_lanes_work(installation)


async def test_what_is_not_heard_in_time_is_named_and_nothing_is_changed(installing: Installing) -> None:
    """Given a service that does not run, and a billing run that is open; then the command says so, and gives up."""
    installation = await installing(lanes=BEFORE)
    await installation.feed((shop.variant(), *(shop.order(f"o-{n}") for n in range(8))))
    running = list(installation.start().processes)
    await installation.until_quiet(running)
    at = installation.addresses

    async with connect(at.mongo) as client:
        runs = client[f"{installation.databases}_billing"]["runs"]
        await runs.insert_one({"_id": "run:2026-03", "open": [{"run": 1}]})
        with pytest.raises(InstallationError, match=r"billing to end run:2026-03, which is under way in all lanes"):
            await Grow(at.kafka, at.mongo, installation.databases).to(AFTER, 6.0)
        await runs.delete_one({"_id": "run:2026-03"})
    await _as_before(installation)

    fulfillment = next(process for process in running if process.service == "fulfillment")
    fulfillment.popen.terminate()
    fulfillment.popen.wait()
    others = [process for process in running if process is not fulfillment]
    await installation.feed([shop.order(f"p-{n}") for n in range(8)])
    await installation.until_quiet(others)
    with pytest.raises(InstallationError, match=r"fulfillment, lane \d, to read \d+ records of orders.events"):
        await Grow(at.kafka, at.mongo, installation.databases).to(AFTER, 6.0)
    await _as_before(installation)

    await installation.feed([shop.order(f"q-{n}") for n in range(8)])
    await installation.until_quiet([*others, *installation.start("fulfillment").processes])
    report = await installation.assert_whole()
    assert report.holds


async def _as_before(installation: Installation) -> None:
    async with connect(installation.addresses.mongo) as client:
        for service in COLLECTIONS:
            database = client[f"{installation.databases}_{service}"]
            assert {lane.lanes for lane in await checkpoints(database)} == {BEFORE}
            assert await database["installation"].find_one({"_id": "growing"}) is None


def _life() -> Sequence[Outbound]:
    """A part of the sample's life, and its billing runs: half of them before the installation grows."""
    whole = the_whole_life()
    runs = [record for record in whole if record.topic == "billing.requests" and record.type == RUN]
    others = [record for record in whole[:MUCH] if record not in runs]
    middle = len(others) // 2 - len(runs) // 2
    return (*others[:middle], *runs, *others[middle:])


def _waiting() -> Sequence[Outbound]:
    """What waits for something that is not there yet."""
    unknown = [{"sku": NEW_SKU, "months": 12, "quantity": 1}]
    orders = [
        shop.sent(OrderSubmitted, f"new-{n}", {**shop.order_data(f"new-{n}"), "items": unknown}) for n in range(12)
    ]
    scans = [shop.scan(f"early-{n}", f"EARLY-{n}") for n in range(12)]
    return (*orders, *scans)


def _awaited() -> Sequence[Outbound]:
    """What they waited for."""
    return (shop.variant(NEW_SKU), *(shop.order(f"early-{n}", 1) for n in range(12)))


def _amended(turn: int) -> Sequence[Outbound]:
    """One unit more of each of these orders: what counts is what was said last."""
    return [
        shop.sent(
            OrderAmendmentRequested,
            f"turn-{n}-{turn}",
            {
                "order_id": f"turn-{n}",
                "items": {"change": [{"item_id": "1", "quantity": 2 + turn}]},
                "actor": "clerk",
            },
        )
        for n in range(TURNS)
    ]


def _tick(lane: int, as_of: datetime) -> Outbound:
    id_ = f"tick-{lane}-{as_of:%Y%m%d}"
    body = ClockTicked(lane=lane, as_of=as_of)
    return Sending(ClockTicked, id_, "leaseline/orders", as_of, body, carriage=Carriage(partition=lane)).outbound()


async def _grow(installation: Installation, kill: str = "") -> int:
    """Runs the command to its end, or until it is killed."""
    environment = {**os.environ, **installation.addresses.as_environment(), KILL: kill}
    command = (sys.executable, "-m", "tests.system.grow_entry", installation.databases, str(AFTER))
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    return await process.wait()


async def _killed(installation: Installation, step: str) -> None:
    assert await _grow(installation, f"{step}:1") == -signal.SIGKILL, f"the command was not killed at {step}"


async def _all_hold(running: Sequence[Process]) -> None:
    async def held() -> bool:
        return all("requests.held" in process.log.read_text() for process in running)

    await until(held, "all services to hold requests back")


async def _all_stopped(running: Sequence[Process]) -> None:
    async def stopped() -> bool:
        return all(process.popen.poll() is not None for process in running)

    await until(stopped, "all services to stop by themselves")
    for process in running:
        assert f"leaseline lanes grow --to {AFTER}" in process.log.read_text().splitlines()[-1]


async def _moved(installation: Installation) -> None:
    """Every document that names a lane names the home of its subject, as one of so many."""
    wrong, seen = [], set()
    async with connect(installation.addresses.mongo) as client:
        for service, collections in COLLECTIONS.items():
            for collection in collections:
                async for document in client[f"{installation.databases}_{service}"][collection.name].find():
                    seen |= {(collection.name, each.name) for each in collection.homes if each.name in document}
                    if new_homes(document, collection.homes, installation.lanes):
                        wrong.append(f"{service}.{collection.name} {document['_id']}")
    assert not wrong
    assert {("ledgers", "home"), ("payers", "lane")} <= seen


async def _all_lanes_work(installation: Installation) -> None:
    """The new lanes have read what came, on the clocks of those that they come from."""
    async with connect(installation.addresses.mongo) as client:
        for service in COLLECTIONS:
            lanes = {each.lane: each for each in await checkpoints(client[f"{installation.databases}_{service}"])}
            assert sorted(lanes) == list(range(AFTER))
            assert {lane.lanes for lane in lanes.values()} == {AFTER}
            assert all(lane.batch > 0 for lane in lanes.values()), service
            assert len({lane.clock for lane in lanes.values()}) == 1, service


async def _amended_in_order(installation: Installation) -> None:
    """What a client said later, in another partition, was heard later."""
    async with connect(installation.addresses.mongo) as client:
        orders = client[f"{installation.databases}_orders"]["orders"].find({"_id": {"$regex": "^turn-"}})
        units = {order["_id"]: order["items"][0]["quantity"] async for order in orders}
    assert units == dict.fromkeys((f"turn-{n}" for n in range(TURNS)), 2 + len(STEPS))
