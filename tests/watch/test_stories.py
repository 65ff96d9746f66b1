"""What belongs to a story, read from a real index: large orders, shared causes, other people's effects."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.engine.adapters.mongo_client import connect
from services.watch.documents.row import to_row
from services.watch.index import Index
from services.watch.indexing import NAMES
from services.watch.queries import LONGEST_CHAIN, Story, find_near, find_story
from services.watch.rules.belonging import Wanted
from services.watch.rules.tree import plant
from services.watch.telling.told import Fate, Told
from tests.watch.tellings import BEGIN, told

Database = AsyncDatabase[dict[str, Any]]
UNITS = 2_000


@pytest.fixture
async def index(mongo: str, database: str) -> AsyncIterator[Database]:
    async with connect(mongo) as client:
        made = client[f"{database}_watch"]
        await Index(made, 400).open(NAMES)
        yield made


async def keep(index: Database, rows: Iterable[Told]) -> None:
    """Each in a place of its own."""
    writing = Index(index, 400)
    await writing.open(NAMES)
    placed = [replaced(row, offset) for offset, row in enumerate(rows)]
    await writing.add([to_row(row, NAMES.index(row.topic)) for row in placed])
    await writing.note(0, 0.0)  # what a majority has of this, it has of the rows


def replaced(row: Told, offset: int) -> Told:
    fields = {name: getattr(row, name) for name in row.__struct_fields__}  # type: ignore[attr-defined]  # msgspec's
    return Told(**{**fields, "offset": offset})


def ids(story: Story) -> list[str]:
    return [step.told.id for step in plant(story.rows)]


def large_order() -> Iterable[Told]:
    """An order of 2,000 units, scanned four at a time; each unit has its subscription and its account's change."""
    mine = "order:L-1"
    yield told("ask", topic="orders.requests", fate=Fate.ASKED, keys=(mine,))
    yield told("placed", at=1, cause="ask", keys=(mine,))
    for scan in range(UNITS // 4):
        serials = tuple(f"serial:S{scan}-{n}" for n in range(4))
        at = 2.0 + scan
        yield told(f"scan-{scan}", at=at, topic="fulfillment.requests", fate=Fate.ASKED, keys=(mine, *serials))
        for n, serial in enumerate(serials):
            id_ = f"created-{scan}-{n}"
            keys = (mine, serial, f"subscription:L-1/{scan * 4 + n + 1}")
            yield told(id_, at=at + 0.1, cause=f"scan-{scan}", topic="subscriptions.events", keys=keys)
            yield told(f"account-{scan}-{n}", at=at + 0.2, cause=id_, topic="billing.events", keys=("payer:group:g",))


async def test_a_story_is_bounded_and_says_that_there_is_more(index: Database) -> None:
    await keep(index, large_order())
    story = await find_story(index, "L-1")
    assert (len(story.rows), story.more) == (2_000, True)
    assert ids(story)[:2] == ["ask", "placed"]
    whole = await find_story(index, "L-1", most=20_000)
    assert (len(whole.rows), whole.more) == (2 + UNITS // 4 + 2 * UNITS, False)
    exactly = await find_story(index, "L-1", most=len(whole.rows))
    assert (len(exactly.rows), exactly.more) == (len(whole.rows), False)
    last = await find_story(index, "L-1", most=20_000, since=BEGIN + timedelta(seconds=500))
    assert ids(last) == [
        f"{what}-{scan}{end}"
        for scan in (498, 499)
        for what, end in (("scan", ""), *((w, f"-{n}") for n in range(4) for w in ("created", "account")))
    ]


async def test_the_story_of_a_serial_leaves_out_what_was_scanned_with_it(index: Database) -> None:
    await keep(index, large_order())
    assert ids(await find_story(index, "S7-2")) == ["scan-7", "created-7-2", "account-7-2"]
    assert ids(await find_story(index, "L-1/31")) == ["scan-7", "created-7-2", "account-7-2"]
    of_the_request = await find_story(index, "scan-7")
    assert of_the_request.wanted == Wanted("request", "scan-7")
    assert len(of_the_request.rows) == 9


async def test_causes_are_told_up_to_who_asked_and_their_other_effects_are_not(index: Database) -> None:
    await keep(
        index,
        [
            told("price", topic="catalog.requests", fate=Fate.ASKED, keys=("sku:X",)),
            told("due", at=1, cause="price", topic="orders.internal", fate=Fate.INTERNAL, keys=("sku:X",)),
            told("found-1", at=2, cause="due", topic="orders.internal", fate=Fate.INTERNAL, keys=("order:P-1",)),
            told("found-2", at=2, cause="due", topic="orders.internal", fate=Fate.INTERNAL, keys=("order:P-2",)),
            told("released", at=3, cause="found-1", keys=("order:P-1",)),
        ],
    )
    assert ids(await find_story(index, "P-1")) == ["price", "due", "found-1", "released"]
    assert len((await find_story(index, "request:price")).rows) == 5


async def test_an_invoice_stands_in_the_story_of_an_order_with_its_head_and_no_lines_of_others(
    index: Database,
) -> None:
    head, lines = ("invoice:INV-1", "payer:group:g"), ("invoice:INV-1", "payer:group:g", "order:I-1")
    await keep(
        index,
        [
            told("run", topic="billing.requests", fate=Fate.ASKED, keys=("run:2026-03",)),
            told("INV-1", at=1, cause="run", topic="billing.events", keys=head),
            told("INV-1/1", at=2, cause="run", topic="billing.events", keys=lines),
            told("INV-1/2", at=3, cause="run", topic="billing.events", keys=(*head, "order:I-2")),
            told("INV-2", at=4, cause="run", topic="billing.events", keys=("invoice:INV-2", "payer:group:h")),
        ],
    )
    assert ids(await find_story(index, "I-1")) == ["run", "INV-1", "INV-1/1"]
    assert ids(await find_story(index, "INV-1")) == ["run", "INV-1", "INV-1/1", "INV-1/2"]


async def test_a_chain_of_causes_without_an_end_is_followed_a_bounded_way(index: Database) -> None:
    pages = [
        told(str(n), at=n, cause=str(n - 1) if n else None, topic="orders.internal", keys=("sku:X",))
        for n in range(LONGEST_CHAIN * 2)
    ]
    await keep(index, [*pages, told("end", at=1_000, cause=pages[-1].id, keys=("order:C-1",))])
    steps = plant((await find_story(index, "C-1")).rows)
    assert len(steps) == LONGEST_CHAIN + 1
    assert steps[-1].told.id == "end"


async def test_two_things_of_one_name_are_both_said_and_each_can_be_asked_for(index: Database) -> None:
    await keep(index, [told("a", keys=("order:TWIN",)), told("b", at=1, keys=("serial:TWIN",))])
    both = await find_story(index, "TWIN")
    assert (both.wanted, both.others) == (Wanted("order", "TWIN"), (Wanted("serial", "TWIN"),))
    assert ids(both) == ["a"]
    assert ids(await find_story(index, "serial:twin")) == ["b"]


async def test_senders_that_count_alike_are_told_together_and_apart(index: Database) -> None:
    await keep(
        index,
        [
            told("1", source="one", topic="orders.requests", fate=Fate.ASKED),
            told("1", at=1, source="other", topic="orders.requests", fate=Fate.ASKED),
        ],
    )
    assert [row.source for row in (await find_story(index, "request:1")).rows] == ["one", "other"]
    assert [row.source for row in (await find_story(index, "other/1")).rows] == ["other"]


async def test_what_is_nearly_called_so_is_named(index: Database) -> None:
    await keep(index, [told("a", keys=("order:Shop-1",)), told("b", keys=("subscription:UP-2/1", "order:UP-2"))])
    assert await find_near(index, "up-2") == ("UP-2",)
    assert await find_near(index, "#Shop-1,") == ("Shop-1",)
    assert await find_near(index, "nothing") == ()


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_a_moment_that_is_in_no_calendar_of_the_database_is_before_or_behind_everything(
    index: Database, since: str
) -> None:
    await keep(index, [told("a", keys=("order:A-1",))])
    story = await find_story(index, "A-1", since=datetime.fromisoformat(since))
    assert ids(story) == (["a"] if since.startswith("0001") else [])
