"""Where a command writes to: sentences, tables, one line of progress. Nothing that it is given is taken for markup."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from operations.terminal.drawing import drawn, plain
from operations.terminal.form import Form, form_of
from operations.terminal.sheet import Sheet
from operations.terminal.signs import is_hidden, visible, visible_lines

Styled = str | tuple[str, str]
"""A text, or a text with its style (``"bold red"``)."""


class Line:
    """One line that is written anew in its place."""

    def __init__(self, live: Live | None, width: int = 80) -> None:
        self._live, self._width = live, width

    def tell(self, *parts: Styled) -> None:
        """What it says now: as many of the parts, from the first on, as fit on one line."""
        if self._live is not None:
            self._live.update(fitting(parts, self._width), refresh=True)


class Screen:
    """Standard output, unless a test names another one. ``json``: a program reads it, and only tables reach it."""

    def __init__(self, *, json: bool = False, file: IO[str] | None = None, width: int | None = None) -> None:
        stream = sys.stdout if file is None else file
        self.form = form_of(stream, json=json)
        if width is not None and not json:
            self.form = Form.TERMINAL
        self._console = Console(
            file=file, width=width, highlight=False, markup=False, emoji=False,
            force_terminal=self.form is Form.TERMINAL if width is None else None,
        )  # fmt: skip

    def say(self, *parts: Styled) -> None:
        """A sentence, or several lines of ours. A path or a command in it is never broken: only the terminal wraps."""
        if self.form is not Form.JSON:
            self._console.print(_text(parts), soft_wrap=True)

    def show(self, sheet: Sheet) -> None:
        """A table, whole: in a terminal by its width, else plain lines, or JSON: a list with an object for each row."""
        if self.form is Form.JSON:
            self.data(sheet.data())
        elif not sheet.rows:
            self.say(sheet.none)
        elif self.form is Form.PLAIN:
            for line in plain(sheet):
                self._console.file.write(f"{line}\n")
        else:
            if sheet.title:
                self._console.print()  # sets it apart from what came before
            for part in drawn(sheet, self._console.width):
                self._console.print(part)

    def data(self, value: object) -> None:
        """A value as JSON, for who asked for it; what none could see is escaped as JSON does."""
        text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
        text = "".join(json.dumps(sign)[1:-1] if sign != "\n" and is_hidden(sign) else sign for sign in text)
        self._console.file.write(f"{text}\n")

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Says so while the block runs, if somebody looks."""
        if self.form is not Form.TERMINAL:
            yield
            return
        with self._console.status(Text(visible(what))):
            yield

    @contextmanager
    def line(self, *, stays: bool = False) -> Iterator[Line]:
        """A line of progress, if somebody looks; it goes with the block unless it ``stays``."""
        if self.form is not Form.TERMINAL:
            yield Line(None)
            return
        with Live(console=self._console, auto_refresh=False, transient=not stays) as live:
            yield Line(live, self._console.width)


def fitting(parts: tuple[Styled, ...], width: int) -> Text:
    """The first part, and whole ones behind it while there is room."""
    most = len(parts)
    while most > 1 and _text(parts[:most]).cell_len > width:
        most -= 1
    return _text(parts[:most])


def _text(parts: tuple[Styled, ...]) -> Text:
    text = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        text.append(visible_lines(words), style)
    return text
