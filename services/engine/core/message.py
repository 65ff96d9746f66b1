"""One thing to decide, and where it came from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Generic

from typing_extensions import TypeVar

from contracts.values.immutable import Immutable
from contracts.values.refusals import Refusal
from contracts.wire.message import Body
from services.engine.core.content import content_of, digest_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_YEAR = 1970
AHEAD = timedelta(hours=24)
"""A sender's clock further ahead of the record than this is not believed (``docs/domain.md`` section 5)."""


class Origin(Immutable):
    """Where a record first stood in the log. ``timestamp`` is the broker's, milliseconds UTC.

    ``incarnation`` counts how often an operator reset the topic: offsets start again with each.
    """

    topic: str
    incarnation: int
    partition: int
    offset: int
    timestamp: int

    @property
    def address(self) -> str:
        """Unique for ever; ids of answers are made from it."""
        again = f"~{self.incarnation}" if self.incarnation else ""
        return f"{self.topic}{again}/{self.partition}/{self.offset}"

    @property
    def recorded(self) -> datetime:
        """The broker's time of the record, UTC."""
        return EPOCH + timedelta(milliseconds=self.timestamp)


class Cause(Immutable):
    """The request that something is said about: its identity for the envelope, its address for the answer's id, and the
    fields of it that nobody here knows (paths, at most 20). ``trace`` is its ``traceparent``, or nothing.
    """

    source: str
    id: str
    address: str
    ignored: tuple[str, ...] = ()
    trace: str = ""


B_co = TypeVar("B_co", bound=Body | None, covariant=True, default=Body | None)


class Message(Immutable, Generic[B_co]):
    """A record that was read and is at home in ``lane``: ``Message[OrderSubmitted]`` is one with that body.

    ``body`` is absent when ``refusals`` say what is wrong in ``data``: only a request's, for it has a sender to tell.
    ``time`` is the message time by the rules of ``docs/domain.md`` section 5 (UTC, whole milliseconds), ``recorded``
    the record's; they are equal when the sender gave none or is not believed (then ``clock_suspect`` is set).
    ``subjects`` are those at home here.
    """

    model: type[Body]
    body: B_co
    refusals: tuple[Refusal, ...]
    data: Mapping[str, Any] | None
    source: str
    id: str
    time: datetime
    recorded: datetime
    clock_suspect: bool
    subjects: tuple[str, ...]
    lane: int
    origin: Origin
    unknown: int = 0
    """Fields of ``data`` that this version does not know: ignored, and told in the log."""
    ignored: tuple[str, ...] = ()
    """The first of them by their paths, if it is a request: told to its sender."""
    trace: str = ""
    """Its ``traceparent``: what is said because of it belongs to the same trace."""

    @property
    def subject(self) -> str:
        """Whom it is about."""
        return self.subjects[0]

    @property
    def cause(self) -> Cause:
        """The message as the cause of what is said about it."""
        return Cause(self.source, self.id, self.origin.address, self.ignored, self.trace)

    def identity(self) -> bytes:
        """12 bytes that stand for (source, id): two senders may both count 1, 2, 3."""
        return identity_of(self.source, self.id)

    def content(self) -> bytes:
        """8 bytes that stand for the normalised ``data`` with defaults, without the envelope (``content.py``)."""
        return digest_of(self.data) if self.body is None else content_of(self.body)


@lru_cache(maxsize=4096)
def identity_of(source: str, id: str) -> bytes:  # noqa: A002  the CloudEvents attribute's name
    """12 bytes that stand for a message's identity."""
    return blake2b(f"{len(source)}:{source}{id}".encode("utf-8", "replace"), digest_size=12).digest()


def message_time(claimed: datetime | None, recorded: datetime, *, unreadable: bool = False) -> tuple[datetime, bool]:
    """The message's time and whether the sender's clock is suspect.

    Whoever gives no time means now, and that is the record's. A clock is suspect that is over 24 h ahead of the record,
    one from before 1970 (no clock says that, and no calendar could go 90 days back from the year 1), and one whose time
    is ``unreadable``.
    """
    if claimed is None:
        return recorded, unreadable
    if claimed.year < EARLIEST_YEAR or claimed > recorded + AHEAD:
        return recorded, True
    return claimed, False
