"""An import as it is kept: the job, and what became of each line, in chunks of one batch."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

from services.engine.core.document import Document, replace

State = Literal["running", "done", "broken"]
LineState = Literal["accepted", "repeated", "waiting", "refused", "unreadable"]
Form = Literal["csv", "json_lines"]
FORGOTTEN: Final = timedelta(seconds=30)
"""A job that runs is touched every five seconds; one that was not for so long has nobody who works at it."""
MOST_REASONS: Final = 20
"""Reasons that are kept of one line."""


class LineReason(Document):
    """Why a line was not accepted, or not all of it. ``pointer`` is a JSON pointer into the line's request, ``column``
    the CSV's heading of it, ``character`` where an unreadable line could not be read any further, from 1.
    """

    code: str
    pointer: str = ""
    column: str | None = None
    character: int | None = None
    detail: str = ""
    serial: str | None = None
    holder_order_id: str | None = None


class LineResult(Document):
    """What became of one line. ``request`` is the address of its request, once it was stored; ``partly``: some of it
    was accepted, as a scan may be.
    """

    line: int
    state: LineState
    subject: str | None = None
    request: str | None = None
    reasons: tuple[LineReason, ...] = ()
    partly: bool = False
    waits_for: str | None = None


class Counts(Document):
    """How many lines there were, and of each state."""

    lines: int = 0
    accepted: int = 0
    repeated: int = 0
    waiting: int = 0
    refused: int = 0
    unreadable: int = 0

    def plus(self, other: "Counts", times: int = 1) -> "Counts":
        """The sum; with ``times`` -1 the difference."""
        return Counts(
            lines=self.lines + times * other.lines,
            accepted=self.accepted + times * other.accepted,
            repeated=self.repeated + times * other.repeated,
            waiting=self.waiting + times * other.waiting,
            refused=self.refused + times * other.refused,
            unreadable=self.unreadable + times * other.unreadable,
        )


def counted(results: Iterable[LineResult]) -> Counts:
    """The counts of some lines."""
    found = dict.fromkeys(("accepted", "repeated", "waiting", "refused", "unreadable"), 0)
    for each in results:
        found[each.state] += 1
    return Counts(lines=sum(found.values()), **found)


class Ignored(Document):
    """A column or field that nobody knows, and the one that it may be a slip of."""

    name: str
    perhaps: str | None = None


class Chunk(Document):
    """The results of one batch. ``attempt``: in which sending of the file; ``first`` and ``last`` are lines."""

    attempt: int
    first: int
    last: int
    counts: Counts
    results: tuple[LineResult, ...]
    time: datetime


class Job(Document):
    """An import. ``attempt`` counts how often its file was sent; ``read`` is how many bytes of it were, this time.

    ``code`` and ``detail``: why it is broken. ``counts`` are those of all results that there are, also of those from an
    earlier attempt that got further.
    """

    source: str
    owner: str
    key: str
    kind: str
    form: Form
    created: datetime
    updated: datetime
    attempt: int
    state: State = "running"
    read: int = 0
    counts: Counts = Counts()
    ignored: tuple[Ignored, ...] = ()
    code: str | None = None
    detail: str | None = None

    def at(self, now: datetime) -> "Job":
        """As it stands: one that nobody works at any more is broken, whatever its process could write."""
        if self.state != "running" or now - self.updated < FORGOTTEN:
            return self
        return replace(self, state="broken", code="import_broken", detail="the process that read it is gone")
