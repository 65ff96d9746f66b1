"""A lane's one document: who owns it, how far it was read, and what is still to be said.

Saved in the same transaction as the documents, under the owner's epoch: with an old epoch nothing can be saved.
"""

from collections.abc import Mapping

from msgspec import field

from contracts.values.immutable import Immutable
from services.engine.core.record import Outgoing, Record
from services.engine.core.service import LaneClock


class Bookmark(Immutable):
    """The last record read of a topic: by it a topic that was made again is recognised."""

    offset: int
    timestamp: int
    digest: bytes


class Barrier(Immutable):
    """Records that must be read first: those before ``offset`` in the lane's partition of ``topic``, as long as the
    topic was reset ``incarnation`` times and not more often.
    """

    topic: str
    lane: int
    incarnation: int
    offset: int


class Checkpoint(Immutable):
    """``epoch`` counts owners, ``batch`` their saves. ``offsets`` are the next ones to read, by topic.

    ``incarnations`` counts how often an operator reset a topic. ``outgoing`` is what the last batch had to say, in
    order; it is published again on every acquisition. ``marks`` are what a former version kept here of records passed
    on (``topic/partition/incarnation``: the last origin offset taken); they still count, and grow no more. ``passing``
    is what an operator lets pass to the dead letters: by topic its incarnation, and the offset before which messages
    that go there are not counted. ``lanes`` is the number of lanes of which this is one: who counts otherwise can not
    acquire it. ``barriers`` must be passed before the lane reads requests; a lane that was added later has some
    (``docs/decisions/0086``).
    """

    lane: int
    epoch: int = 0
    batch: int = 0
    session: bytes | None = None
    offsets: Mapping[str, int] = field(default_factory=dict)
    bookmarks: Mapping[str, Bookmark] = field(default_factory=dict)
    incarnations: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)
    passing: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    clock: LaneClock = field(default_factory=LaneClock)
    outgoing: tuple[Outgoing, ...] = ()
    lanes: int | None = None
    barriers: tuple[Barrier, ...] = ()

    def passed(self, barrier: Barrier) -> bool:
        """Whether this lane, which the barrier names, has read what lies before it."""
        incarnation = self.incarnations.get(barrier.topic, 0)
        return incarnation > barrier.incarnation or self.offsets.get(barrier.topic, 0) >= barrier.offset

    def lets_pass(self, record: Record) -> bool:
        """Whether an operator lets this record go to the dead letters, whatever is wrong with it."""
        incarnation, before = self.passing.get(record.topic, (0, 0))
        return record.offset < before and incarnation == self.incarnations.get(record.topic, 0)
