"""What is said of a record of which nothing can be said: where it stands, and that it does."""

from datetime import timedelta

from services.engine.core.message import EPOCH
from services.engine.core.record import Record
from services.watch.telling.told import Fate, Told


def untold(record: Record, why: str) -> Told:
    """``why`` names what went wrong with telling it."""
    return Told(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=EPOCH + timedelta(milliseconds=record.timestamp),
        type="",
        subject="",
        words=f"a record that cannot be told ({why}): look at it in the topic",
        fate=Fate.DEAD,
    )
