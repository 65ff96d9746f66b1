"""The watch service on real servers: what it keeps, what kills do to it, and the story of an order."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx2 as httpx
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import AutoReconnect

from demo.sample.outbound import Outbound
from deploy.local.processes import Process
from installation.topics import create_topics, until_there
from services.engine.adapters.kafka_whole_log import opened_whole_log
from services.engine.adapters.mongo_client import connect
from services.engine.core.document import replace
from services.engine.core.record import Record
from services.watch import indexing
from services.watch.documents.row import from_row
from services.watch.figures import WatchFigures
from services.watch.index import Index, ask_for_another, read_state
from services.watch.indexing import NAMES, Indexing
from services.watch.queries import Story, find_story
from services.watch.rules.belonging import Wanted
from services.watch.rules.tree import plant
from services.watch.telling.tell import tell
from services.watch.telling.told import Fate, Told
from tests.system import shop
from tests.system.http_keys import locked
from tests.system.installation import PATIENCE, Installation, delete_topics, until

Database = AsyncDatabase[dict[str, Any]]


@pytest.fixture
async def watched(installation: Installation) -> AsyncIterator[Database]:
    async with connect(installation.addresses.mongo) as client:
        yield client[f"{installation.databases}_watch"]


class Killed(Exception):
    """As a process that is killed: nothing after this step is done."""


async def indexed(installation: Installation, database: Database, at: Callable[[str], None] = lambda _: None) -> None:
    """Reads all that there is."""
    indexing = Indexing(Index(database, 400), installation.addresses.kafka, tell, WatchFigures(), at=at)
    async with asyncio.timeout(PATIENCE):
        await indexing.run(until_read=True)


async def rows(database: Database) -> list[dict[str, Any]]:
    return await database["rows"].find().sort("_id", 1).to_list()


async def decided(installation: Installation) -> None:
    """An order of two units, sent twice, scanned, a scan that was refused, one that waited, and rubbish."""
    services = installation.start()
    services.until_ready()
    for records in (
        [shop.variant(), shop.scan("A-2", "SN-9")],
        [shop.order("A-1")],
        [shop.order("A-1", id_="again")],
        [shop.scan("A-1", "SN-1", "SN-2")],
        [shop.order("A-2", units=1)],
        [shop.scan("A-1", "SN-9", id_="taken")],
    ):
        await installation.feed(records)
        await installation.until_quiet(services.processes)
    await rubbish(installation)
    await installation.until_quiet(services.processes)


async def rubbish(installation: Installation) -> None:
    """Six records that nobody can read, one of them on a topic of facts."""
    async with AIOKafkaProducer(bootstrap_servers=installation.addresses.kafka) as producer:
        for value in (b"{", None, b'{"type":[]}', b'{"id":"\\ud800","source":"x","type":"\\ud800"}', b"\xff" * 50):
            await producer.send_and_wait("orders.requests", value, key=b"\xff", headers=[("\u00e9", b"\xff")])
        await producer.send_and_wait("billing.events", b"what is this")


def followed(story: Story) -> list[tuple[str, str]]:
    """Each step with the one that it follows from; trees in their order, the steps of one by their names."""
    steps = plant(story.rows)
    trees: list[list[tuple[str, str]]] = []
    for step in steps:
        if step.above is None:
            trees.append([])
        trees[-1].append(("" if step.above is None else steps[step.above].told.type, step.told.type))
    return [pair for tree in trees for pair in sorted(tree)]


SCANNED = [
    ("", "ItemFulfillmentRequested"),
    ("ItemFulfillmentRequested", "OrderProgressed"),
    ("ItemFulfillmentRequested", "SubscriptionCreated"),
    ("ItemFulfillmentRequested", "SubscriptionCreated"),
    ("OrderProgressed", "OrderStatusChanged"),
    ("SubscriptionCreated", "BillingAccountChanged"),
]


async def test_the_story_of_an_order_has_every_step_once_below_its_cause(
    installation: Installation, watched: Database
) -> None:
    await decided(installation)
    await indexed(installation, watched)
    story = await find_story(watched, "A-1")
    assert story.wanted == Wanted("order", "A-1")
    assert not story.more
    assert followed(story) == [
        ("", "OrderSubmitted"),
        ("OrderSubmitted", "OrderPlaced"),
        ("", "OrderSubmitted"),
        ("OrderSubmitted", "RequestRepeated"),
        *SCANNED,
        ("", "ItemFulfillmentRequested"),
        ("ItemFulfillmentRequested", "ItemFulfillmentRefused"),
    ]
    waited = followed(await find_story(watched, "A-2"))
    assert waited[:4] == [
        ("", "ItemFulfillmentRequested"),
        ("ItemFulfillmentRequested", "ItemFulfillmentParked"),
        ("ItemFulfillmentRequested", "SubscriptionCreated"),
        ("SubscriptionCreated", "BillingAccountChanged"),
    ]
    of_one = await find_story(watched, "subscription:A-1/2")
    assert followed(of_one)[0] == SCANNED[0]

    one = await find_story(watched, "sn-2")
    assert one.wanted == Wanted("serial", "SN-2")
    created = [row for row in one.rows if row.type == "SubscriptionCreated"]
    assert ["serial:SN-2" in row.keys for row in created] == [True]
    by_request = await find_story(watched, "scan-A-1-SN-1")
    assert by_request.wanted == Wanted("request", "scan-A-1-SN-1")
    assert followed(by_request) == SCANNED
    assert followed(await find_story(watched, "request:shop.test/scan-A-1-SN-1")) == SCANNED
    assert (await find_story(watched, "A-7")).wanted is None

    short = await find_story(watched, "A-1", most=3)
    assert (len(short.rows), short.more) == (3, True)
    later = await find_story(watched, "A-1", since=max(row.at for row in story.rows))
    assert followed(later) == [("", "ItemFulfillmentRequested"), ("ItemFulfillmentRequested", "ItemFulfillmentRefused")]
    await every_record_has_its_row(installation, watched)
    await the_api_asks_for_the_scope(installation)


async def every_record_has_its_row(installation: Installation, watched: Database, unread: int = 5) -> None:
    """Rubbish too, of which there is at least so much."""
    async with opened_whole_log(installation.addresses.kafka, NAMES, "test") as log:
        begins, ends = await log.bounds(await log.places())
    found = await rows(watched)
    assert len(found) == sum(ends[place] - begins[place] for place in ends)
    names = (await read_state(watched)).names
    words = [told.words for told in (from_row(row, names) for row in found) if told.fate is Fate.DEAD]
    assert len([each for each in words if "cannot be read" in each or "JSON" in each]) >= unread


async def the_api_asks_for_the_scope(installation: Installation) -> None:
    """A key without ``watch:read`` reads no story."""
    async with locked(installation) as api:
        reader, other = await api.key("reader", "watch:read"), await api.key("other", "orders:read")
        shop_ = await api.key("shop", "orders:read", source=shop.SOURCE)
        for path in ("/stories/A-1", "/watch"):
            assert [(await api.request("GET", path, key)).status_code for key in (reader, other, shop_)] == [
                200,
                403,
                403,
            ]
        story = (await api.request("GET", "/stories/A-1", reader)).json()
        assert (story["kind"], story["more"], story["index"]["behind_records"]) == ("order", False, 0)
        assert [step.get("above") for step in story["steps"][:4]] == [None, 0, None, 2]
        assert (await api.request("GET", "/stories/subscription:A-1/1", reader)).json()["name"] == "A-1/1"
        assert (await api.request("GET", "/stories/A-1?limit=2", reader)).json()["more"]
        nothing = await api.request("GET", "/stories/A-7", reader)
        assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
        assert "had read all but 0 records" in nothing.json()["detail"]


def fed(number: int) -> list[Outbound]:
    """Requests that nobody decides here: about orders and serials of their own."""
    return [shop.order(f"B-{number}-{n}") for n in range(40)] + [
        shop.scan(f"B-{number}-{n}", f"S{n}") for n in range(40)
    ]


async def test_a_process_that_dies_in_the_middle_of_a_batch_goes_on_and_the_index_is_as_if_it_had_not(
    installation: Installation, watched: Database
) -> None:
    for number, step in enumerate(("read", "kept", "saved")):
        await installation.feed(fed(number))
        await rubbish(installation)

        def die(reached: str, step: str = step) -> None:
            if reached == step:
                raise Killed

        with pytest.raises(Killed):
            await indexed(installation, watched, die)
    await indexed(installation, watched)
    found = await rows(watched)
    await every_record_has_its_row(installation, watched)
    assert await ask_for_another(watched) == 2
    await indexed(installation, watched)
    assert await rows(watched) == found
    assert (await read_state(watched)).build == 2


async def test_a_topic_that_was_made_anew_is_read_from_its_beginning_whether_it_is_shorter_or_longer_than_it_was(
    installation: Installation, watched: Database
) -> None:
    await installation.feed([shop.order("C-1"), shop.order("C-1", id_="two"), shop.scan("C-1", "SN-1")])
    await indexed(installation, watched)
    for times in (1, 5):
        await remade(installation, "orders.requests")
        await installation.feed([shop.order("C-1", id_=f"new-{times}-{n}") for n in range(times)])
        await indexed(installation, watched)
        story = await find_story(watched, "C-1")
        new = [f"new-{times}-{n}" for n in range(times)]
        assert sorted(row.id for row in story.rows) == sorted(["scan-C-1-SN-1", *new])
        await every_record_has_its_row(installation, watched, unread=0)


async def remade(installation: Installation, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.addresses.kafka)
    await admin.start()
    try:
        await delete_topics(admin, [topic])
    finally:
        await admin.close()
    await create_topics(installation.addresses.kafka, installation.lanes)
    await until_there(installation.addresses.kafka, installation.lanes)


class Away(Index):
    """A database that does not answer twice: before it kept the rows, and behind."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, 400)
        self.calls = 0

    async def add(self, rows: Sequence[dict[str, Any]]) -> int:
        self.calls += bool(rows)
        if rows and self.calls == 1:
            raise AutoReconnect("away before")
        added = await super().add(rows)
        if rows and self.calls == 2:
            raise AutoReconnect("away behind")
        return added


