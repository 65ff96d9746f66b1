"""A story on a terminal, in a pipe and for a program; and what is said of something that nobody knows."""

import asyncio
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from typer.testing import CliRunner

from operations import cli
from operations.terminal.screen import Screen
from operations.watching.story import DEEPEST, lines_of, show_story, span
from services.engine.adapters.mongo_client import connect
from services.watch.documents.row import to_row
from services.watch.index import Index, State
from services.watch.indexing import NAMES
from services.watch.queries import Story
from services.watch.rules.belonging import Wanted
from services.watch.rules.tree import plant
from services.watch.telling.told import Fate, Told
from tests.watch.tellings import BEGIN, told

ASKED: dict[str, Any] = {"topic": "orders.requests", "fate": Fate.ASKED, "type": "OrderSubmitted", "by": "shop"}
SCAN: dict[str, Any] = {"topic": "fulfillment.requests", "fate": Fate.ASKED, "type": "Scan", "by": "dock"}
MADE: dict[str, Any] = {"topic": "subscriptions.events", "type": "SubscriptionCreated"}
NO: dict[str, Any] = {"topic": "fulfillment.events", "type": "Refused", "fate": Fate.REFUSED, "code": "taken"}
ROWS = (
    told("ask", words="order A-1 submitted", **ASKED),
    told("A-1@1", at=0.02, source="leaseline/orders", words="order A-1 placed", by="orders"),
    told("scan", at=0.5, words="scan of SN-1", **SCAN),
    told("S@1", at=86_400 * 43 + 1, words="created", cause="scan", **MADE),
    told("no", at=1, words="refused", cause="x", **NO),
)
STATE = State(topics=NAMES, seen=BEGIN)


def shown(rows: tuple[Told, ...] = ROWS, *, more: bool = False) -> str:
    out = StringIO()
    story = Story("A-1", Wanted("order", "A-1"), rows, more, STATE)
    show_story(story, Screen(file=out, width=200), BEGIN + timedelta(days=50), "The index had read all")
    return out.getvalue()


def test_every_record_is_a_line_below_its_cause_with_the_time_between_and_long_gaps_are_folded() -> None:
    told_lines = [line.rstrip() for line in shown().splitlines() if line.strip()]
    assert told_lines == [
        "Order A-1: 5 records from 2026-03-02 09:00:00 UTC on, the last one 6 days ago",
        "2026-03-02",
        "09:00:00.000           → OrderSubmitted  order A-1 submitted  by shop",
        "09:00:00.020           • OrderPlaced  order A-1 placed  by orders",
        "09:00:00.500           → Scan  scan of SN-1  by dock",
        "              ⋮ 43 days",
        "2026-04-14",
        "09:00:01.000  +43 days └ • SubscriptionCreated  created",
        "2026-03-02",
        "09:00:01.000           ✗ Refused  refused  taken  because of shop x, which is not in the index",
        "What is not in the index was said before the oldest record that it keeps, or was not read yet.",
        "The index had read all",
    ]


def test_that_there_are_more_records_is_said() -> None:
    assert "There are more records than these 5, the earliest: --limit N shows more" in shown(more=True)
    assert "more records" not in shown()


def test_branches_show_what_follows_from_what() -> None:
    rows = [
        told("a"),
        told("b", at=1, cause="a", offset=1),
        told("c", at=2, cause="b", offset=2),
        told("d", at=3, cause="a", offset=3),
    ]
    assert [line.branch for line in lines_of(plant(rows))] == ["", "├ ", "│ └ ", "└ "]


def test_a_chain_that_is_too_deep_to_be_set_in_says_how_deep_it_is() -> None:
    rows = [told(str(n), at=n, cause=str(n - 1) if n else None, offset=n) for n in range(DEEPEST + 3)]
    assert [line.branch for line in lines_of(plant(rows))][-1].endswith(f"└ {DEEPEST + 2}: ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0 ms"),
        (0.012, "12 ms"),
        (3.44, "3.4 s"),
        (300, "5 min"),
        (7 * 3600, "7 h"),
        (86_400 * 1200, "1,200 days"),
    ],
)
def test_a_span_is_said_in_the_unit_that_fits(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


@pytest.fixture
def kept(mongo: str, database: str) -> dict[str, str]:
    """The rows of a story in an index; gives the environment of a command."""

    async def fill() -> None:
        async with connect(mongo) as client:
            index = Index(client[f"{database}_watch"], 400)
            await index.open(NAMES)
            await index.add([to_row(row, NAMES.index(row.topic)) for row in ROWS])
            await index.note(3, 1.5)

    asyncio.run(fill())
    return {"LEASELINE_KAFKA": "127.0.0.1:9", "LEASELINE_MONGO": mongo, "LEASELINE_DATABASES": database}


def run(kept: dict[str, str], *words: str) -> Any:
    return CliRunner().invoke(cli.app, ["story", *words], env=kept)


def test_a_program_gets_the_steps_with_their_places_and_how_far_the_index_is(kept: dict[str, str]) -> None:
    found = run(kept, "A-1", "--json")
    assert found.exit_code == 0, found.output
    assert '"kind": "order"' in found.output
    assert '"topic": "subscriptions.events"' in found.output
    assert '"behind_records": 3' in found.output


def test_what_nobody_knows_is_said_with_what_is_nearly_called_so_and_how_far_the_index_has_read(
    kept: dict[str, str],
) -> None:
    found = run(kept, "a-1")
    assert found.exit_code == 1
    why = str(found.exception)
    assert "No order, serial, subscription, invoice or request is called a-1. Did you mean A-1?" in why
    assert "The index had read all but 3 records at" in why
    assert "leaseline watch status" in why


def test_an_index_that_was_never_written_says_so(mongo: str, database: str) -> None:
    settings = {"LEASELINE_KAFKA": "127.0.0.1:9", "LEASELINE_MONGO": mongo, "LEASELINE_DATABASES": f"{database}x"}
    found = run(settings, "A-1")
    assert found.exit_code == 1
    assert "The index is empty: the watch service" in str(found.exception)


def test_rows_are_kept_as_long_as_the_setting_says_also_when_it_changes(mongo: str, database: str) -> None:
    async def made(days: int) -> int:
        async with connect(mongo) as client:
            await Index(client[f"{database}_watch"], days).open(NAMES)
            indexes = await client[f"{database}_watch"]["rows"].index_information()
            return int(indexes["a_1"]["expireAfterSeconds"])

    assert [asyncio.run(made(days)) for days in (400, 7, 24_000)] == [400 * 86_400, 7 * 86_400, 24_000 * 86_400]
