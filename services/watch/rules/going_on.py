"""Where the reading of a partition goes on, by what was read and by what the log has now."""

from enum import StrEnum

from contracts.values.immutable import Immutable


class Position(Immutable):
    """``next`` is read next. ``last`` and ``mark`` are the offset and the fingerprint of the last record that was read:
    by them a log is known again. Nothing was read yet: ``last`` is -1.
    """

    next: int = 0
    last: int = -1
    mark: bytes = b""


class Found(StrEnum):
    """What the log turned out to be."""

    AS_IT_WAS = "as_it_was"
    LOST = "lost"
    """Records were deleted by their age before they were read."""
    ANEW = "anew"
    """The topic was deleted and made again: what was read of it is nowhere any more."""


class GoingOn(Immutable):
    """``at`` is where reading begins: at the last record once more, if it is still there, to know it again. ``lost``
    counts records that were deleted unread.
    """

    found: Found
    at: int
    lost: int = 0


def go_on(position: Position | None, begin: int, end: int) -> GoingOn:
    """By the bounds alone; what lies at ``at`` tells the rest (``is_known_again``)."""
    if position is None or position.next == 0:
        return GoingOn(Found.AS_IT_WAS, begin)
    if end < position.next:
        return GoingOn(Found.ANEW, begin)
    if begin > position.next:
        return GoingOn(Found.LOST, begin, begin - position.next)
    return GoingOn(Found.AS_IT_WAS, position.last if position.last >= begin else position.next)


def is_known_again(position: Position, offset: int, mark: bytes) -> bool:
    """Whether the record at this offset can be the one that was read there; one behind it says nothing."""
    return offset != position.last or mark == position.mark