async def test_a_database_that_is_away_is_waited_for_and_complained_of(
    installation: Installation, watched: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "AGAIN", 0.01)
    await installation.feed(fed(0))
    complained: list[str] = []
    index = Away(watched)
    away = indexing.Indexing(
        index,
        installation.addresses.kafka,
        tell,
        WatchFigures(),
        complain=lambda server, _why: complained.append(server),
    )
    async with asyncio.timeout(PATIENCE):
        await away.run(until_read=True)
    assert complained == ["MongoDB", "MongoDB"]
    await every_record_has_its_row(installation, watched, unread=0)


async def test_a_record_that_cannot_be_told_is_a_row_all_the_same(
    installation: Installation, watched: Database
) -> None:
    await installation.feed([shop.order("D-1"), shop.order("D-2")])

    def told(record: Record) -> Told:
        found = tell(record)
        if found.subject == "D-1":
            raise KeyError(found.subject)
        return replace(found, words="\ud800") if found.type == "OrderSubmitted" else found

    broken = indexing.Indexing(Index(watched, 400), installation.addresses.kafka, told, WatchFigures())
    async with asyncio.timeout(PATIENCE):
        await broken.run(until_read=True)
    await every_record_has_its_row(installation, watched, unread=0)
    names = (await read_state(watched)).names
    words = sorted(from_row(row, names).words for row in await rows(watched))
    assert [each.partition("(")[2].partition(")")[0] for each in words] == ["KeyError", "UnicodeEncodeError"]


