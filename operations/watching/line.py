"""One record in one line: for eyes with a colour for its fate, for a pipe without, for a program as JSON."""

import json
from datetime import datetime
from typing import Any, Final

from rich.color import ColorSystem
from rich.style import Style

from contracts.values.timestamp import time_of_day
from operations.terminal.signs import visible
from services.watch.telling.told import Fate, Told

SIGNS: Final = {
    Fate.ASKED: "→",
    Fate.SAID: "•",
    Fate.REFUSED: "✗",
    Fate.PARKED: "‖",
    Fate.REPEATED: "=",
    Fate.DEAD: "†",
    Fate.INTERNAL: "·",
}
"""A sign beside each colour: nobody needs to see colours."""
COLOURS: Final = {
    Fate.ASKED: "blue",
    Fate.SAID: "green",
    Fate.REFUSED: "red",
    Fate.PARKED: "yellow",
    Fate.REPEATED: "cyan",
    Fate.DEAD: "bold magenta",
    Fate.INTERNAL: "bright_black",
}
"""The terminal's own colours: they fit its background."""
TOPIC, TYPE, SUBJECT = 20, 24, 22
"""Widths of columns; what is longer moves the rest of its line."""
NARROW: Final = 130
"""Columns of a terminal below which the topic is left out: type and words tell it."""


class Lines:
    """How lines look here. ``width`` 0: nothing is cut. ``coloured`` as the output takes it."""

    def __init__(self, *, json: bool, coloured: bool, width: int = 0) -> None:
        self._json, self._width = json, width
        self._styles = {fate: Style.parse(name) for fate, name in COLOURS.items()} if coloured else {}
        self._dim = Style(dim=True) if coloured else None
        self._day = ""

    def line(self, told: Told, more: dict[str, Any] | None = None) -> str:
        """The record's line; ``more`` is added to its JSON."""
        return self._as_json(told, more) if self._json else self._as_text(told)

    def day(self, at: datetime) -> str | None:
        """A line between two days; None while it is the same one. Programs get the whole time in every line."""
        day = f"{at:%A %Y-%m-%d}"
        if self._json or day == self._day:
            return None
        self._day = day
        return self._painted(f"── {day}, UTC ", self._dim)

    def _as_text(self, told: Told) -> str:
        topic = "" if 0 < self._width < NARROW else f"{told.topic:{TOPIC}} "
        head = f"{time_of_day(told.at)} "
        kind = f"{topic}{told.type or '?':{TYPE}} {told.subject:{SUBJECT}} "
        code = f"  [{told.code}]" if told.code else ""
        words = told.words
        if self._width:
            room = self._width - len(head) - 2 - len(kind) - len(code) - 1
            if len(words) > max(room, 20):
                words = f"{words[: max(room, 20) - 1]}…"
        style = self._styles.get(told.fate)
        sign = self._painted(SIGNS[told.fate], style)
        said = self._painted(visible(words), style)
        return f"{self._painted(head, self._dim)}{sign} {visible(kind)}{said}{self._painted(visible(code), style)}"

    def _painted(self, text: str, style: Style | None) -> str:
        if style is None or not text:
            return text
        return style.render(text, color_system=ColorSystem.STANDARD)

    def _as_json(self, told: Told, more: dict[str, Any] | None) -> str:
        found: dict[str, Any] = {
            "time": f"{told.at:%Y-%m-%d}T{time_of_day(told.at)}Z",
            "topic": told.topic,
            "partition": told.partition,
            "offset": told.offset,
            "type": told.type,
            "subject": told.subject,
            "words": told.words,
            "fate": told.fate.value,
            "codes": list(told.codes),
            "by": told.by,
            "source": told.source,
            "id": told.id,
            "cause": None if told.cause is None else {"source": told.cause[0], "id": told.cause[1]},
            "keys": list(told.keys),
        }
        return json.dumps(found | (more or {}), ensure_ascii=False)
