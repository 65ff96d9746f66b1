"""What a lane has taken of the records that others passed on to it: one small document for each origin (rule 9).

They stand beside the checkpoint, not in it: a batch loads and writes those of the origins that it meets, however many
lanes there are (``docs/decisions/0030``). They are written in the transaction that saves the checkpoint, so the epoch
guards them too.
"""

from collections.abc import Mapping
from typing import Final

from services.engine.core.document import Document
from services.engine.core.message import Origin
from services.engine.core.service import Collection

MARKS: Final = "origin_marks"


class Mark(Document):
    """The last record of an origin that the lane took: the ``incarnation`` of its topic, and its ``offset`` in it.

    Records of an origin come in the order of both, so one mark stands for all that came before, former incarnations
    included.
    """

    incarnation: int
    offset: int


COLLECTION: Final = Collection(MARKS, Mark)


def mark_id(lane: int, origin: Origin) -> str:
    """The document of this lane and origin."""
    return f"{lane}/{origin.topic}/{origin.partition}"


def taken_before(origin: Origin, mark: Mark | None, former: Mapping[str, int]) -> bool:
    """Whether the record, or one behind it, was taken. ``former`` are the marks that checkpoints held before."""
    if former and former.get(f"{origin.topic}/{origin.partition}/{origin.incarnation}", -1) >= origin.offset:
        return True
    return mark is not None and (mark.incarnation, mark.offset) >= (origin.incarnation, origin.offset)


def mark_of(origin: Origin) -> Mark:
    """The mark once this record is taken."""
    return Mark(incarnation=origin.incarnation, offset=origin.offset)