async def test_the_process_says_how_far_it_is_and_goes_on_where_it_was_killed(
    installation: Installation, watched: Database
) -> None:
    await installation.feed(fed(0))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for number in (1, 2):
        process = installation.start_watch(LEASELINE_HEALTH_PORT=str(port))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as asked:

            async def ready(asked: httpx.AsyncClient = asked, process: Process = process) -> bool:
                process.check()
                try:
                    return (await asked.get("/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(ready, "the watch service")
            await until(lambda n=number: _all(watched, 80 * n), "its rows")  # type: ignore[misc]  # bound at once
            if number == 2:  # lanes are added while it reads
                await create_topics(installation.addresses.kafka, 2 * installation.lanes)
                await until_there(installation.addresses.kafka, 2 * installation.lanes)
                await installation.feed(fed(2))
                await until(lambda: _all(watched, 240), "the rows of new partitions")
            assert "leaseline_watch_behind_records " in (await asked.get("/metrics")).text
        if number == 1:
            process.popen.kill()
            process.popen.wait()
            await installation.feed(fed(1))
        else:
            process.popen.terminate()
            assert process.popen.wait(20) == 0
    await every_record_has_its_row(installation, watched, unread=0)


async def _all(watched: Database, count: int) -> bool:
    return await watched["rows"].count_documents({}) == count
