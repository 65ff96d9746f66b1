"""History and what follows in one view, newest last: read, filtered, put in order, written."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import IO, Final

from contracts.topics import TOPICS
from contracts.values.immutable import Immutable
from operations.terminal.counts import counted
from operations.watching.following import Following, Turn
from operations.watching.history import Found, Reach, Search, reach
from operations.watching.line import Lines
from operations.watching.log import Log
from operations.watching.moments import span
from operations.watching.saying import Saying
from operations.watching.wanted import Wanted
from operations.watching.whole import whole, whole_lines

CHUNK: Final = 500
"""Lines that are written at once."""
SHOWN_BEHIND: Final = 100
"""Lines of a turn that a terminal gets while more comes than it can show."""


class View(Immutable):
    """How it is to be shown. ``leaves_out``: rather the newest than every one, when more comes than can be shown."""

    json: bool = False
    full: bool = False
    unmasked: bool = False
    leaves_out: bool = False


class Asked(Immutable):
    """What is watched: since when, how many lines of history at most, and whether what follows is shown."""

    wanted: Wanted
    begin: datetime | None = None
    last: int | None = None
    follow: bool = True


class Watching:
    """One watch. ``seen`` is told of every record that was shown."""

    def __init__(
        self,
        log: Log,
        view: View,
        lines: Lines,
        saying: Saying,
        *,
        file: IO[str] | None = None,
        seen: Callable[[Found], None] | None = None,
    ) -> None:
        self._log, self._view, self._lines, self._saying, self._seen = log, view, lines, saying, seen
        self._file = sys.stdout if file is None else file
        self.shown = 0
        self.left_out = 0

    def run(self, asked: Asked) -> None:
        """Until it is interrupted, or to the present end. Raises ``InstallationError``, also ``Away``."""
        over, missing = reach(self._log, asked.wanted, asked.begin, asked.last)
        if missing:
            self._saying.say(f"Topics are missing: {', '.join(missing)}. To make them: leaseline topics create")
        self._history(asked, over)
        if asked.follow:
            self._follow(asked, over)

    def _history(self, asked: Asked, over: Reach) -> None:
        search = Search(self._log, asked.wanted, over, asked.last)
        chunk: list[Found] = []
        for found in search.run(lambda share: self._saying.progress(f"searching, {share} %"), self._saying.say):
            chunk.append(found)
            if len(chunk) >= CHUNK:
                self._write(chunk)
                chunk = []
        self._write(chunk)
        self._saying.clear()
        if not search.found and not (asked.follow and asked.wanted.everything):
            within = span(over.begin, datetime.now(UTC))
            then = " What comes is shown." if asked.follow else ""
            self._saying.say(f"Nothing matches in {within} ({counted(search.read, 'record')} read).{then}")
        elif asked.last is not None and search.found > asked.last and not asked.wanted.everything:
            self._saying.say(f"{asked.last:,} of {counted(search.found, 'line')}: --last shows more.")
        if search.late:
            self._saying.say(
                f"{counted(search.late, 'line')} came after a younger one: too many waited for their turn."
            )

    def _follow(self, asked: Asked, over: Reach) -> None:
        topics = asked.wanted.topics or frozenset(topic.name for topic in TOPICS)
        for turn in Following(self._log, asked.wanted, over.ends, topics).turns():
            for sentence in turn.sentences:
                self._saying.say(sentence)
            self._write(self._some(turn))

    def _some(self, turn: Turn) -> Sequence[Found]:
        """All of a turn; only the newest where more comes than a terminal can show, and it is said."""
        if not (self._view.leaves_out and turn.behind and len(turn.found) > SHOWN_BEHIND):
            return turn.found
        left = turn.found[:-SHOWN_BEHIND]
        self.left_out += len(left)
        first = left[0].told.at
        self._saying.say(
            f"… {counted(len(left), 'line')} left out since {first:%H:%M:%S} UTC: more comes than is shown"
        )
        return turn.found[-SHOWN_BEHIND:]

    def _write(self, found: Sequence[Found]) -> None:
        if not found:
            return
        self._saying.clear()
        text: list[str] = []
        for each in found:
            if (day := self._lines.day(each.told.at)) is not None:
                text.append(day)
            text += self._text(each)
            if self._seen is not None:
                self._seen(each)
        self._file.write("\n".join(text) + "\n")
        self._file.flush()
        self.shown += len(found)

    def _text(self, found: Found) -> list[str]:
        if not self._view.full:
            return [self._lines.line(found.told)]
        if self._view.json:
            return [self._lines.line(found.told, whole(found.record, unmasked=self._view.unmasked))]
        return [self._lines.line(found.told), *whole_lines(found.record, unmasked=self._view.unmasked)]
