"""The screen itself: tables that are added to and never rebuilt, and a pause once somebody looks at older lines."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message as TextualMessage
from textual.widgets import DataTable, Footer, Static

from contracts.values.timestamp import time_of_day
from operations.watching.history import Found
from operations.watching.line import COLOURS, SIGNS
from operations.watching.screen.board import ROWS, Board
from operations.watching.screen.lanes import LaneLag
from operations.watching.screen.showing import Showing
from operations.watching.whole import whole_lines
from services.watch.telling.told import Fate

Table = DataTable[Text | str]
FRAME: Final = 0.5
"""Seconds between two counts of rates."""


class LinesTable(DataTable[Text | str]):
    """The lines: it tells when somebody scrolls up, which moves no cursor."""

    class LookedBack(TextualMessage):
        """Somebody scrolled up."""

    def on_mouse_scroll_up(self) -> None:
        """Beside what the table itself makes of it."""
        self.post_message(self.LookedBack())


class WatchScreen(App[None]):
    """``start`` begins to feed it, once it stands; ``story`` tells the story of a key as text, or why there is none.

    ``now`` and ``seconds`` are the clocks by which ages and rates are told; ``stop`` ends who feeds it.
    """

    CSS = """
    #top { height: 14; }
    #topics { width: 54; height: 100%; scrollbar-size: 0 1; border: round $primary; }
    #lanes { width: 31; height: 100%; scrollbar-size: 0 1; border: round $primary; }
    #wrong { width: 1fr; height: 100%; scrollbar-size: 0 1; border: round $error; }
    #lines { height: 1fr; scrollbar-size: 0 1; border: round $primary; }
    #state { height: 1; padding: 0 1; background: $panel; }
    Showing { align: center middle; }
    #box { width: 90%; height: 90%; border: round $primary; padding: 0 1; background: $surface; }
    """
    TITLE = "Leaseline"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open"),
        Binding("s", "story", "Story"),
        Binding("p", "pause", "Pause"),
        Binding("end,g", "newest", "Newest", priority=True),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        start: Callable[["WatchScreen"], None],
        story: Callable[[str], Text],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
        stop: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._stop = stop
        self._start, self._story, self._now, self._seconds = start, story, now, seconds
        self.board = Board()
        self._rows: dict[str, Found] = {}
        self._count = 0
        self._said = "reading …"
        self._oldest = 0

    def compose(self) -> ComposeResult:
        """Rates, lanes and what went wrong above; the lines below."""
        with Horizontal(id="top"):
            for name, title in (("topics", "Topics"), ("lanes", "Lanes"), ("wrong", "Refused and dead")):
                table: Table = DataTable(id=name, cursor_type="none", show_cursor=False, zebra_stripes=False)
                table.border_title = title
                table.can_focus = False
                yield table
        lines = LinesTable(id="lines", cursor_type="row")
        lines.border_title = "Messages"
        yield lines
        yield Static(id="state")
        yield Footer()

    def on_mount(self) -> None:
        """The columns; then it is fed."""
        self._table("topics").add_column("topic", width=24)
        for name in ("a second", "seen"):
            self._table("topics").add_column(name, key=name, width=9)
        self._table("lanes").add_column("lane", width=4)
        for name in ("behind", "for"):
            self._table("lanes").add_column(name, key=name, width=8)
        self._table("wrong").add_column("time", width=8)
        self._table("wrong").add_column("code", width=24)
        self._table("wrong").add_column("what")
        for name, width in (
            ("time", 12),
            ("", 1),
            ("type", 26),
            ("subject", 20),
            ("code", 18),
            ("what happened", None),
        ):
            self._table("lines").add_column(name, width=width)
        self._table("lines").focus()
        self.set_interval(FRAME, self.count)
        self._start(self)
        self.count()

    def on_unmount(self) -> None:
        """Whoever feeds it ends first: the process waits for their threads."""
        self._stop()

    def take(self, found: Sequence[Found], *, history: bool = False) -> None:
        """Lines that came; ``history`` counts for no rate. Those that are too many go, the oldest first."""
        before = len(self.board.wrong), self.board.wrong[-1] if self.board.wrong else None
        self._add(self.board.take(found, float("-inf") if history else self._seconds()))
        if (len(self.board.wrong), self.board.wrong[-1] if self.board.wrong else None) != before:
            self._tell_wrong()
        self.count()

    def lanes(self, lags: Sequence[LaneLag]) -> None:
        """How far the lanes are."""
        table, now = self._table("lanes"), self._now()
        for each in lags:
            key = str(each.lane)
            behind = Text(f"{each.behind:,}", style="yellow" if each.behind else "dim", justify="right")
            age = Text(f"{each.age(now):.0f} s" if each.behind else "", justify="right")
            if key in table.rows:
                table.update_cell(key, "behind", behind)
                table.update_cell(key, "for", age)
            else:
                table.add_row(key, behind, age, key=key)

    def say(self, sentence: str) -> None:
        """What stands at the bottom."""
        self._said = sentence
        self.count()

    def count(self) -> None:
        """Rates and the state, as they are now."""
        if not self.screen_stack or not self.screen_stack[0].query(
            "#topics"
        ):  # it is ending, or something stands over it
            return
        table, now = self._table("topics"), self._seconds()
        for topic in self.board.topics():
            rate = Text(f"{self.board.rate(topic, now):,.1f}", justify="right")
            total = Text(f"{self.board.totals[topic]:,}", justify="right")
            if topic in table.rows:
                table.update_cell(topic, "a second", rate)
                table.update_cell(topic, "seen", total)
            else:
                table.add_row(topic, rate, total, key=topic)
        held = f"  ·  paused, {self.board.held_back:,} held back: End shows them" if self.board.paused else ""
        self.screen_stack[0].query_one("#state", Static).update(
            Text(f"{self._said}  ·  {sum(self.board.totals.values()):,} seen{held}", no_wrap=True)
        )

    def action_newest(self) -> None:
        """Goes on, at the newest line."""
        self._add(self.board.go_on())
        table = self._table("lines")
        table.move_cursor(row=max(0, table.row_count - 1))
        self.count()

    def action_pause(self) -> None:
        """Holds back what comes, or shows it."""
        if self.board.paused:
            self.action_newest()
        else:
            self.hold()

    def hold(self) -> None:
        """Holds back what comes."""
        self.board.paused = True
        self.count()

    def on_lines_table_looked_back(self) -> None:
        """As with the cursor: who scrolls up reads."""
        self.hold()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Who looks at an older line is not to lose it: what comes is held back."""
        table = event.data_table  # more lines may have come since the event: where the cursor is now counts
        if table.id == "lines" and table.cursor_row < table.row_count - 1:
            self.hold()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter on a line."""
        if event.data_table.id == "lines":
            self.action_open()

    def action_open(self) -> None:
        """The record of the line, masked."""
        if (found := self._chosen()) is None:
            return
        told = found.told
        head = Text(f"{told.words}\n", style=COLOURS[told.fate])
        head.append(f"{told.at:%Y-%m-%d %H:%M:%S} UTC, by {told.by or 'nobody'}", style="dim")
        if told.cause is not None:
            head.append(f", because of {' '.join(told.cause)}", style="dim")
        head.append("\n\n" + "\n".join(line[4:] for line in whole_lines(found.record, unmasked=False)))
        self.push_screen(Showing(f"{told.topic}/{told.partition}/{told.offset}", head))

    def action_story(self) -> None:
        """The story of what the line is about."""
        found = self._chosen()
        key = next((k for k in (() if found is None else found.told.keys) if k.startswith(_WITH_STORIES)), None)
        if key is None:
            self.notify("This line is about nothing that has a story.", severity="warning")
            return
        showing = Showing(f"The story of {key}", Text("reading …"))
        self.push_screen(showing)
        self.run_worker(lambda: self._read_story(showing, key), thread=True)

    def _read_story(self, showing: Showing, key: str) -> None:
        text = self._story(key)
        self.call_from_thread(showing.show, text)

    def _chosen(self) -> Found | None:
        table = self._table("lines")
        if not table.row_count:
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key
        return self._rows.get(str(key.value))

    def _add(self, found: Sequence[Found]) -> None:
        table = self._table("lines")
        for each in found:
            self._count += 1
            key = str(self._count)
            self._rows[key] = each
            table.add_row(*_cells(each), key=key)
        while table.row_count > ROWS:
            oldest = next(iter(self._rows))
            table.remove_row(oldest)
            del self._rows[oldest]
        if found and not self.board.paused:
            table.move_cursor(row=table.row_count - 1)

    def _tell_wrong(self) -> None:
        """The newest last; the few that stand there change their cells."""
        table = self._table("wrong")
        keys = list(table.rows)
        for number, each in enumerate(self.board.wrong):
            told = each.told
            cells: tuple[Text | str, ...] = (
                f"{told.at:%H:%M:%S}",
                told.code.replace(" ", ", "),
                Text(told.words, style=COLOURS[told.fate], no_wrap=True),
            )
            if number < len(keys):
                for column, cell in zip(table.columns, cells, strict=True):
                    table.update_cell(keys[number], column, cell, update_width=True)
            else:
                table.add_row(*cells)

    def _table(self, name: str) -> Table:
        return self.screen_stack[0].query_one(f"#{name}", DataTable)


_WITH_STORIES: Final = ("order:", "serial:", "subscription:", "invoice:", "payer:", "request:")


def _cells(found: Found) -> tuple[Text | str, ...]:
    told = found.told
    style = _INTERNAL if told.fate is Fate.INTERNAL else COLOURS[told.fate]
    words = told.words if len(told.words) <= _WORDS else f"{told.words[: _WORDS - 1]}…"
    return (
        Text(time_of_day(told.at), style="dim"),
        Text(SIGNS[told.fate], style=style),
        Text(told.type or "?", no_wrap=True, overflow="ellipsis"),
        Text(told.subject, no_wrap=True, overflow="ellipsis"),
        Text(told.code, style=style, no_wrap=True, overflow="ellipsis"),
        Text(words, style=style),
    )


_COLUMNS: Final = (("time", 12), ("", 1), ("type", 26), ("subject", 22), ("code", 20), ("what happened", None))
_INTERNAL: Final = "#8a8c92"
"""Between the background and what matters, in Textual's own colours."""
_WORDS: Final = 110
"""Short cells: long ones cost every frame."""
