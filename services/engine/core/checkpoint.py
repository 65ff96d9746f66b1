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


class Checkpoint(Immutable):
    """``epoch`` counts owners, ``batch`` their saves. ``offsets`` are the next ones to read, by topic.

    ``incarnations`` counts how often an operator reset a topic. ``outgoing`` is what the last batch had to say, in
    order; it is published again on every acquisition. ``marks`` are what a former version kept here of records passed
    on (``topic/partition/incarnation``: the last origin offset taken); they still count, and grow no more. ``passing``
    is what an operator lets pass to the dead letters: by topic its incarnation, and the offset before which messages
    that go there are not counted.
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

    def lets_pass(self, record: Record) -> bool:
        """Whether an operator lets this record go to the dead letters, whatever is wrong with it."""
        incarnation, before = self.passing.get(record.topic, (0, 0))
        return record.offset < before and incarnation == self.incarnations.get(record.topic, 0)
