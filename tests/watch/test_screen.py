"""The screen: as it looks, by its keys, and that it never loses who reads."""

import re
from collections import defaultdict
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from textual.events import MouseScrollUp
from textual.widgets import DataTable

from operations.watching.history import Found
from operations.watching.log import Consumed
from operations.watching.screen.app import WatchScreen
from operations.watching.screen.board import HELD, ROWS, Board
from operations.watching.screen.lanes import LaneLag, lags
from operations.watching.screen.showing import Showing
from services.engine.core.checkpoint import Checkpoint
from services.watch.telling.tell import tell
from tests.watch.consumed import MOMENT, all_examples

NOW = datetime(2024, 5, 14, 9, 5, tzinfo=UTC)
SIZE = (150, 40)
TOPICS_SHOWN = ("orders.requests", "orders.events", "fulfillment.events", "subscriptions.events", "orders.internal")
GOLDEN = Path("tests/watch/screens")


def found(number: int = 0) -> list[Found]:
    """The examples that decide nothing about operations, a second apart: those may become more any day."""
    made = []
    examples = [each for _, each in all_examples() if each.topic in TOPICS_SHOWN]
    for place, each in enumerate(examples):
        at = MOMENT + 1000 * (place + 100 * number)
        record = Consumed(each.topic, each.partition, place + 100 * number, at, None, each.value, ())
        made.append(Found(tell(record), record))
    return made


def screen(story: str = "the story") -> WatchScreen:
    return WatchScreen(lambda _: None, lambda key: Text(f"{story} of {key}"), lambda: NOW, lambda: 100.0)


def as_text(app: WatchScreen) -> str:
    """What stands on the screen, line by line, read from its picture."""
    lines: dict[float, str] = defaultdict(str)
    for left, top, text in re.findall(
        r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', app.export_screenshot(simplify=True)
    ):
        column = round(float(left) / 12.2)
        lines[float(top)] = lines[float(top)].ljust(column) + unescape(text).replace("\xa0", " ")
    return "\n".join(lines[top].rstrip() for top in sorted(lines)) + "\n"


def same(app: WatchScreen, name: str) -> None:
    """As agreed; a picture that is not there yet is written, and fails once."""
    golden = GOLDEN / f"{name}.txt"
    now = as_text(app)
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(now, encoding="utf-8")
        pytest.fail(f"{golden} is new: look at it")
    assert now == golden.read_text(encoding="utf-8"), f"if it is meant: delete {golden}, and look at the new one"


def lines(app: WatchScreen) -> "DataTable[Any]":
    return app.screen_stack[0].query_one("#lines", DataTable)


async def test_it_looks_as_agreed() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        app.take(found())
        app.lanes([LaneLag(0, 0), LaneLag(1, 1234, datetime(2024, 5, 14, 9, 4, 30, tzinfo=UTC))])
        app.say("following everything")
        await pilot.pause()
        same(app, "whole")


async def test_enter_opens_the_record_masked_and_escape_goes_back() -> None:
    placed = [each for each in found() if each.told.type == "OrderPlaced"]
    async with (app := screen()).run_test(size=SIZE) as pilot:
        app.take(placed)
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        same(app, "record")
        assert "Okafor" not in as_text(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, Showing)


async def test_s_shows_the_story_of_what_the_line_is_about() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        app.take([each for each in found() if each.told.type == "OrderPlaced"])
        await pilot.pause()
        await pilot.press("s")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "the story of order:RETRO-1001" in as_text(app)


async def test_who_goes_up_holds_back_what_comes_and_end_shows_it() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        app.take(found())
        await pilot.pause()
        before = lines(app).row_count
        await pilot.press("up", "up")
        await pilot.pause()
        row = lines(app).cursor_row
        app.take(found(1))
        await pilot.pause()

        assert (lines(app).row_count, lines(app).cursor_row) == (before, row)
        assert f"paused, {before} held back" in as_text(app)
        await pilot.press("end")
        await pilot.pause()
        assert lines(app).row_count == 2 * before
        assert lines(app).cursor_row == 2 * before - 1
        assert "held back" not in as_text(app)


async def test_who_scrolls_up_holds_back_what_comes() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        app.take(found())
        await pilot.pause()
        assert not app.board.paused
        await pilot._post_mouse_events([MouseScrollUp], widget="#lines", button=0)
        await pilot.pause()
        assert app.board.paused


async def test_p_pauses_and_goes_on() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        await pilot.press("p")
        app.take(found())
        assert lines(app).row_count == 0
        await pilot.press("p")
        await pilot.pause()
        assert lines(app).row_count == len(found())


async def test_lines_are_never_more_than_fit_in_memory_and_the_newest_stay() -> None:
    async with (app := screen()).run_test(size=SIZE) as pilot:
        for number in range(15):
            app.take(found(number))
        await pilot.pause()

        assert lines(app).row_count == ROWS
        assert lines(app).cursor_row == ROWS - 1


def test_what_is_held_back_is_counted_even_where_it_is_not_kept() -> None:
    board = Board()
    board.paused = True
    for number in range(40):
        assert board.take(found(number), 0.0) == ()

    assert board.held_back == 40 * len(found())
    assert len(board.held) == HELD
    assert len(board.go_on()) == ROWS
    assert (board.held_back, board.paused) == (0, False)


def test_a_rate_is_over_the_last_ten_seconds() -> None:
    board = Board()
    some = [each for each in found() if each.told.type == "OrderPlaced"]
    board.take(some * 20, 100.0)

    assert board.rate("orders.events", 105.0) == 2.0
    assert board.rate("orders.events", 111.0) == 0.0
    assert board.totals["orders.events"] == 20


def test_a_lane_is_behind_by_what_no_service_has_decided_and_since_when_it_was_seen_so() -> None:
    ends = {("orders.requests", 0): 10, ("orders.requests", 1): 4, ("catalog.requests", 0): 7}
    begins = dict.fromkeys(ends, 0)
    saved = {"orders": [Checkpoint(0, offsets={"orders.requests": 10, "catalog.requests": 2}), Checkpoint(1)]}
    earlier = datetime(2024, 5, 14, 9, tzinfo=UTC)

    first, second = lags(saved, ends, begins, {0: LaneLag(0, 1, earlier)}, NOW)

    assert first == LaneLag(0, 5, earlier)
    assert second == LaneLag(1, 4, NOW)
    assert first.age(NOW) == 300
    assert LaneLag(0, 0).age(NOW) == 0
